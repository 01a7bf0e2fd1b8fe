"""The stage: the document in which the console rebuilds a page; no origin, no credentials, no network (requirements 2.1, 2.2)."""

import secrets

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from relay.web.site import STAGE_PATH, Site

SCRIPT_PATH = "/static/stage.js"
NONCE_BYTES = 16

MODES = ("quirks", "limited")
"""How a page without a full doctype is laid out; anything else is standards mode."""

_FEATURES = """
accelerometer autoplay camera clipboard-read clipboard-write display-capture encrypted-media
fullscreen gamepad geolocation gyroscope hid identity-credentials-get idle-detection keyboard-map local-fonts magnetometer microphone midi
payment picture-in-picture publickey-credentials-create publickey-credentials-get screen-wake-lock serial speaker-selection storage-access
usb window-management xr-spatial-tracking"""
_NO_FEATURES = ", ".join(f"{feature}=()" for feature in _FEATURES.split())


class StagePage:
    def __init__(self, site: Site) -> None:
        self._site = site

    async def show(self, request: Request) -> Response:
        nonce = secrets.token_urlsafe(NONCE_BYTES)
        asked = request.query_params.get("mode", "")
        mode = asked if asked in MODES else "standards"
        origin = self._site.origin(request)
        response = HTMLResponse(self._site.text("stage.html", nonce=nonce, mode=mode, script_url=f"{origin}{SCRIPT_PATH}"))
        response.headers.update(
            {
                "Content-Security-Policy": self._policy(nonce, origin),
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
                "Permissions-Policy": _NO_FEATURES,
                "Cache-Control": "no-store",
            }
        )
        return response

    def _policy(self, nonce: str, origin: str) -> str:
        assets = self._site.public_origin
        return (
            f"sandbox allow-scripts; default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; img-src {assets} data:; "
            f"font-src {assets} data:; media-src {assets}; frame-src {origin}{STAGE_PATH}; connect-src 'none'; worker-src 'none'; "
            "object-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        )
