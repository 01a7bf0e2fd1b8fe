"""Paths, ports, child processes and small helpers shared by every site module."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOME = Path(os.environ.get("CORPORA_HOME", str(Path.home() / ".cache/corpora")))  # everything installed or generated lives here
STATE = HOME / "state"  # databases, profiles, generated projects
LOGS = HOME / "logs"
NPM = HOME / "npm" / "node_modules"  # npm packages
GIT = HOME / "git"  # plain checkouts of public repositories
VENVS = HOME / "venvs"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
HOST = "127.0.0.1"
PROXY_OFFSET = 100  # upstream 81xx -> injecting proxy 82xx
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--hide-scrollbars",
]


def main_python() -> str:
    return str(HOME / "venv" / "bin" / "python")


def venv_bin(venv: str, name: str) -> str:
    return str(VENVS / venv / "bin" / name)


def port_open(port: int, host: str = HOST) -> bool:
    with socket.socket() as s:
        s.settimeout(0.5)
        return s.connect_ex((host, port)) == 0


def wait_port(port: int, timeout: float = 60, host: str = HOST) -> None:
    end = time.time() + timeout
    while time.time() < end:
        if port_open(port, host):
            return
        time.sleep(0.1)
    raise TimeoutError(f"nothing listens on {host}:{port} after {timeout}s")


def wait_http(url: str, timeout: float = 120) -> int:
    """Wait until the URL answers with anything below 500; return the status."""
    end = time.time() + timeout
    last: object = None
    while time.time() < end:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": "text/html"}), timeout=20) as r:
                return r.status
        except urllib.error.HTTPError as e:
            if e.code < 500:
                return e.code
            last = e
        except Exception as e:
            last = e
        time.sleep(0.3)
    raise TimeoutError(f"{url} not ready after {timeout}s: {last}")


def sh(
    cmd: list[str] | str,
    *,
    env: dict | None = None,
    cwd: str | Path | None = None,
    check: bool = True,
    stdin: str | None = None,
    timeout: float = 600,
) -> str:
    full = {**os.environ, **(env or {})}
    r = subprocess.run(
        cmd,
        shell=isinstance(cmd, str),
        env=full,
        cwd=cwd,
        input=stdin,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=timeout,
    )
    if check and r.returncode:
        raise RuntimeError(f"{cmd!r} exited {r.returncode}:\n{r.stdout[-3000:]}")
    return r.stdout


class Proc:
    """A child in its own process group, logging to LOGS/<name>.log; stopped by group id, never by name."""

    def __init__(self, name: str, cmd: list[str], *, env: dict | None = None, cwd: str | Path | None = None):
        LOGS.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.log = open(LOGS / f"{name}.log", "ab")  # noqa: SIM115 (as long as the child)
        self.p = subprocess.Popen(
            cmd,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def alive(self) -> bool:
        return self.p.poll() is None

    def stop(self, grace: float = 8) -> None:
        if self.p.poll() is None:
            try:
                os.killpg(self.p.pid, signal.SIGTERM)
                self.p.wait(grace)
            except subprocess.TimeoutExpired:
                os.killpg(self.p.pid, signal.SIGKILL)
                self.p.wait(grace)
            except ProcessLookupError:
                pass
        self.log.close()


def fresh_dir(p: Path) -> Path:
    if p.exists():
        shutil.rmtree(p)
    p.mkdir(parents=True)
    return p


def need(path: str | Path, how: str) -> Path:
    p = Path(path)
    if not p.exists():
        raise FileNotFoundError(f"{p} is missing. Get it with: {how}")
    return p
