"""What a site's visitors are to see, for the visitor script: /cobrowse/visitor.json?group=1000&site=production. No secret is among it."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from masking.rule import Site
from relay.store.groups import LARGEST_ID, Groups
from relay.store.setting_versions import SettingVersions
from relay.web.visitor_scripts import ANYWHERE

PATH = "/cobrowse/visitor.json"

CACHE_SECONDS = 60
"""How long a browser keeps it: a change reaches visitors after so long."""


class VisitorSettings:
    def __init__(self, groups: Groups, settings: SettingVersions) -> None:
        self._groups = groups
        self._settings = settings

    async def show(self, request: Request) -> Response:
        """The settings of a group's site as JSON; 404 for a group or site that there is not."""
        group, site = request.query_params.get("group", ""), request.query_params.get("site", Site.PRODUCTION.value)
        if not _is_number(group) or site not in {one.value for one in Site}:
            return Response(status_code=404, headers=ANYWHERE)
        if await self._groups.get(int(group)) is None:
            return Response(status_code=404, headers=ANYWHERE)
        held = await self._settings.settings(int(group), Site(site))
        body = msgspec.json.encode({"termsUrl": held.terms_url, "termsText": held.terms_text})
        headers = {**ANYWHERE, "Cache-Control": f"public, max-age={CACHE_SECONDS}"}
        return Response(body, media_type="application/json", headers=headers)


def _is_number(text: str) -> bool:
    """Whether it can be a group's. Its length is looked at first: Python reads no number of thousands of digits."""
    return len(text) <= len(str(LARGEST_ID)) and text.isascii() and text.isdecimal() and int(text) <= LARGEST_ID
