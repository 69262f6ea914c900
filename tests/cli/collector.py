"""A collector of traces: takes OTLP over HTTP as the protocol's own description has it, and nothing else."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Collector(ThreadingHTTPServer):
    """Keeps what it is sent. `status` is what it answers."""

    def __init__(self, port: int = 0):
        super().__init__(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.status = 200
        self.exports: list[ExportTraceServiceRequest] = []
        self.faults: list[str] = []

    def spans(self) -> list:
        return [span for export in list(self.exports) for resource in export.resource_spans
                for scope in resource.scope_spans for span in scope.spans]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            assert self.path == "/v1/traces", self.path
            assert self.headers["Content-Type"] == "application/json", self.headers
            # Ids are hexadecimal in OTLP's JSON, and taken for base64 here.
            export = json_format.Parse(body, ExportTraceServiceRequest(), ignore_unknown_fields=False)
            if self.server.status == 200:
                self.server.exports.append(export)
        except Exception as fault:
            self.server.faults.append(f"{fault!r} in {body[:500]}")
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


@contextmanager
def collecting(port: int = 0):
    with Collector(port) as collector:
        thread = threading.Thread(target=collector.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield collector
        finally:
            collector.shutdown()
            thread.join()
    assert not collector.faults, collector.faults


@contextmanager
def heard():
    """The address of a server that knows nothing, and the header fields of what it is asked."""
    requests = []

    class Deaf(Handler):
        def do_GET(self):
            requests.append(self.headers)
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Deaf) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", requests
        finally:
            server.shutdown()
            thread.join()
