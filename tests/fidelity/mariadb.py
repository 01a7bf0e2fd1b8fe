"""One private MariaDB for the PHP sites (own data directory and port, never the system's)."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.fidelity.places import HOST, Proc, port_open, sh, wait_port

PORT = 8133
# Its own user has to get there, which a home directory may not allow.
DIR = Path(tempfile.gettempdir()) / "corpora-mysql"
SOCK = DIR / "s.sock"
USER, PASSWORD = "corpora", "corpora-pw"


def setup() -> None:
    if not (DIR / "mysql").exists():
        DIR.mkdir(parents=True, exist_ok=True)
        shutil.chown(DIR, "mysql", "mysql")
        sh(["mariadb-install-db", "--no-defaults", "--user=mysql", f"--datadir={DIR}", "--auth-root-authentication-method=normal"])


def start() -> list[Proc]:
    if port_open(PORT):
        return []
    p = Proc(
        "mariadb",
        [
            "mariadbd",
            "--no-defaults",
            "--user=mysql",
            f"--datadir={DIR}",
            f"--socket={SOCK}",
            f"--port={PORT}",
            f"--bind-address={HOST}",
            f"--pid-file={DIR}/pid",
        ],
    )
    wait_port(PORT, 60)
    sql(f"CREATE OR REPLACE USER '{USER}'@'{HOST}' IDENTIFIED BY '{PASSWORD}';GRANT ALL ON *.* TO '{USER}'@'{HOST}' WITH GRANT OPTION;")
    return [p]


def sql(text: str) -> str:
    return sh(["mariadb", "--no-defaults", "-uroot", "-S", str(SOCK)], stdin=text)
