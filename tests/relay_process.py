"""A relay as its operator runs it: the command line in a process of its own, over a data folder that outlives it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.engines import Engine

START_SECONDS = 30.0
GROUP = 1000
AGENT = "ada.example"
PASSWORD = "correct horse 7 battery"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RelayProcess:
    """`serve` on a loopback port; `kill` is kill -9, after which `start` finds the same data and port again.

    `origin` is a relay that does not run: this one begins with a copy of its data and lives on its engine.
    """

    def __init__(self, data: Path, port: int | None = None, *, engine: Engine = Engine(), origin: RelayProcess | None = None) -> None:  # noqa: B008
        self.data = data
        self.engine = origin.engine if origin else engine
        if origin:
            shutil.copytree(origin.data, data, dirs_exist_ok=True)
        self.database = self.engine.address(origin.database if origin else "")
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data / "relay.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.command = [sys.executable, "-m", "relay"]
        self.environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        if self.database:
            self.environment["COBROWSE_DATABASE"] = self.database

    def cli(self, *arguments: str, stdin: str = "", expect: int = 0) -> str:
        """Runs one command of the command line on this relay's data; returns what it printed."""
        command = [*self.command, *arguments, "--data", str(self.data)]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60, env=self.environment, check=False)
        assert done.returncode == expect, f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout if expect == 0 else done.stderr

    def json(self, *arguments: str) -> Any:
        return json.loads(self.cli(*arguments, "--json"))

    def seed(self) -> None:
        """A group with one agent; no mask rules."""
        self.cli("group", "add", "--id", str(GROUP), "--name", "Test group")
        self.add_agent(AGENT)

    def add_agent(self, username: str, role: str = "agent", group: int = GROUP) -> None:
        self.cli("user", "add", "--group", str(group), "--username", username, "--password-stdin", "--role", role, stdin=PASSWORD + "\n")

    def mask(self, selector: str, action: str = "text", label: str = "", site: str = "production", **more: str) -> None:
        extra = [part for name, value in more.items() for part in (f"--{name}", value)]
        arguments = ["--group", str(GROUP), "--site", site, "--selector", selector, "--action", action, "--label", label]
        self.cli("mask", "add", *arguments, *extra)

    def start(self) -> None:
        command = [*self.command, "serve", "--data", str(self.data), "--host", "127.0.0.1", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=self.environment)
        deadline = time.monotonic() + START_SECONDS
        while not self.healthy():
            assert self.process.poll() is None, f"the relay ended at once:\n{self.log.read_text()[-4000:]}"
            assert time.monotonic() < deadline, f"the relay does not answer:\n{self.log.read_text()[-4000:]}"
            time.sleep(0.05)

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(10)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()

    def stored_bytes(self) -> bytes:
        """Everything this relay has written: database, journals, assets, logs."""
        return self.engine.stored_bytes(self.data, self.database)
