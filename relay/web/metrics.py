"""/metrics: what the relay counts, as OpenMetrics text, for those who run it.

Without a token only this machine itself may read it: a request from the loopback to a name of the loopback that no proxy has passed on.
"""

from ipaddress import ip_address

from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from relay.identity.origins import LOOPBACK
from relay.identity.tokens import digest, matches
from relay.metrics import Metrics

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


class MetricsPage:
    """`token`: what a reader has to send as `Authorization: Bearer`; empty: see above."""

    def __init__(self, metrics: Metrics, token: str) -> None:
        self._metrics = metrics
        self._token = digest(token) if token else None

    async def show(self, request: Request) -> Response:
        if not self._may_read(request):
            raise HTTPException(404)
        text: bytes = generate_latest(self._metrics)  # type: ignore[no-untyped-call]
        return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})

    def _may_read(self, request: Request) -> bool:
        if self._token is None:
            return _is_local(request)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and matches(token, self._token)


def _is_local(request: Request) -> bool:
    if any(name in request.headers for name in FORWARDED):
        return False
    host = request.headers.get("host", "").lower()
    name = host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0]
    return name in LOOPBACK and _is_loopback(request.client.host if request.client else "")


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
