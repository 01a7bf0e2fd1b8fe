"""What a site's visitors are to see is public, and nothing else is told by it."""

from __future__ import annotations

import httpx2 as httpx
import pytest

from tests.relay_process import GROUP, RelayProcess

PATH = "/cobrowse/visitor.json"


def asked(relay: RelayProcess, **query: object) -> httpx.Response:
    return httpx.get(f"{relay.url}{PATH}", params={name: str(value) for name, value in query.items()}, trust_env=False)


def test_each_site_has_its_own_and_children_their_parents(relay: RelayProcess) -> None:
    relay.cli("group", "add", "--id", "1700", "--name", "Child", "--parent", str(GROUP))
    values = ("termsUrl=https://www.example.com/terms", "termsText=Dürfen wir mitsehen?")
    relay.cli("setting", "set", "--group", str(GROUP), "--site", "staging", *values)
    staging = asked(relay, group=GROUP, site="staging")
    assert staging.json() == {"termsUrl": "https://www.example.com/terms", "termsText": "Dürfen wir mitsehen?"}
    assert asked(relay, group=1700, site="staging").json() == staging.json()
    assert asked(relay, group=GROUP).json() == {"termsUrl": "", "termsText": ""}
    assert staging.headers["access-control-allow-origin"] == "*"
    assert staging.headers["cache-control"] == "public, max-age=60"
    assert staging.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"group": 9},
        {"group": "x"},
        {"group": "¹"},
        {"group": 10**30},
        {"group": "9" * 5000},
        {"group": -1},
        {"group": GROUP, "site": "other"},
    ],
)
def test_what_is_not_there_is_not_there(relay: RelayProcess, query: dict[str, object]) -> None:
    answer = asked(relay, **query)
    assert (answer.status_code, answer.content) == (404, b"")
