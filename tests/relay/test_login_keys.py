"""Login keys: the documented form, and everything else refused."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from relay.identity.desk_credentials import credentials_of, match
from relay.identity.login_keys import LONGEST_SECONDS, LoginKeyRefused, sign, split_username, verify

KEY, NOW = "a key of the group's, long enough", 1_700_000_000


def refused(key: str, *, keys: tuple[str, ...] = (KEY,), partner: int = 1000, user: str = "u-1", now: float = NOW) -> str:
    with pytest.raises(LoginKeyRefused) as error:
        verify(key, keys, partner, user, now)
    return error.value.reason


def test_a_key_has_the_documented_form() -> None:
    """Made here from the words of the documentation, not by the code under test."""
    mac = hmac.new(KEY.encode(), f"1000u-11{NOW + 60}".encode(), hashlib.sha256).digest()
    documented = f"$1${NOW + 60}${base64.urlsafe_b64encode(mac).decode().rstrip('=')}"
    assert sign(KEY, 1000, "u-1", NOW + 60) == documented and len(documented) == 57
    verify(documented, ["another key", KEY], 1000, "u-1", NOW)


def test_a_key_runs_out_and_is_not_made_too_long_before() -> None:
    assert refused(sign(KEY, 1000, "u-1", NOW)) == "expired"
    verify(sign(KEY, 1000, "u-1", NOW + 1), [KEY], 1000, "u-1", NOW)
    verify(sign(KEY, 1000, "u-1", NOW + LONGEST_SECONDS), [KEY], 1000, "u-1", NOW)
    assert refused(sign(KEY, 1000, "u-1", NOW + LONGEST_SECONDS + 1)) == "toolong"


def test_a_key_is_one_users_of_one_group() -> None:
    key = sign(KEY, 1000, "u-1", NOW + 60)
    assert refused(key, user="u-2") == refused(key, partner=1001) == refused(key, keys=("other",)) == refused(key, keys=()) == "signature"


@pytest.mark.parametrize("at", range(57))
def test_any_altered_character_is_refused(at: int) -> None:
    key = sign(KEY, 1000, "u-1", NOW + 60)
    for character in "$A1-_=é\n":
        altered = key[:at] + character + key[at + 1 :]
        if altered != key:
            assert refused(altered) in ("malformed", "signature")
    assert refused(key[:at]) == refused(key[:at] + key[at + 1 :]) == "malformed"


@pytest.mark.parametrize(
    "key", ["", "$1$", "$2$1700000060$" + "A" * 43, "$1$170000006$" + "A" * 43, "$1$1700000060$" + "A" * 44, "$1$١٧٠٠٠٠٠٠٦٠$" + "A" * 43]
)
def test_other_forms_are_malformed(key: str) -> None:
    assert refused(key) == "malformed"
    assert refused(sign(KEY, 1000, "u-1", NOW + 60) + "\n") == "malformed"


def test_a_name_with_a_key_is_taken_apart() -> None:
    key = sign(KEY, 1000, "u-1", NOW + 60)
    assert split_username(f"ada~{key}") == ("ada", key)
    assert split_username("ada") == ("ada", "")


def test_desk_credentials_are_one_users_and_end_with_the_key() -> None:
    credentials = credentials_of(KEY, 1000, "Ada")
    assert len(credentials) == 32
    assert match(credentials, [KEY], 1000, "ada")
    assert not match(credentials, [KEY], 1000, "ben") and not match(credentials, [KEY], 1001, "ada")
    assert not match(credentials, ["new key"], 1000, "ada") and not match("", [KEY], 1000, "ada") and not match("é", [KEY], 1000, "ada")
