"""Swagger UI over a made-up bank API: React + Immutable, authorisation dialog with credentials, JSON bodies, long expandable lists."""

import json

from tests.fidelity.places import HERE, NPM, STATE, Proc, fresh_dir, main_python, need

NAME, PORT, READY = "swaggerui", 8118, "/site/index.html"
FAMILY, LICENCE = "React + Immutable, credential dialog, code highlighting", "Apache-2.0"
NEEDS = ["npm: swagger-ui-dist"]
DIR = STATE / "swaggerui"


def _spec() -> dict:
    schema = {
        "Customer": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {"type": "string"},
                "iban": {"type": "string"},
                "kind": {"type": "string", "enum": ["private", "company"]},
                "address": {"type": "object", "properties": {"street": {"type": "string"}, "city": {"type": "string"}}},
            },
        }
    }
    paths = {}
    for what in ["customers", "accounts", "cards", "loans", "payments", "statements"]:
        ref = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Customer"}}}}
        sec = [{"basic": []}, {"key": []}]
        paths[f"/{what}"] = {
            "get": {
                "tags": [what],
                "summary": f"List {what}",
                "security": sec,
                "parameters": [
                    {"name": "q", "in": "query", "schema": {"type": "string"}},
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "default": 10}},
                    {"name": "state", "in": "query", "schema": {"type": "string", "enum": ["open", "closed"]}},
                ],
                "responses": {"200": {"description": "ok", **ref}},
            },
            "post": {
                "tags": [what],
                "summary": f"Add to {what}",
                "security": sec,
                "requestBody": ref,
                "responses": {"201": {"description": "made"}},
            },
        }
        paths[f"/{what}/{{id}}"] = {
            "delete": {
                "tags": [what],
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {"204": {"description": "gone"}},
            }
        }
    return {
        "openapi": "3.0.3",
        "info": {"title": "Acme bank API", "version": "1", "description": "**Markdown** with a [link](#) and `code`."},
        "servers": [{"url": "/api"}],
        "paths": paths,
        "components": {
            "schemas": schema,
            "securitySchemes": {"basic": {"type": "http", "scheme": "basic"}, "key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        },
    }


def setup():
    need(NPM / "swagger-ui-dist/swagger-ui-bundle.js", "npm i swagger-ui-dist")
    d = fresh_dir(DIR)
    (d / "spec.json").write_text(json.dumps(_spec()))
    (
        d / "index.html"
    ).write_text("""<!doctype html><html lang=en><head><meta charset=utf-8><title>API</title><link rel=stylesheet href=/dist/swagger-ui.css></head>
<body><div id=swagger-ui></div><script src=/dist/swagger-ui-bundle.js></script><script src=/dist/swagger-ui-standalone-preset.js></script>
<script>SwaggerUIBundle({url:'/site/spec.json',dom_id:'#swagger-ui',deepLinking:true,filter:true,validatorUrl:null,presets:[SwaggerUIBundle.presets.apis,SwaggerUIStandalonePreset],layout:'StandaloneLayout'})</script></body></html>""")
    (d / "api.json").write_text("[]")


def start():
    return [Proc(NAME, [main_python(), str(HERE / "static_server.py"), str(PORT), f"/dist/={NPM}/swagger-ui-dist", f"/site/={DIR}"])]


MASK = ["input[type=password]", "input[aria-label='auth-basic-username']", "input[aria-label='auth-api-key']", "#api_key_value"]
# What it shows again elsewhere: the name under which one is signed in, and commands that repeat a request with its credentials.
MASK.append(".auth-container label + code")
HIDE = [".curl-command .curl"]


def journey(j):
    j.goto("/site/index.html")
    j.see(".opblock-tag")
    j.checkpoint("operation list")
    j.click("button.authorize")
    j.see(".dialog-ux")
    j.checkpoint("authorise dialog")
    j.type(".auth-container input[name=username]", "CANARY-user-9001", secret=True, mask=".auth-container input[name=username]")
    j.type(".auth-container input[type=password]", "CANARY-pw-9002", secret=True, mask="input[type=password]")
    j.click(".auth-btn-wrapper button.authorize", nth=0)
    j.type(".auth-container:last-child input[type=text]", "CANARY-key-9003", secret=True, mask="#api_key_value")
    j.checkpoint("credentials typed")
    j.click(".auth-btn-wrapper button.authorize")
    j.click("button.btn-done")
    for i, name in enumerate(["customers", "cards", "loans"]):
        j.click(f"#operations-{name}-get_{name} .opblock-summary-control")
        j.click(f"#operations-{name}-get_{name} .try-out__btn")
        j.type(f"#operations-{name}-get_{name} tr[data-param-name=q] input", f"smith {i}")
        j.select(f"#operations-{name}-get_{name} tr[data-param-name=state] select", "closed")
        if i == 0:
            j.checkpoint("operation open")
        j.click(f"#operations-{name}-get_{name} .execute")
        j.see(f"#operations-{name}-get_{name} .live-responses-table")
    j.checkpoint("responses shown")
    j.click("#operations-customers-post_customers .opblock-summary-control")
    j.click("#operations-customers-post_customers .try-out__btn")
    j.type("#operations-customers-post_customers textarea", '{"name": "Ana", "iban": "DE00"}')
    j.checkpoint("JSON body edited")
    j.type("input.operation-filter-input", "loan")
    j.pause(600)
    j.checkpoint("filter removes most of the page")
    j.press("Control+A", "Delete")
    j.pause(600)
    j.click("#operations-tag-payments")
    j.pause(400)
    j.checkpoint("tag folded")
    j.scroll_into(".models h4, section.models")
    j.click(".model-container button, .model-box-control, .model-toggle", nth=0)
    j.pause(400)
    j.checkpoint("schema unfolded")
    j.wheel(-3000)
    j.checkpoint("top again")
