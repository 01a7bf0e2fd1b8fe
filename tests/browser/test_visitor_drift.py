"""What the relay has otherwise than the visitor's page is found by hashes, when the relay asks, and that alone is sent again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from tests import codec
from tests.browser.visitor_page import MUTATIONS, VisitorPage, visiting

pytestmark = pytest.mark.browser

SEEDS = (3_118, 71_204)
STEPS = 24
TURNS = 1000
ROUNDS = 4
MASKS = [
    {"selector": ".masked", "action": "text", "label": ""},
    {"selector": ".hidden", "action": "hide", "label": ""},
    {"selector": ".blocked", "action": "block", "label": "Account"},
]
# An observer that is deaf while the page says so: changes of which nobody hears, as by a fault of the browser's or of ours.
DEAF = """<script>
  window.deaf = false;
  const Heard = MutationObserver;
  window.MutationObserver = class extends Heard {
    constructor(hear) { super((records, self) => { if (!deaf) hear(records, self); }); }
    takeRecords() { const records = super.takeRecords(); return deaf ? [] : records; }
  };
  window.behind = async (change) => { deaf = true; change(); await new Promise((done) => setTimeout(done)); deaf = false; };
</script>"""
PAGE = "<!doctype html><html lang=en><head><title>Page</title>{deaf}<!--tag--></head><body>{body}</body></html>"


@contextmanager
def shown(browser: Browser, body: str) -> Iterator[VisitorPage]:
    with visiting(browser, {"/": PAGE.format(deaf=DEAF, body=body)}, MASKS) as visitor:
        visitor.start()
        yield visitor


def wait(visitor: VisitorPage, condition: Callable[[], bool]) -> None:
    for _ in range(TURNS):
        visitor.page.evaluate("() => new Promise((done) => setTimeout(done, 20))")
        if condition():
            return
    raise AssertionError("it never came to hold")


def ask(visitor: VisitorPage) -> list[tuple[int, int]]:
    """One round over the page; what the relay has otherwise."""
    relay = visitor.relay
    relay.drifted.clear()
    before = len(relay.ops)
    relay.tell({"type": "verify"})
    wait(visitor, lambda: any(op[0] == "verify" for op in relay.ops[before:]))
    return list(relay.drifted)


def heal(visitor: VisitorPage) -> None:
    found = ask(visitor)
    assert found
    visitor.relay.tell({"type": "drift", "spots": [{"node": node, "scope": scope} for node, scope in found]})
    wait(visitor, lambda: visitor.relay.ops[-1][0] != "verify")


def shop() -> str:
    return "".join(
        f"<section id=s{at}>" + "".join(f"<p class=row>row {at} {row}</p>" for row in range(25)) + "</section>" for at in range(9)
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_followed_is_found_right(browser: Browser, seed: int) -> None:
    body = "<p class=masked title=x>secret <b>s</b></p><p class=hidden>no</p><p class=blocked><i>no</i></p><form><input type=password value=x></form><div id=world><p>w</p></div>"
    with shown(browser, body) as visitor:
        visitor.page.evaluate(MUTATIONS)
        for step in range(STEPS):
            visitor.change("([seed, count]) => mutate(seed, count)", [seed * 1000 + step, 1 + step % 9])
            if step % 4 == 0:
                assert ask(visitor) == [], f"seed {seed}, step {step}"


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_nobody_heard_of_is_found_and_mended(browser: Browser, seed: int) -> None:
    with shown(browser, "<div id=world><p>w</p></div>" + shop()) as visitor:
        visitor.page.evaluate(MUTATIONS)
        visitor.change("(seed) => mutate(seed, 12)", seed)
        for step in range(6):
            visitor.change("([seed, count]) => behind(() => mutate(seed, count))", [seed * 1000 + step, 1 + step % 4])
            for _ in range(ROUNDS):
                if not ask(visitor):
                    break
                heal(visitor)
                visitor.synced()
            else:
                raise AssertionError(f"seed {seed}, step {step}: still wrong")
            visitor.assert_followed(f"seed {seed}, step {step}")


FAULTS = {
    "a text": "() => { document.querySelector('#s7 p').firstChild.data = 'otherwise'; }",
    "an attribute": "() => { document.querySelector('#s7 p').className = 'otherwise'; }",
    "an attribute of a large element": "() => { document.querySelector('#large').title = 'otherwise'; }",
    "a node taken away": "() => { document.querySelector('#s7 p').remove(); }",
    "a child of a large element taken away": "() => { document.querySelector('#large').children[50].remove(); }",
    "a node put in": "() => { document.querySelector('#s7').append(document.createElement('b')); }",
    "children of a large element put in": "() => { document.querySelector('#large').prepend('one', document.createElement('b')); }",
    "another order": "() => { const list = document.querySelector('#large'); list.append(list.children[3], list.children[1]); }",
    "another place": "() => { document.querySelector('#s7').append(document.querySelector('#s2 p')); }",
    "in a shadow root": "() => { document.querySelector('#host').shadowRoot.querySelector('b').textContent = 'otherwise'; }",
    "in a frame": "() => { document.querySelector('iframe').contentDocument.body.append('otherwise'); }",
    "half of a surrogate pair": "() => { document.querySelector('#s7 p').firstChild.data = '\\ud83d'; }",
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_nobody_heard_of_is_found_and_sent_again_alone(browser: Browser, name: str) -> None:
    large = "<ul id=large>" + "<li>item</li>" * 200 + "</ul>"
    host = "<div id=host><template shadowrootmode=open><b>inside</b></template></div><iframe srcdoc='<p>inside</p>'></iframe>"
    with shown(browser, shop() + large + host) as visitor:
        assert ask(visitor) == []
        whole = sum(map(len, visitor.relay.frames))
        visitor.change(f"() => behind({FAULTS[name]})")
        before, frames = len(visitor.relay.ops), len(visitor.relay.frames)
        heal(visitor)
        visitor.synced()
        if "surrogate" not in name:
            visitor.assert_followed(name)
        again = [op for op in visitor.relay.ops[before:] if op[0] != "verify"]
        assert sum(len(op[3]) for op in again if op[0] == "insert") <= 2 * 64
        assert sum(map(len, visitor.relay.frames[frames:])) < whole
        assert ask(visitor) == []


def test_what_comes_again_comes_masked(browser: Browser) -> None:
    changes = """() => behind(() => {
      const list = document.querySelector('#s3');
      list.insertAdjacentHTML('beforeend', '<p class=masked title=canary4711>canary4711</p><div class=hidden>canary4711</div>');
      document.querySelector('#s4 p').className = 'masked';
      document.querySelector('#s4 p').firstChild.data = 'canary4711';
    })"""
    with shown(browser, shop()) as visitor:
        visitor.change(changes)
        heal(visitor)
        visitor.synced()
        assert not visitor.relay.contains("canary4711")
        assert not visitor.relay.alarms
        assert ask(visitor) == []


def test_no_hash_tells_a_secret_from_another(browser: Browser) -> None:
    said: list[list[codec.OpTuple]] = []
    for secret in ("4111 1111", "swordfish"):
        body = f"<p class=masked title='{secret}'>{secret}</p><div class=hidden data-x='{secret}'><b>{secret}</b></div>"
        field = f"<input type=password value='{secret}'><textarea class=masked>{secret}</textarea>"
        with shown(browser, body + field + shop()) as visitor:
            visitor.change(f"() => behind(() => document.body.insertAdjacentHTML('beforeend', '<p class=masked>{secret}</p>'))")
            ask(visitor)
            said.append([op for op in visitor.relay.ops if op[0] == "verify"])
    assert said[0] == said[1]
    assert said[0]


def test_a_page_nobody_asks_about_loads_nothing(browser: Browser) -> None:
    with shown(browser, shop()) as visitor:
        names = "() => performance.getEntriesByType('resource').map(({name}) => name).filter((name) => name.includes('-drift-')).length"
        assert visitor.page.evaluate(names) == 0
        ask(visitor)
        assert visitor.page.evaluate(names) == 1
