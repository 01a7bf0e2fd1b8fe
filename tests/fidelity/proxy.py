#!/usr/bin/env python3
"""Reverse proxy that pastes a <script> into every HTML document, as a customer would into a template.

  proxy.py --listen 8201 --upstream 8101 --snippet FILE [--csp keep|extend|strip] [--allow ORIGIN ...] [--frames all|top]
  proxy.py --map 8201:8101 --map 8202:8102 ... --snippet FILE

The Host header is passed on as the browser sent it, so redirects, cookies and CSRF checks stay on the proxy's origin.
WebSockets pass through, with their subprotocol. The snippet goes right after <head> (else before the first tag of the body).
--csp extend adds the --allow origins to the page's policy, as a customer with a policy must; keep leaves it; strip removes it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import re
from pathlib import Path

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, WSMsgType, web
from yarl import URL

HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailers",
    "transfer-encoding",
    "upgrade",
    "content-encoding",
    "content-length",
}
HEAD = re.compile(rb"<head(?:\s[^>]*)?>", re.I)
BODY = re.compile(rb"<body(?:\s[^>]*)?>", re.I)
DOCTYPE = re.compile(rb"^\s*(?:<!--.*?-->\s*)*<!doctype[^>]*>", re.I | re.S)
META_CSP = re.compile(rb"<meta[^>]+http-equiv=[\"']?content-security-policy[\"']?[^>]*>", re.I)


def insert_snippet(html: bytes, snippet: bytes) -> bytes:
    for rx in (HEAD, BODY):
        m = rx.search(html)
        if m:
            return html[: m.end()] + snippet + html[m.end() :]
    m = DOCTYPE.search(html)
    at = m.end() if m else 0
    return html[:at] + snippet + html[at:]


def extend_csp(policy: str, origins: list[str]) -> str:
    """Let the given origins be loaded from and connected to, touching nothing else."""
    out = []
    for one in policy.split(","):
        directives: dict[str, list[str]] = {}
        order = []
        for d in one.split(";"):
            parts = d.split()
            if parts and parts[0].lower() not in directives:
                directives[parts[0].lower()] = parts[1:]
                order.append(parts[0].lower())
        default = directives.get("default-src")
        for name in ("script-src", "connect-src", "style-src", "font-src", "img-src"):
            if name in directives:
                src = directives[name]
            elif default is not None and name in ("script-src", "connect-src"):
                src = list(default)
                order.append(name)
            else:
                continue
            if "'none'" in src:
                src = [s for s in src if s != "'none'"]
            extra = origins + ([o.replace("http", "ws", 1) for o in origins] if name == "connect-src" else [])
            directives[name] = src + [o for o in extra if o not in src]
        if "script-src-elem" in directives:
            directives["script-src-elem"] += origins
        out.append("; ".join(" ".join([n] + directives[n]) for n in order))
    return ", ".join(out)


def make_app(upstream: str, snippet: bytes, csp: str, allow: list[str], frames: str) -> web.Application:
    async def handler(req: web.Request) -> web.StreamResponse:
        s: ClientSession = req.app["session"]
        url = f"http://{upstream}{req.raw_path}"
        if req.headers.get("Upgrade", "").lower() == "websocket":
            return await websocket(req, s, url)
        headers = {k: v for k, v in req.headers.items() if k.lower() not in HOP}
        headers["Accept-Encoding"] = "identity"
        body = await req.read() if req.can_read_body else None
        async with s.request(req.method, URL(url, encoded=True), headers=headers, data=body, allow_redirects=False) as r:
            out = [(k, v) for k, v in r.headers.items() if k.lower() not in HOP]
            is_html = r.headers.get("Content-Type", "").lower().split(";")[0].strip() in ("text/html", "application/xhtml+xml")
            dest = req.headers.get("Sec-Fetch-Dest", "document")
            wanted = dest == "document" or (frames == "all" and dest in ("iframe", "frame"))
            if is_html and wanted and req.method != "HEAD":
                data = await r.read()
                if snippet:
                    data = insert_snippet(data, snippet)
                if csp == "strip":
                    data = META_CSP.sub(b"", data)
                    out = [(k, v) for k, v in out if k.lower() not in ("content-security-policy", "content-security-policy-report-only")]
                elif csp == "extend":
                    out = [
                        (k, extend_csp(v, allow))
                        if k.lower() in ("content-security-policy", "x-content-security-policy", "x-webkit-csp")
                        else (k, v)
                        for k, v in out
                    ]
                out = [(k, v) for k, v in out if k.lower() not in ("etag", "last-modified", "cache-control")] + [
                    ("Cache-Control", "no-store")
                ]
                resp = web.Response(status=r.status, reason=r.reason, body=data)
                resp.headers.clear()
                for k, v in out:
                    resp.headers.add(k, v)
                return resp
            resp2 = web.StreamResponse(status=r.status, reason=r.reason)
            for k, v in out:
                resp2.headers.add(k, v)
            if "Content-Length" in r.headers:
                resp2.content_length = int(r.headers["Content-Length"])
            await resp2.prepare(req)
            if req.method != "HEAD":
                async for chunk in r.content.iter_any():
                    await resp2.write(chunk)
            await resp2.write_eof()
            return resp2

    async def websocket(req: web.Request, s: ClientSession, url: str) -> web.StreamResponse:
        protos = [p.strip() for p in req.headers.get("Sec-WebSocket-Protocol", "").split(",") if p.strip()]
        skip = HOP | {"sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions", "sec-websocket-protocol", "host"}
        headers = {k: v for k, v in req.headers.items() if k.lower() not in skip}
        headers["Host"] = req.headers["Host"]
        async with s.ws_connect(
            URL(url.replace("http", "ws", 1), encoded=True), headers=headers, protocols=protos, max_msg_size=0, autoping=True
        ) as up:
            down = web.WebSocketResponse(protocols=[up.protocol] if up.protocol else [], max_msg_size=0)
            await down.prepare(req)

            async def pump(src, dst):
                async for m in src:
                    if m.type == WSMsgType.TEXT:
                        await dst.send_str(m.data)
                    elif m.type == WSMsgType.BINARY:
                        await dst.send_bytes(m.data)
                    else:
                        break

            tasks = [asyncio.create_task(pump(down, up)), asyncio.create_task(pump(up, down))]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for t in tasks:
                t.cancel()
            await down.close()
            return down

    app = web.Application(client_max_size=1 << 30, handler_args={"auto_decompress": False})

    async def life(a: web.Application):
        a["session"] = ClientSession(
            cookie_jar=DummyCookieJar(),
            auto_decompress=True,
            timeout=ClientTimeout(total=None, sock_connect=20),
            connector=TCPConnector(limit=0, keepalive_timeout=5),
        )
        yield
        await a["session"].close()

    app.cleanup_ctx.append(life)
    app.router.add_route("*", "/{tail:.*}", handler)
    return app


async def run(maps: list[tuple[int, int]], snippet: bytes, csp: str, allow: list[str], frames: str) -> None:
    runners = []
    for listen, upstream in maps:
        runner = web.AppRunner(make_app(f"127.0.0.1:{upstream}", snippet, csp, allow, frames), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", listen).start()
        runners.append(runner)
    print("proxy ready", ", ".join(f"{a}->{b}" for a, b in maps), flush=True)
    await asyncio.Event().wait()


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--listen", type=int)
    ap.add_argument("--upstream", type=int)
    ap.add_argument("--map", action="append", default=[], help="LISTEN:UPSTREAM")
    ap.add_argument("--snippet", help="file whose bytes are inserted; none inserts nothing")
    ap.add_argument("--csp", choices=["keep", "extend", "strip"], default="extend")
    ap.add_argument("--allow", action="append", default=[], help="origin to allow in the policy, e.g. http://127.0.0.1:8300")
    ap.add_argument("--frames", choices=["all", "top"], default="all")
    a = ap.parse_args()
    maps = [tuple(map(int, m.split(":"))) for m in a.map] + ([(a.listen, a.upstream)] if a.listen else [])
    snippet = Path(a.snippet).read_bytes() if a.snippet else b""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(maps, snippet, a.csp, a.allow, a.frames))


if __name__ == "__main__":
    main()
