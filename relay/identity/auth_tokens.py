"""Authorization tokens: JSON Web Tokens (RFC 7519) for one user in one group and one service, signed with HS256 and nothing else (7.1)."""

import secrets
from dataclasses import dataclass
from typing import Any

import jwt

from relay.errors import RelayError
from relay.identity.permissions import Permissions, from_words
from relay.identity.signing_keys import SigningKeys

ALGORITHM = "HS256"
ISSUER = "cobrowse-relay"
TYPE = "auth+jwt"
LEAST_MINUTES, MOST_MINUTES = 1, 120
TOKEN_BYTES = 4096
SKEW_SECONDS = 60
"""How far another machine's clock may be ahead of the one that issued."""

_REQUIRED = ["aud", "exp", "groupid", "iat", "iss", "sub"]
_INTEGERS = ("exp", "groupid", "iat")


class TokenRefused(RelayError):
    """The token lets nobody in; `reason` is one of `malformed`, `signature`, `expired`, `claims`, `service` and `group`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"token refused: {self.reason}"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: who, in which group and site, for which service, with which rights, until when (seconds since 1970)."""

    user: int
    username: str
    group: int
    site: str
    service: str
    permissions: Permissions
    owner: bool
    until: int


class AuthTokens:
    """`now` is the wall clock in ms."""

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys

    def issue(self, claims: Claims, now: int) -> str:
        """A token; `claims.until` has to lie within the longest term."""
        key, issued = self._keys.current(now), now // 1000
        assert issued < claims.until <= issued + MOST_MINUTES * 60
        content = {
            "iss": ISSUER,
            "aud": claims.service,
            "sub": str(claims.user),
            "personid": claims.user,
            "groupid": claims.group,
            "username": claims.username,
            "site": claims.site,
            "privileges": sorted(claims.permissions),
            "groupowner": claims.owner,
            "iat": issued,
            "exp": claims.until,
            "jti": secrets.token_urlsafe(12),
        }
        return jwt.encode(content, key.secret, ALGORITHM, headers={"kid": key.kid, "typ": TYPE})

    def verify(self, token: str, service: str, group: int | None, now: int) -> Claims:
        """What a token for `service` says. With a `group` it has to be that group's. Raises `TokenRefused`."""
        content = self._signed(token, service, now)
        if any(type(content[name]) is not int for name in _INTEGERS):
            raise TokenRefused("claims")
        issued, until, seconds = content["iat"], content["exp"], now // 1000
        if issued > seconds + SKEW_SECONDS or not issued < until <= issued + MOST_MINUTES * 60:
            raise TokenRefused("claims")
        if until <= seconds:
            raise TokenRefused("expired")
        if group is not None and content["groupid"] != group:
            raise TokenRefused("group")
        return _claims(content)

    def _signed(self, token: str, service: str, now: int) -> dict[str, Any]:
        if len(token) > TOKEN_BYTES:
            raise TokenRefused("malformed")
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError:
            raise TokenRefused("malformed") from None
        # Keys and addresses in a header mean nothing: the name of one of ours is all that is looked at.
        key = self._keys.find(str(header.get("kid", "")), now)
        if header.get("typ") != TYPE or key is None:
            raise TokenRefused("signature")
        try:
            # Times are looked at by the caller's clock.
            content: dict[str, Any] = jwt.decode(
                token,
                key.secret,
                [ALGORITHM],
                audience=service,
                issuer=ISSUER,
                options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False, "strict_aud": True},
            )
        except (jwt.InvalidAudienceError, jwt.InvalidIssuerError):
            raise TokenRefused("service") from None
        except jwt.MissingRequiredClaimError:
            raise TokenRefused("claims") from None
        except jwt.PyJWTError:
            raise TokenRefused("signature") from None
        return content


def _claims(content: dict[str, Any]) -> Claims:
    try:
        return Claims(
            user=int(content["sub"]),
            username=str(content["username"]),
            group=content["groupid"],
            site=str(content["site"]),
            service=content["aud"],
            permissions=from_words(" ".join(content["privileges"])),
            owner=content["groupowner"] is True,
            until=content["exp"],
        )
    except (KeyError, TypeError, ValueError):
        raise TokenRefused("claims") from None
