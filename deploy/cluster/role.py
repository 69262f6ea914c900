"""The role and the database that Stoa is given."""

import base64
import hashlib
import hmac
import os
import secrets
import subprocess

from state import Cluster, Failure

# Fewer than max_connections in patroni.yml. A commit that waits for a standby keeps its connection even when its client has gone:
# had clients all connections, no node could be rewound (as `rewind`) to become that standby.
CONNECTIONS = 250


def make_role(cluster: Cluster):
    """The password is sent as what the server keeps of it (RFC 5803), so that no log of statements has it."""
    sql = f"""
        select 'create role stoa login' where not exists (select from pg_roles where rolname = 'stoa') \\gexec
        alter role stoa connection limit {CONNECTIONS};
        alter role stoa password '{scram_verifier(cluster.password("stoa"))}';
        select 'create database stoa owner stoa template template0'
            where not exists (select from pg_database where datname = 'stoa') \\gexec
        revoke all on database stoa from public;
    """
    hosts, ports = zip(*(host.split(":") for host in cluster.hosts("postgres")))
    where = f"host={','.join(hosts)} port={','.join(ports)} target_session_attrs=read-write connect_timeout=5"
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environment = mine | {"PGPASSWORD": cluster.password("superuser"), "PGOPTIONS": "-c statement_timeout=20s"}
    command = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", f"{where} user=postgres dbname=postgres"]
    done = subprocess.run(command, input=sql, env=environment, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise Failure(f"can't make the role and database `stoa`: {done.stderr.strip()}")


def scram_verifier(password: str, rounds: int = 4096) -> str:
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    keys = [base64.b64encode(part).decode() for part in (salt, stored, hmac.digest(salted, b"Server Key", "sha256"))]
    return f"SCRAM-SHA-256${rounds}:{keys[0]}${keys[1]}:{keys[2]}"
