"""A real PostgreSQL for the tests: found or installed from the system's package, started in a temporary folder, stopped afterwards.

`python tests/postgres.py install` is what `make postgres` calls.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import asyncpg

START_SECONDS = 60.0
SUPERUSER = "relay"
ACCOUNTS = ("postgres", "nobody")
"""Accounts that the server may run as when the tests run as root, as which it refuses to start."""

# The server forgets at the end anyway, so it need not wait for the disk.
OPTIONS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200", "shared_buffers=32MB", "listen_addresses=")


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`, the newest version's."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    folders = [*debian, *(Path(found).resolve().parent for name in ("initdb",) if (found := shutil.which(name)))]
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


def install() -> None:
    if programs():
        return
    print("· PostgreSQL for the tests", flush=True)
    apt = shutil.which("apt-get")
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "postgresql"]) if apt else ():
        subprocess.run([*root, str(apt), *arguments], env=environment, stdout=subprocess.DEVNULL, check=False)
    if not programs():
        raise SystemExit("no PostgreSQL: the package `postgresql` could not be installed; put its initdb on the PATH")


class Postgres:
    """One server with trust in whoever reaches its socket, which lies in a folder of its own."""

    def __init__(self) -> None:
        found = programs()
        assert found is not None, "no PostgreSQL: run `make postgres`, or put its initdb on the PATH"
        self._programs = found
        self.folder = Path(tempfile.mkdtemp(prefix="relay-pg-"))
        self._account = next(name for name in ACCOUNTS if _exists(name)) if os.geteuid() == 0 else None
        if self._account:
            shutil.chown(self.folder, self._account)
        self._data = self.folder / "data"
        self._run("initdb", "--pgdata", str(self._data), "--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8", "--no-sync")
        self._count = 0
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        options = [part for option in (*OPTIONS, f"unix_socket_directories={self.folder}") for part in ("-c", option)]
        with (self.folder / "log").open("ab") as log:
            command = [str(self._programs / "postgres"), "-D", str(self._data), *options]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **self._as_account())
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None and time.monotonic() < deadline, (self.folder / "log").read_text()[-4000:]
            time.sleep(0.05)

    def stop(self) -> None:
        """At once, as an operator's restart does it: connections are cut."""
        if self._process:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(START_SECONDS)
            self._process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def create(self, template: str | None = None) -> str:
        """A new database, empty or a copy of another; its name."""
        self._count += 1
        name = f"test_{self._count}"
        self.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return name

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://{SUPERUSER}@/{database}?host={self.folder}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        async def run() -> None:
            connection = await asyncpg.connect(user=SUPERUSER, database=database, host=str(self.folder))
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        asyncio.run(run())

    def dump(self, database: str) -> bytes:
        """All that the database holds, the same text for the same content."""
        command = [str(self._programs / "pg_dump"), "--host", str(self.folder), "--username", SUPERUSER, database]
        lines = subprocess.run(command, capture_output=True, check=True).stdout.splitlines(keepends=True)
        # Newer versions fence the dump with a random word.
        return b"".join(line for line in lines if not line.startswith((b"\\restrict ", b"\\unrestrict ")))

    def _answers(self) -> bool:
        try:
            self.execute("SELECT 1")
        except (OSError, asyncpg.PostgresError):
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments], capture_output=True, text=True, cwd=self.folder, check=False, **self._as_account()
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def _as_account(self) -> dict[str, object]:
        if not self._account:
            return {}
        account = pwd.getpwnam(self._account)
        return {
            "user": account.pw_uid,
            "group": account.pw_gid,
            "extra_groups": [],
            "env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        }


def _exists(account: str) -> bool:
    try:
        pwd.getpwnam(account)
    except KeyError:
        return False
    return True


if __name__ == "__main__":
    if sys.argv[1:] != ["install"]:
        raise SystemExit("usage: python tests/postgres.py install")
    install()
