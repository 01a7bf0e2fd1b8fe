"""Assets of a session's page: the visitor's browser or else the relay brings them, viewers fetch them (/cobrowse/assets/<scope>/<id>).

What its own response lets anybody share may be in the group's common cache: the visitor's browser then names the bytes by their digest
(RFC 9530, Repr-Digest), and brings only what is not there.
"""

import asyncio
import base64
import binascii
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from cam_proxy.fetch import Fetches
from cam_proxy.headers import asset_headers, missing_headers
from cam_proxy.store import AssetStore, Kept
from cam_proxy.uploads import UPLOAD_BYTES, AssetType, UploadRefused, checked_type, family
from relay.clock import Clock
from relay.identity.origins import allowed
from relay.identity.tokens import matches
from relay.live.counts import Counts
from relay.live.session import Session
from relay.registry import Registry
from relay.store.groups import Groups
from relay.store.setting_versions import SettingVersions
from relay.web.body import read

PREFLIGHT_SECONDS = 600

UPLOADS = 6
"""Uploads and offers of one session at the same time: as many as a browser opens connections to one host. Each may hold a whole asset."""

SHARED = "shared"
"""The query of an upload that its response lets anybody share (requirements 4.8); the visitor's browser sees its headers, we do not."""

DIGEST_BYTES = 32

RETRY_SECONDS = 1
"""When a browser that was told that these are too many may try again."""


