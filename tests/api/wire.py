"""HTTP/1.1 over a bare socket, for what an HTTP library would repair or refuse to send."""

import json
import socket
from http.client import parse_headers


class Reply:
    """A response, with the attributes of one from requests."""

    def __init__(self, status_code: int, headers, content: bytes):
        self.status_code = status_code
        self.headers = headers
        self.content = content

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self):
        return json.loads(self.content)


class Wire:
    """One connection."""

    def __init__(self, server, timeout: float = 10):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.input = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        self.input.close()
        self.socket.close()

    def send(self, data: bytes) -> "Wire":
        self.socket.sendall(data)
        return self

    def status_line(self) -> bytes:
        return self.input.readline()

    def reply(self, *, head: bool = False) -> Reply:
        """The next final response; `head` when it answers a HEAD and so has no body."""
        version, status, *_ = self.status_line().split(b" ", 2)
        assert version == b"HTTP/1.1", version
        headers = parse_headers(self.input)
        if head or int(status) == 304:
            content = b""
        elif headers.get("Transfer-Encoding", "").lower() == "chunked":
            content = b"".join(self.chunks())
        elif "Content-Length" in headers:
            content = self.input.read(int(headers["Content-Length"]))
        else:
            content = self.input.read()
        return Reply(int(status), headers, content)

    def chunks(self):
        while size := int(self.input.readline().partition(b";")[0], 16):
            yield self.input.read(size)
            self.input.readline()
        self.input.readline()

    def ended(self) -> bool:
        """Whether the server closes the connection with nothing more to say."""
        try:
            return self.input.read(1) == b""
        except ConnectionResetError:
            return True


def message(method: str, target: str, *fields: str, body: bytes = b"", version: str = "HTTP/1.1") -> bytes:
    """A request as bytes. The framing of a body is the caller's, in `fields`."""
    return "\r\n".join([f"{method} {target} {version}", "Host: localhost", *fields, "", ""]).encode("latin-1") + body


def json_message(method: str, target: str, value, *fields: str) -> bytes:
    body = json.dumps(value).encode()
    return message(method, target, "Content-Type: application/json", f"Content-Length: {len(body)}", *fields, body=body)


def chunked(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))


def exchange(server, data: bytes) -> Reply:
    with Wire(server) as wire:
        return wire.send(data).reply()
