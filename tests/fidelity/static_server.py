"""Static file server for already built sites: python static_server.py PORT PREFIX=DIR [PREFIX=DIR ...]

Prefix "/" is allowed. A directory gives its index.html. HTML host pages of ours can be passed as a folder.
Nothing is cached, so a page always loads all its assets the way a first visit does.
"""

from __future__ import annotations

import mimetypes
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

for ext, typ in {
    ".mjs": "text/javascript",
    ".js": "text/javascript",
    ".cjs": "text/javascript",
    ".wasm": "application/wasm",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".woff": "font/woff",
    ".ttf": "font/ttf",
    ".json": "application/json",
    ".css": "text/css",
    ".xht": "application/xhtml+xml",
    ".xhtml": "application/xhtml+xml",
    ".map": "application/json",
}.items():
    mimetypes.add_type(typ, ext)


def make_handler(mounts: list[tuple[str, Path]]):
    class Handler(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def translate_path(self, path: str) -> str:
            p = unquote(urlsplit(path).path)
            for prefix, root in mounts:
                if p == prefix.rstrip("/") or p.startswith(prefix):
                    rel = p[len(prefix) :].lstrip("/")
                    full = (root / rel).resolve()
                    # links inside the served tree may leave it (Debian -doc packages link /usr/share/javascript)
                    return str(full) if ".." not in Path(rel).parts else str(root)
            return "/nonexistent"

        def guess_type(self, path):
            t = mimetypes.guess_type(str(path))[0] or "application/octet-stream"
            return t + "; charset=utf-8" if t.startswith("text/") else t

        def end_headers(self):
            self.send_header("Cache-Control", "no-store")
            super().end_headers()

        def do_GET(self):
            if urlsplit(self.path).path == "/favicon.ico" and not Path(self.translate_path(self.path)).exists():
                self.send_response(204)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            super().do_GET()

        def log_message(self, fmt, *args):
            if len(args) > 1 and str(args[1]).startswith(("4", "5")):
                sys.stderr.write(f"{self.path} {args[1]}\n")

    return Handler


def main() -> None:
    port = int(sys.argv[1])
    mounts = []
    for a in sys.argv[2:]:
        prefix, _, d = a.partition("=")
        mounts.append((prefix, Path(d).resolve()))
    mounts.sort(key=lambda m: -len(m[0]))
    ThreadingHTTPServer(("127.0.0.1", port), make_handler(mounts)).serve_forever()


if __name__ == "__main__":
    main()