class AssetService:
    """`wait` is how long a viewer's request waits for the visitor's browser, in seconds."""

    def __init__(
        self,
        registry: Registry,
        groups: Groups,
        settings: SettingVersions,
        store: AssetStore,
        fetches: Fetches,
        wait: float,
        clock: Clock,
        counts: Counts,
    ) -> None:
        self._registry = registry
        self._groups = groups
        self._settings = settings
        self._store = store
        self._fetches = fetches
        self._wait = wait
        self._clock = clock
        self._counts = counts
        self._uploads: Counter[str] = Counter()

    async def preflight(self, request: Request) -> Response:
        session = self._session(request)
        if session is None or not await self._allowed(request, session):
            return Response(status_code=403, headers={"Vary": "Origin"})
        headers = {
            **_echo(request),
            "Access-Control-Allow-Methods": "PUT, POST, DELETE",
            "Access-Control-Allow-Headers": "authorization, content-type, repr-digest",
            "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
        }
        return Response(status_code=204, headers=headers)

    async def put(self, request: Request) -> Response:
        """Bytes of an asset, from the visitor whose page has it."""
        return await self._in_turn(request, self._upload)

    async def offer(self, request: Request) -> Response:
        """The visitor's browser has bytes with this digest: 204 if they are here already, else 202, and it brings them."""
        return await self._in_turn(request, self._offered)

    async def delete(self, request: Request) -> Response:
        """The visitor's browser cannot have the bytes of this asset: the relay gets them where the group allows it, or nobody waits."""
        session, asset, refused = await self._addressed(request)
        if session is None:
            return refused
        return Response(status_code=204, headers=_echo(request), background=BackgroundTask(self._fetch, session, asset))

    async def _in_turn(self, request: Request, do: Callable[[Request, Session, str], Awaitable[Response]]) -> Response:
        """Do it for the session and its asset, if the session has not too much going on."""
        session, asset, refused = await self._addressed(request)
        if session is None:
            return refused
        scope = session.record.scope
        if self._uploads[scope] >= UPLOADS:
            return Response(status_code=429, headers={**_echo(request), "Retry-After": str(RETRY_SECONDS)})
        with self._counted(scope):
            return await do(request, session, asset)

    async def _addressed(self, request: Request) -> tuple[Session | None, str, Response]:
        """The session and its asset that its own visitor names; without one, the answer to give."""
        asset = str(request.path_params["asset"])
        session = await self._visitors(request)
        if session is None:
            return None, asset, Response(status_code=403, headers={"Vary": "Origin"})
        missing = Response(status_code=404, headers=_echo(request))
        return (None if session.replica.asset(asset) is None else session), asset, missing

    async def _upload(self, request: Request, session: Session, asset: str) -> Response:
        data = await read(request, UPLOAD_BYTES)
        if not session.wanted.has_room(len(data)):
            return Response(status_code=507, headers=_echo(request))
        try:
            kind = checked_type(request.headers.get("content-type", ""), data)
        except UploadRefused as refused:
            return Response(refused.reason, 415, headers=_echo(request), media_type="text/plain")
        # Asked first: where the database cannot be asked, nothing is kept that nobody would drop.
        shared = SHARED in request.query_params and await self._caches(session) and session.wanted.may_share(len(data))
        kept = await asyncio.to_thread(self._keep, session.record.group, kind, data, shared)
        self._counts.uploaded += 1
        self._hand_over(session, asset, kept)
        return Response(status_code=204, headers=_echo(request))

    def _keep(self, group: int, kind: AssetType, data: bytes, shared: bool) -> Kept:
        kept = self._store.keep(group, kind, data)
        try:
            if shared:
                self._store.share(kept, self._clock.wall())
        except BaseException:
            self._store.drop(kept)
            raise
        return kept

    async def _offered(self, request: Request, session: Session, asset: str) -> Response:
        kept = await self._common(request, session)
        if kept is None:
            # No error: browsers write those into the console of the visitor's page.
            return Response(status_code=202, headers=_echo(request))
        if not session.wanted.has_room(kept.size):
            self._store.drop(kept)
            return Response(status_code=507, headers=_echo(request))
        self._counts.reused += 1
        self._hand_over(session, asset, kept)
        return Response(status_code=204, headers=_echo(request))

    async def _common(self, request: Request, session: Session) -> Kept | None:
        """What the group's common cache has of what the browser offers."""
        digest, kinds = _digest(request), family(request.headers.get("content-type", ""))
        if digest is None or not await self._caches(session):
            return None
        for kind in kinds:
            if kept := await asyncio.to_thread(self._store.take, session.record.group, kind, digest, self._clock.wall()):
                return kept
        return None

    async def _caches(self, session: Session) -> bool:
        settings = await self._settings.settings(session.record.group, session.record.site)
        return settings.common_cache

    async def _fetch(self, session: Session, asset: str) -> None:
        """Get the asset from where the page has it, once in a session."""
        record, url = session.record, session.replica.asset(asset)
        settings = await self._settings.settings(record.group, record.site)
        found = None
        if url is not None and settings.server_fetch and session.wanted.fetch(asset):
            found = await self._fetches.get(record.scope, url)
        if found is None or not session.wanted.has_room(len(found[1])):
            session.wanted.give_up(asset)
        else:
            self._hand_over(session, asset, await asyncio.to_thread(self._store.keep, record.group, *found))

    def _hand_over(self, session: Session, asset: str, kept: Kept) -> None:
        """The session has it from now on, if it still runs."""
        if session.state.final:
            self._store.drop(kept)
        else:
            session.wanted.keep(asset, kept)

    async def get(self, request: Request) -> Response:
        """The bytes, as soon as they are here. All that is not there looks alike."""
        session, asset = self._session(request), str(request.path_params["asset"])
        kept = await self._arrival(session, asset) if session is not None else None
        if kept is None:
            return Response(status_code=404, headers=missing_headers())
        return FileResponse(self._store.path(kept), headers=asset_headers(kept.kind), media_type=kept.kind.name)

    async def _arrival(self, session: Session, asset: str) -> Kept | None:
        if kept := session.wanted.get(asset):
            return kept
        if session.wanted.out_of_reach(asset) or session.replica.asset(asset) is None:
            return None
        here = asyncio.Event()
        stop = session.wanted.wait(asset, here.set)
        try:
            session.want(asset)
            async with asyncio.timeout(self._wait):
                await here.wait()
        except TimeoutError:
            return None
        finally:
            stop()
        return session.wanted.get(asset)

    def _session(self, request: Request) -> Session | None:
        return self._registry.by_scope(str(request.path_params["scope"]))

    async def _visitors(self, request: Request) -> Session | None:
        """The session, if its own visitor asks, from a page of its group."""
        session = self._session(request)
        if session is None or not _is_visitor(request, session) or not await self._allowed(request, session):
            return None
        return session

    @contextmanager
    def _counted(self, scope: str) -> Iterator[None]:
        self._uploads[scope] += 1
        try:
            yield
        finally:
            self._uploads[scope] -= 1
            if not self._uploads[scope]:
                del self._uploads[scope]

    async def _allowed(self, request: Request, session: Session) -> bool:
        group = await self._groups.get(session.record.group)
        return group is not None and allowed(request.headers.get("origin", ""), group.origins)


def _is_visitor(request: Request, session: Session) -> bool:
    """`Authorization: Bearer <ssnid>.<secret>`; the secret has no dots."""
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    ssnid, _, secret = credentials.rpartition(".")
    return scheme.lower() == "bearer" and ssnid == session.record.ssnid and matches(secret, session.record.secret_hash)


def _digest(request: Request) -> str | None:
    """`Repr-Digest: sha-256=:<base64>:` in hexadecimal digits; None when the request has none."""
    algorithm, _, value = request.headers.get("repr-digest", "").partition("=")
    if algorithm.strip().lower() != "sha-256" or not (value.startswith(":") and value.endswith(":")):
        return None
    try:
        digest = base64.b64decode(value[1:-1], validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest.hex() if len(digest) == DIGEST_BYTES else None


def _echo(request: Request) -> dict[str, str]:
    return {"Access-Control-Allow-Origin": request.headers.get("origin", ""), "Vary": "Origin"}
