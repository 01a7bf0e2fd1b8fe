"""Logging in, forms, tickets, and who gets to which session."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from relay.protocol.names import Close
from relay.web.site import initials
from tests.relay.peers import SHOP, Agent, Viewer, Visitor, document, form_token
from tests.relay_process import AGENT, GROUP, PASSWORD, RelayProcess

JOIN = "/agentjoin/AgentJoin.aspx"
VIEW = "/agentjoin/AgentView.aspx"


def test_an_agent_logs_in_and_out(relay: RelayProcess) -> None:
    with Agent(relay) as agent:
        asked = agent.get(JOIN)
        assert asked.status_code == 303
        assert asked.headers["location"] == "/login?next=%2Fagentjoin%2FAgentJoin.aspx"
        answer = agent.log_in(next=JOIN)
        assert (answer.status_code, answer.headers["location"]) == (303, JOIN)
        cookie = next(value for name, value in answer.headers.multi_items() if name == "set-cookie" and value.startswith("GSSNID="))
        assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie
        page = agent.get(JOIN)
        assert page.status_code == 200
        before = agent.cookies["GSSNID"]
        assert agent.post("/logout", data={"csrf": form_token(page.text)}).status_code == 303
        agent.cookies.set("GSSNID", before)
        assert agent.get(JOIN).status_code == 303


def test_a_login_gets_a_new_cookie(relay: RelayProcess) -> None:
    with Agent(relay) as agent:
        agent.log_in()
        first = agent.cookies["GSSNID"]
        agent.cookies.delete("GSSNID")
        agent.cookies.set("GSSNID", first)
        csrf = form_token(agent.get(JOIN).text)
        again = agent.post("/login", data={"username": AGENT, "password": PASSWORD, "csrf": csrf})
        assert again.status_code == 303
        assert f"GSSNID={first}" not in again.headers["set-cookie"]


@pytest.mark.parametrize(("username", "password"), [(AGENT, "wrong password"), ("nobody", PASSWORD), ("", ""), (AGENT, "")])
def test_a_wrong_login_does_not_tell_what_was_wrong(relay: RelayProcess, username: str, password: str) -> None:
    with Agent(relay) as agent:
        answer = agent.log_in(username, password)
        assert answer.status_code == 401
        assert "User name or password is wrong." in answer.text
        assert "GSSNID" not in agent.cookies
        assert "password" not in answer.headers.get("location", "")


def test_guessing_is_slowed_for_the_guesser_only(relay: RelayProcess) -> None:
    with Agent(relay) as guesser:
        csrf = form_token(guesser.get("/login").text)
        fields = {"username": "victim", "password": "wrong wrong", "csrf": csrf}
        codes = [guesser.post("/login", data=fields).status_code for _ in range(11)]
        assert codes == [401] * 10 + [429]
        assert guesser.log_in().status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://127.0.0.1:1", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_forms_and_tickets_from_elsewhere_are_refused(relay: RelayProcess, headers: dict[str, str]) -> None:
    with Agent(relay) as agent:
        agent.log_in()
        csrf = form_token(agent.get(JOIN).text)
        agent.headers.pop("Origin")
        agent.headers.pop("Sec-Fetch-Site")
        assert agent.post("/login", data={"username": AGENT, "password": PASSWORD, "csrf": csrf}, headers=headers).status_code == 403
        assert agent.post(JOIN, data={"code": "1", "csrf": csrf}, headers=headers).status_code == 403
        assert agent.post("/logout", data={"csrf": csrf}, headers=headers).status_code == 403
        assert agent.post("/agentjoin/ticket", json={"sessionkey": "1"}, headers=headers).status_code == 403


def test_forms_need_their_token(relay: RelayProcess) -> None:
    with Agent(relay) as agent, Agent(relay) as other:
        agent.log_in()
        foreign = form_token(other.get("/login").text)
        for csrf in ("", "0" * 64, foreign):
            assert agent.post(JOIN, data={"code": "1", "csrf": csrf}).status_code == 403
            assert agent.post("/logout", data={"csrf": csrf}).status_code == 403


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "/a\\b", "javascript:1", "/a\r\nb", ""])
def test_the_way_on_stays_here(relay: RelayProcess, target: str) -> None:
    with Agent(relay) as agent:
        assert agent.log_in(next=target).headers["location"] == JOIN


def test_a_ticket_is_for_one_use_by_one_page(relay: RelayProcess, agent: Agent) -> None:
    with Visitor(relay) as visitor:
        key = visitor.start()["key"]
        visitor.send(document("one"))
        answer = agent.ticket(key)
        assert answer.json()["expires"] == 30
        assert answer.headers["cache-control"] == "no-store"
        with Viewer(relay, answer.json()["ticket"]) as viewer:
            viewer.hear("joined")
        for ticket in (answer.json()["ticket"], "", "x" * 43):
            with Viewer(relay, ticket) as viewer:
                assert viewer.closed() == Close.DENIED
        ticket = agent.ticket(key).json()["ticket"]
        with Viewer(relay, ticket, relay.url.replace("127.0.0.1", "localhost")) as viewer:
            assert viewer.closed() == Close.DENIED


def test_a_ticket_ends_with_the_login(relay: RelayProcess) -> None:
    with Agent(relay) as agent, Visitor(relay) as visitor:
        agent.log_in()
        key = visitor.start()["key"]
        ticket = agent.ticket(key).json()["ticket"]
        agent.post("/logout", data={"csrf": form_token(agent.get(JOIN).text)})
        with Viewer(relay, ticket) as viewer:
            assert viewer.closed() == Close.DENIED
        assert agent.ticket(key).status_code == 401


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"sessionkey":1}', b'{"sessionkey":"1","more":1}', b"\xff", b'{"sessionkey":"' + b"x" * 2000]
)
def test_malformed_requests_for_tickets_are_refused(relay: RelayProcess, agent: Agent, body: bytes) -> None:
    assert agent.post("/agentjoin/ticket", content=body, headers={"Content-Type": "application/json"}).status_code in (400, 413)
    assert agent.post("/agentjoin/ticket", content=body, headers={"Content-Type": "text/plain"}).status_code == 403


def test_agents_of_another_group_find_nothing(relay: RelayProcess) -> None:
    relay.cli("group", "add", "--id", "4000", "--name", "Other")
    relay.add_agent("other.example", group=4000)
    with Agent(relay) as stranger, Visitor(relay) as visitor:
        assert stranger.log_in("other.example").status_code == 303
        key = visitor.start()["key"]
        foreign, wrong = stranger.ticket(key), stranger.ticket("00000")
        assert (foreign.status_code, foreign.content) == (wrong.status_code, wrong.content) == (404, b'{"error":"nosession"}')
        pages = [stranger.get(f"/agentjoin/AgentView.aspx?SessionKey={code}") for code in (key, "00000")]
        assert pages[0].status_code == pages[1].status_code == 404
        assert pages[0].text == pages[1].text


def test_guessing_codes_is_limited_for_an_agent(relay: RelayProcess) -> None:
    relay.add_agent("guesser.example")
    with Agent(relay) as agent, Visitor(relay) as visitor:
        agent.log_in("guesser.example")
        key = visitor.start()["key"]
        assert agent.ticket(key).status_code == 200
        assert [agent.ticket(str(code)).status_code for code in range(6)] == [404] * 5 + [429]
        assert agent.ticket(key).status_code == 200
        with Visitor(relay) as another:
            assert agent.ticket(another.start()["key"]).status_code == 429


def test_another_sites_links_do_not_use_up_an_agents_guesses(relay: RelayProcess) -> None:
    relay.add_agent("linked.example")
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    with Agent(relay) as agent, Visitor(relay) as visitor, Visitor(relay) as another:
        agent.log_in("linked.example")
        key = visitor.start()["key"]
        right = agent.get(f"/agentjoin/AgentView.aspx?SessionKey={key}", headers=elsewhere)
        assert right.status_code == 200 and f'data-session-key="{key}"' in right.text
        for code in range(8):
            page = agent.get(f"/agentjoin/AgentView.aspx?SessionKey=wrong-{code}", headers=elsewhere)
            assert page.status_code == 200 and f'value="wrong-{code}"' in page.text
        # A header that anybody can send opens no second way of guessing: the sixth is not looked for any more.
        other = another.start()["key"]
        late = agent.get(f"/agentjoin/AgentView.aspx?SessionKey={other}", headers=elsewhere)
        assert f'value="{other}"' in late.text and "data-session-key" not in late.text
        # Their own guesses are all left.
        assert agent.get(f"/agentjoin/AgentView.aspx?SessionKey={other}").status_code == 200
        assert [agent.get(f"/agentjoin/AgentView.aspx?SessionKey=own-{code}").status_code for code in range(6)] == [404] * 5 + [429]


def test_a_link_from_elsewhere_asks_for_the_login_first(relay: RelayProcess) -> None:
    with Agent(relay) as agent:
        answer = agent.get("/agentjoin/AgentView.aspx?SessionKey=1", headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.headers["location"] == "/login?next=%2Fagentjoin%2FAgentView.aspx%3FSessionKey%3D1"


def test_the_code_leads_to_the_console(relay: RelayProcess, agent: Agent) -> None:
    with Visitor(relay) as visitor:
        key = visitor.start()["key"]
        csrf = form_token(agent.get("/AGENTJOIN/agentjoin.aspx").text)
        answer = agent.post("/agentjoin/AgentJoin.aspx", data={"code": f" {key[:2]} {key[2:]}\u00a0", "csrf": csrf})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/agentjoin/AgentView.aspx?SessionKey={key}")
        for address in (answer.headers["location"], f"/agentjoin/agentview.aspx?visitorid={key}"):
            console = agent.get(address)
            assert console.status_code == 200
            assert f'data-session-key="{key}"' in console.text
            assert f"ws://127.0.0.1:{relay.port}/agentjoin/viewer" in console.text
        policy = console.headers["content-security-policy"]
        assert f"frame-src {relay.url}/viewer/stage;" in policy
        assert "frame-ancestors 'self'" in policy and "script-src 'self'" in policy
        assert f'value="{SHOP}' not in console.text


def test_the_console_escapes_what_it_is_given(relay: RelayProcess, agent: Agent) -> None:
    page = agent.get("/agentjoin/AgentView.aspx", params={"SessionKey": '"><script>alert(1)</script>'})
    assert page.status_code == 404
    assert "<script>alert" not in page.text


def test_the_stage_is_fenced(relay: RelayProcess) -> None:
    with Agent(relay) as agent:
        standards, quirks, again = agent.get("/viewer/stage"), agent.get("/viewer/stage?mode=quirks"), agent.get("/viewer/stage")
        policy = standards.headers["content-security-policy"]
        for part in ("sandbox allow-scripts;", "default-src 'none'", "connect-src 'none'", "form-action 'none'", "trusted-types 'none'"):
            assert part in policy
        assert "allow-same-origin" not in policy and "unsafe-eval" not in policy
        assert policy != again.headers["content-security-policy"]
        assert standards.text.lower().startswith("<!doctype html>") and not quirks.text.lower().startswith("<!doctype")
        assert "set-cookie" not in standards.headers
        assert standards.headers["referrer-policy"] == "no-referrer"


def test_plain_addresses(relay: RelayProcess) -> None:
    with Agent(relay) as agent:
        assert agent.get("/healthz").status_code == 200
        assert agent.get("/").headers["location"] == JOIN
        assert agent.get("/nowhere").status_code == 404
        assert agent.get("/cobrowse/CobrowseJS.ashx?group=1000&site=production&script=XDOM").status_code == 404
        assert agent.get("/cobrowse/cobrowsejs.ASHX").status_code == 404
        assert agent.get("/static/..%2f..%2fapp.py").status_code == 404
        assert agent.request("DELETE", "/login").status_code == 405


@pytest.mark.parametrize("path", ["/static", "/static/", "/static//", "/login/", "/healthz/", "/viewer/stage/"])
def test_no_address_leads_to_the_name_in_the_host_header(relay: RelayProcess, path: str) -> None:
    with Agent(relay) as agent:
        answer = agent.get(path, headers={"Host": "evil.example"})
        assert answer.status_code == 404
        assert "location" not in answer.headers


def signed(relay: RelayProcess, username: str, puid: str) -> dict[str, str]:
    relay.cli("user", "change", "--username", username, "--puid", puid)
    made = relay.json("key", "sign", "--group", str(GROUP), "--puid", puid)
    return {name: str(made[name]) for name in ("partnerid", "partneruserid", "loginkey")}


def test_a_login_key_opens_the_agents_pages(relay: RelayProcess) -> None:
    relay.add_agent("keyed.example")
    key = signed(relay, "keyed.example", "K-1")
    with Agent(relay) as agent:
        agent.headers.update({"Origin": "https://desk.example", "Sec-Fetch-Site": "cross-site"})
        answer = agent.get(VIEW, params={"SessionKey": "a b", "wait": "1", **{name.upper(): value for name, value in key.items()}})
        assert (answer.status_code, answer.headers["location"]) == (303, f"{VIEW}?SessionKey=a+b&wait=1")
        assert key["loginkey"] not in str(answer.headers)
        first = agent.cookies["GSSNID"]
        again = agent.post(JOIN, data=key)
        assert (again.status_code, again.headers["location"]) == (303, JOIN)
        assert agent.cookies["GSSNID"] == first, "who is signed on stays so"
        assert "keyed.example" in agent.get(JOIN).text
        relay.add_agent("second.example")
        assert agent.post(VIEW, data={"SessionKey": "1", **signed(relay, "second.example", "K-2")}).status_code == 303
        assert "second.example" in agent.get(JOIN).text
        assert agent.post(VIEW, data={"visitorid": "1&x"}).headers["location"] == f"{VIEW}?SessionKey=1%26x"
    with Agent(relay) as agent:
        agent.cookies.set("GSSNID", first)
        assert agent.get(JOIN).status_code == 303, "another user's sign-on ends the login before it"
    log = relay.json("audit", "list", "--group", str(GROUP), "--action", "login", "--actor", "keyed.example")
    assert [entry["detail"] for entry in log] == [{"method": "loginkey"}]


def test_wrong_login_keys_open_nothing_and_are_limited(relay: RelayProcess) -> None:
    relay.add_agent("locked.example")
    key = signed(relay, "locked.example", "K-3")
    with Agent(relay) as agent:
        for wrong in ({"partnerid": "5"}, {"partnerid": "x"}, {"partnerid": ""}, {"partneruserid": "K-4"}, {"loginkey": "$1$1$x"}):
            for ask in (lambda fields: agent.get(VIEW, params=fields), lambda fields: agent.post(VIEW, data=fields)):
                answer = ask({**key, **wrong})
                assert answer.status_code == 401 and "GSSNID" not in agent.cookies
                assert key["loginkey"] not in answer.text
        statuses = [agent.get(VIEW, params={**key, "loginkey": "x"}).status_code for _ in range(10)]
        assert statuses == [401] * 8 + [429] * 2, "two of the ten were tried above"
        relay.cli("user", "change", "--username", "locked.example", "--suspended")


def test_a_weaker_hash_is_made_anew_at_the_next_login(relay: RelayProcess) -> None:
    username = "rehashed.example"
    relay.add_agent(username)
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    relay.engine.execute(relay.data, relay.database, f"UPDATE users SET password_hash = '{weak}' WHERE username = '{username}'")
    with Agent(relay) as agent:
        assert agent.log_in(username, "wrong password").status_code == 401
        assert weak.encode() in relay.stored_bytes()
        for _ in range(2):
            assert agent.log_in(username).status_code == 303
            agent.cookies.clear()
    if not relay.engine.server:
        relay.engine.execute(relay.data, relay.database, "VACUUM")
    assert weak.encode() not in relay.stored_bytes()


@pytest.mark.parametrize(("name", "letters"), [("Robin Hale", "RH"), ("ada.example", "AE"), ("Öl", "Ö"), ("", "?"), ("a b c", "AB")])
def test_a_person_has_the_same_initials_on_every_page(name: str, letters: str) -> None:
    assert initials(name) == letters
