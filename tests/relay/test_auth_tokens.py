"""Authorization tokens and the keys that sign them: what verifies, and that nothing else does."""

from __future__ import annotations

import base64
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.identity.auth_tokens import ISSUER, MOST_MINUTES, SKEW_SECONDS, TYPE, AuthTokens, Claims, TokenRefused
from relay.identity.permissions import EVERYTHING
from relay.identity.signing_keys import FILE_NAME, KEPT, LONGEST_TOKEN_MS, ROTATION_MS, SigningKeys

NOW = 1_800_000_000_000
HOUR = 3_600_000
CLAIMS = Claims(7, "ada.example", 1000, "production", "presence", EVERYTHING, False, NOW // 1000 + 3600)


def issued(data: Path, claims: Claims = CLAIMS, now: int = NOW) -> str:
    return AuthTokens(SigningKeys(data)).issue(claims, now)


def verified(data: Path, token: str, service: str = "presence", group: int | None = 1000, now: int = NOW) -> Claims:
    return AuthTokens(SigningKeys(data)).verify(token, service, group, now)


def refused(data: Path, token: str, service: str = "presence", group: int | None = 1000, now: int = NOW) -> str:
    with pytest.raises(TokenRefused) as caught:
        verified(data, token, service, group, now)
    return caught.value.reason


def content(**changes: Any) -> dict[str, Any]:
    fields = {
        "iss": ISSUER,
        "aud": "presence",
        "sub": "7",
        "groupid": 1000,
        "username": "ada.example",
        "site": "production",
        "privileges": [],
        "groupowner": False,
        "iat": NOW // 1000,
        "exp": NOW // 1000 + 60,
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not ...}


def signed(data: Path, algorithm: str = "HS256", headers: dict[str, Any] | None = None, key: bytes | None = None, **changes: Any) -> str:
    current = SigningKeys(data).current(NOW)
    secret = current.secret if key is None else key
    return jwt.encode(content(**changes), secret, algorithm, headers={"kid": current.kid, "typ": TYPE, **(headers or {})})


def test_a_token_says_what_was_put_into_it(tmp_path: Path) -> None:
    token = issued(tmp_path)
    assert verified(tmp_path, token) == CLAIMS
    assert verified(tmp_path, token, group=None) == CLAIMS
    assert len(token) < 4096
    header = jwt.get_unverified_header(token)
    assert (header["alg"], header["typ"]) == ("HS256", TYPE)
    assert verified(tmp_path, signed(tmp_path)).group == 1000


def test_other_algorithms_keys_and_types_are_refused(tmp_path: Path) -> None:
    issued(tmp_path)
    secret = SigningKeys(tmp_path).current(NOW).secret
    for algorithm in ("HS384", "HS512"):
        assert refused(tmp_path, signed(tmp_path, algorithm, key=secret * 2)) == "signature"
        with pytest.warns(jwt.InsecureKeyLengthWarning):
            token = signed(tmp_path, algorithm)
        assert refused(tmp_path, token) == "signature"
    assert (
        refused(tmp_path, jwt.encode(content(), None, "none", headers={"kid": SigningKeys(tmp_path).current(NOW).kid, "typ": TYPE}))
        == "signature"
    )
    assert refused(tmp_path, signed(tmp_path, key=b"x" * 32)) == "signature"
    for headers in ({"kid": "other"}, {"kid": "../token.keys"}, {"typ": "JWT"}):
        assert refused(tmp_path, signed(tmp_path, headers=headers)) == "signature"
    jwk = {"kty": "oct", "k": base64.urlsafe_b64encode(b"x" * 32).decode().rstrip("=")}
    assert refused(tmp_path, signed(tmp_path, headers={"jwk": jwk, "jku": "https://evil.example/keys"}, key=b"x" * 32)) == "signature"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        *(
            ({name: ...}, "service" if name in ("aud", "iss") else "claims")
            for name in ("exp", "iat", "iss", "aud", "groupid", "sub", "username")
        ),
        ({"aud": "webservices"}, "service"),
        ({"aud": ["presence"]}, "service"),
        ({"iss": "https://evil.example"}, "service"),
        ({"exp": float(NOW // 1000 + 60)}, "claims"),
        ({"groupid": "1000"}, "claims"),
        ({"groupid": True}, "claims"),
        ({"exp": NOW // 1000 + MOST_MINUTES * 60 + 1}, "claims"),
        ({"exp": NOW // 1000, "iat": NOW // 1000}, "claims"),
        ({"exp": NOW // 1000, "iat": NOW // 1000 - 60}, "expired"),
        ({"iat": NOW // 1000 + SKEW_SECONDS + 1, "exp": NOW // 1000 + 3600}, "claims"),
        ({"groupid": 1001}, "group"),
        ({"privileges": 7}, "claims"),
        ({"username": "x" * 4096}, "malformed"),
    ],
)
def test_claims_that_are_missing_or_wrong(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    found = refused(tmp_path, signed(tmp_path, **changes))
    assert found == reason or (... in changes.values() and found == "claims")


def test_a_clock_a_little_ahead_is_borne(tmp_path: Path) -> None:
    assert verified(tmp_path, issued(tmp_path, now=NOW + SKEW_SECONDS * 1000, claims=replace(CLAIMS, until=NOW // 1000 + 3600)))


@given(st.data())
@settings(max_examples=60)
def test_no_altered_token_verifies(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("altered")
    token = issued(folder)
    at = data.draw(st.integers(0, len(token) - 1))
    changed = token[:at] + data.draw(st.characters(codec="utf-8").filter(lambda character: character != token[at])) + token[at + 1 :]
    try:
        assert verified(folder, changed) == CLAIMS
    except TokenRefused:
        return
    # The last character of a part has bits that mean nothing: the same signature, written otherwise.
    last = changed.rpartition(".")[2]
    assert base64.urlsafe_b64decode(last + "=") == base64.urlsafe_b64decode(token.rpartition(".")[2] + "=")


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    assert refused(tmp_path_factory.mktemp("text"), text) in ("malformed", "signature")


def test_keys_rotate_and_every_token_lives_out_its_term(tmp_path: Path) -> None:
    """Tokens issued at each quarter of an hour over a day, with a fresh process each time: good until their end, and not after."""
    out: list[tuple[str, Claims]] = []
    kids = set()
    for now in range(NOW, NOW + 24 * HOUR, HOUR // 4):
        claims = replace(CLAIMS, until=now // 1000 + MOST_MINUTES * 60)
        out.append((issued(tmp_path, claims, now), claims))
        kids.add(jwt.get_unverified_header(out[-1][0])["kid"])
        for token, claims in out:
            if claims.until > now // 1000:
                assert verified(tmp_path, token, now=now) == claims
            else:
                assert refused(tmp_path, token, now=now) in ("expired", "signature")
        assert len(json.loads((tmp_path / FILE_NAME).read_text())) <= KEPT
    assert len(kids) == 24 * HOUR / ROTATION_MS


def test_a_key_that_nothing_replaced_stops_verifying(tmp_path: Path) -> None:
    keys = SigningKeys(tmp_path)
    kid = keys.current(NOW).kid
    assert keys.find(kid, NOW + ROTATION_MS + LONGEST_TOKEN_MS - 1)
    assert keys.find(kid, NOW + ROTATION_MS + LONGEST_TOKEN_MS) is None
    assert keys.current(NOW - HOUR).kid == kid, "a clock that was set back makes no new key"


def test_processes_share_one_ring(tmp_path: Path) -> None:
    rings = [SigningKeys(tmp_path) for _ in range(8)]
    for now in (NOW, NOW + ROTATION_MS):
        with ThreadPoolExecutor(8) as threads:
            assert len({key.kid for key in threads.map(lambda ring: ring.current(now), rings)}) == 1  # noqa: B023
    assert stat.S_IMODE(os.stat(tmp_path / FILE_NAME).st_mode) == 0o600
    assert not list(tmp_path.glob(f".{FILE_NAME}*"))


def test_revoked_keys_verify_nothing(tmp_path: Path) -> None:
    running = AuthTokens(SigningKeys(tmp_path))
    token = running.issue(CLAIMS, NOW)
    SigningKeys(tmp_path).revoke()
    with pytest.raises(TokenRefused, match="signature"):
        running.verify(token, "presence", 1000, NOW)
    assert running.verify(running.issue(CLAIMS, NOW), "presence", 1000, NOW) == CLAIMS
