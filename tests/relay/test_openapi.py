"""The OpenAPI description is true: requests made from it, right ones and wrong ones, are answered as it says, and never by a 500."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from starlette.routing import Route

from relay.app import Relay
from relay.settings import Settings
from relay.web.rest.operation import GROUP
from tests.relay_process import RelayProcess

EXAMPLES = 12
"""For each operation and way."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]


def description(relay: RelayProcess) -> dict[str, Any]:
    served: dict[str, Any] = httpx.get(f"{relay.url}/api/v0/openapi.json").json()
    return served


def of_group(served: dict[str, Any], group: int) -> dict[str, Any]:
    """With the group filled in, for requests of other groups stop at the gate."""
    for path, operations in list(served["paths"].items()):
        served["paths"][path.replace("{groupId}", str(group))] = served["paths"].pop(path)
        for operation in operations.values():
            operation["parameters"] = [one for one in operation["parameters"] if one["name"] != "groupId"]
    return served


def test_every_route_is_described(relay: RelayProcess, tmp_path: Path) -> None:
    routes = [route for route in Relay(Settings(data=tmp_path), "http://127.0.0.1:1").routes() if isinstance(route, Route)]
    served = {(method, route.path) for route in routes if route.path.startswith(GROUP) for method in (route.methods or set()) - {"HEAD"}}
    assert served == {(method.upper(), path) for path, operations in description(relay)["paths"].items() for method in operations}


def drive(operation: APIOperation[Any], mode: GenerationMode, url: str, key: str) -> Counter[int]:
    """Requests of one operation, and how often each status came."""
    # Everything in a query is text: some wrong values are right ones once they are written.
    rejects = mode is GenerationMode.NEGATIVE and not operation.query
    checks = [*CHECKS, negative_data_rejection] if rejects else CHECKS
    statuses: Counter[int] = Counter()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: schemathesis.Case) -> None:
        answer = case.call(base_url=url, headers={"Authorization": f"Bearer {key}"})
        case.validate_response(answer, checks=checks)
        statuses[answer.status_code] += 1

    run()
    return statuses


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_requests_made_from_the_description_are_answered_as_it_says(relay: RelayProcess, mode: GenerationMode) -> None:
    key = relay.json("key", "show", "--group", "1000")["key"]
    schema = schemathesis.openapi.from_dict(of_group(description(relay), 1000))
    statuses: Counter[int] = Counter()
    for found in schema.get_all_operations():
        statuses += drive(found.ok(), mode, relay.url, key)
    # Those that were made without a token are refused without being counted as guesses.
    assert statuses[200] and 429 not in statuses
