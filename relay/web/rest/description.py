"""The OpenAPI 3.1 description of the REST services, made from the operations that are served: it cannot say what they do not do."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from masking.rule import Site
from relay.web import problems
from relay.web.bearers import GREATEST_ID
from relay.web.rest.operation import CSV, GROUP, JSON, Operation

PATH = "/api/v0/openapi.json"
VERSION = "0"
REFERENCES = "#/components/schemas/{name}"

ALWAYS = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
WITH_BODY = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def describe(operations: Sequence[Operation], server: str) -> bytes:
    """The description as JSON; `server` is the address of the relay."""
    types = [kind for one in operations for kind in (one.answer, one.body, one.query) if kind is not None]
    schemas, components = msgspec.json.schema_components([*types, problems.Problem], ref_template=REFERENCES)
    by_type = dict(zip(map(id, types), schemas, strict=False))
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(f"{GROUP}{one.path}", {})[one.method.lower()] = _operation(one, by_type, components)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {"title": "Cobrowse Relay", "version": VERSION},
            "servers": [{"url": server}],
            "security": [{"bearer": []}],
            "paths": paths,
            "components": {
                "schemas": components,
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "description": problems.WHO}},
            },
        }
    )


def _operation(one: Operation, schemas: dict[int, Any], components: dict[str, Any]) -> dict[str, Any]:
    refuses = {*ALWAYS, *one.refuses, *(WITH_BODY if one.body is not None else ())}
    content = {one.media: {"schema": {"type": "string"} if one.media == CSV else schemas[id(one.answer)]}}
    described: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.about,
        "tags": [one.path.removeprefix("/sites/{site}").strip("/").partition("/")[0].removeprefix("delete-")],
        "parameters": [*_path_parameters(f"{GROUP}{one.path}"), *_query_parameters(one, schemas, components)],
        "responses": {
            "200": {"description": "Done.", "content": content},
            **{str(status.value): _refusal(status) for status in sorted(refuses)},
        },
    }
    if one.body is not None:
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": schemas[id(one.body)]}}}
    return described


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "schema": _of_path(name)} for name in re.findall(r"{(\w+)}", path)]


def _of_path(name: str) -> dict[str, Any]:
    if name == "site":
        return {"enum": [site.value for site in Site]}
    if name == "sessionId":
        return {"type": "string", "minLength": 1}
    return {"type": "integer", "minimum": 1, "maximum": GREATEST_ID}


def _query_parameters(one: Operation, schemas: dict[int, Any], components: dict[str, Any]) -> list[dict[str, Any]]:
    if one.query is None:
        return []
    schema = components[schemas[id(one.query)]["$ref"].rpartition("/")[2]]
    return [{"name": name, "in": "query", "required": False, "schema": value} for name, value in schema["properties"].items()]


def _refusal(status: HTTPStatus) -> dict[str, Any]:
    return {"description": status.phrase, "content": {problems.MEDIA_TYPE: {"schema": {"$ref": REFERENCES.format(name="Problem")}}}}


class Description:
    """Serves the description; it holds for the life of the relay."""

    def __init__(self, operations: Sequence[Operation], server: str) -> None:
        self._described = describe(operations, server)

    async def show(self, _request: Request) -> Response:
        return Response(self._described, media_type=JSON, headers={"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"})
