"""Files of SQLite that a bad disk has been at."""

import sqlite3
from contextlib import closing
from pathlib import Path


def overwrite(database: Path, thing: str) -> None:
    """The first page of a table or an index; nobody may have the database open."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        root = connection.execute("select rootpage from sqlite_master where name = ?", [thing]).fetchone()[0]
        size = connection.execute("pragma page_size").fetchone()[0]
    with database.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
