"""Finds a browser for the tests, or brings one: Playwright's own where it can be had, else the system's package.

`python tests/browser/chromium.py install` is what `make browser` calls.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
DOWNLOAD_SECONDS = 300
# Nothing the browser does on its own may leave the machine or ask the desktop.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
)


def executable(playwright: Playwright) -> str | None:
    """A browser that can be started: the one named by CHROMIUM, Playwright's own, the system's, in this order."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else next((path for name in SYSTEM_NAMES if (path := shutil.which(name))), None)


def launch(playwright: Playwright) -> Browser:
    """The browser of all tests and benchmarks, headless."""
    return playwright.chromium.launch(executable_path=executable(playwright), args=list(ARGUMENTS))


def found() -> bool:
    with sync_playwright() as playwright:
        return executable(playwright) is not None


def download() -> bool:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    try:
        return subprocess.run(command, timeout=DOWNLOAD_SECONDS, capture_output=True, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def system_package() -> bool:
    apt = shutil.which("apt-get")
    if not apt:
        return False
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "chromium", "fonts-dejavu-core"]):
        if subprocess.run([*root, apt, *arguments], env=environment, stdout=subprocess.DEVNULL, check=False).returncode:
            return False
    return True


def install() -> None:
    if found():
        return
    print("· browser for the tests", flush=True)
    if not (download() and found()) and not (system_package() and found()):
        raise SystemExit("no browser: neither Playwright's download nor the package `chromium` worked; set CHROMIUM to one")


if __name__ == "__main__":
    if sys.argv[1:] != ["install"]:
        raise SystemExit("usage: python tests/browser/chromium.py install")
    install()
