"""What the servers of the tests keep their data in: files of SQLite, or databases of one PostgreSQL server."""

import sqlite3
from contextlib import closing
from pathlib import Path

from postgres import PostgreSQL


class Sqlite:
    """Data are in the data folder itself."""

    def database(self, data: Path, site: Path) -> None:
        """There is none beside the files."""

    def content(self, data: Path) -> bytes:
        return b"".join(file.read_bytes() for file in sorted(data.glob("*.db*")))

    def dump(self, data: Path) -> str:
        """All that is kept, as SQL: the same text each time, unless something was written."""
        texts = []
        for file in sorted(data.glob("*.db")):
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
                texts += database.iterdump()
        return "\n".join(texts)

    def alter(self, data: Path, service: str, sql: str) -> None:
        """Does something to a service's tables that the program would not."""
        with closing(sqlite3.connect(data / f"{service}.db")) as database, database:
            database.execute(sql)

    def forget(self, data: Path) -> None:
        pass


class Databases:
    """Each site has a database of its own, and each service a schema of its own in there."""

    def __init__(self, postgres: PostgreSQL):
        self.postgres = postgres
        self.uris: dict[Path, str] = {}  # by the data folder of each process

    def database(self, data: Path, site: Path) -> str:
        """The same for a folder each time. `site` is the folder of the process that was there first."""
        if data not in self.uris:
            self.uris[data] = self.uris.get(site) or self.postgres.create_database()
        return self.uris[data]

    def content(self, data: Path) -> bytes:
        return self.dump(data).encode()

    def dump(self, data: Path) -> str:
        return self.postgres.dump(self.uris[data])

    def alter(self, data: Path, service: str, sql: str) -> None:
        self.postgres.sql(sql, self.uris[data], service)

    def forget(self, data: Path) -> None:
        uri = self.uris.pop(data)
        if uri not in self.uris.values():
            self.postgres.drop_database(uri)
