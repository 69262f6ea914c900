"""Between the program and its PostgreSQL: gets lost at a chosen place, with what the server has answered."""

import select
import socket
import threading

# With this a write begins.
BEGIN = b"begin isolation level"


class LossyProxy:
    """Passes everything on, but for once: of the first connection on which a write begins, the `cut_at`th piece from there on reaches the server,
    its answer reaches nobody, and the connection ends. (A piece is what the program sends at once: begin and the first statement, the next
    statement, …, the commit.)"""

    def __init__(self, server_port: int, cut_at: int):
        self.server_port, self.cut_at = server_port, cut_at
        self.has_cut = False
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.threads = []

    def __enter__(self):
        self.start(self.accept)
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join(timeout=10)

    def start(self, what, *arguments):
        self.threads.append(threading.Thread(target=what, args=arguments, daemon=True))
        self.threads[-1].start()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            self.start(self.serve, client)

    def serve(self, client):
        with client, socket.create_connection(("127.0.0.1", self.server_port)) as server:
            pieces = 0
            while True:
                for ready in select.select([client, server], [], [])[0]:
                    try:
                        data = ready.recv(1 << 20)
                    except OSError:
                        return
                    if not data:
                        return
                    if ready is server:
                        client.sendall(data)
                        continue
                    pieces += bool(pieces or BEGIN in data)
                    server.sendall(data)
                    if pieces == self.cut_at and self.is_the_first():
                        server.recv(1 << 20)  # done, and not told
                        return

    def is_the_first(self) -> bool:
        with self.lock:
            was, self.has_cut = self.has_cut, True
            return not was
