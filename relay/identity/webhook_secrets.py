"""Secrets of webhooks and the signatures made with them, in the manner of the Standard Webhooks specification (symmetric, `v1`)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
SECRET_BYTES = 32
LONGEST_OVERLAP_HOURS = 7 * 24
MESSAGE_BYTES = 18


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def new_message_id() -> str:
    """What a delivery is known by, the same at every attempt."""
    return f"msg_{secrets.token_urlsafe(MESSAGE_BYTES)}"


def signatures(held: Sequence[str], message: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature`: one signature for each secret that holds. `timestamp` in seconds since 1970."""
    signed = f"{message}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_sign(secret, signed)}" for secret in held)


def _sign(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
