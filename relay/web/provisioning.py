"""User provisioning at its documented addresses, /PAPI/*.asp: forms in, XML out."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from lxml import etree
from starlette.requests import Request
from starlette.responses import Response

from relay.errors import Busy, StorageDown
from relay.provisioning import Found, Provisioning, ProvisioningRefused
from relay.store.roles import StoredRole
from relay.store.users import User
from relay.web.body import read_form
from relay.web.callers import address
from relay.web.site import NO_STORE
from relay.web.xml import written, xml_text

T = TypeVar("T")
Handler = Callable[[Request], Awaitable[Response]]

FOLDER = "/papi"
STATUS = {"credentials": 401, "rights": 403, "nouser": 404, "lastowner": 409}
RETRY_SECONDS = 60


class ProvisioningService:
    """Names of fields count whatever their case. Credentials in an address would end in logs: only posted forms are read."""

    def __init__(self, provisioning: Provisioning) -> None:
        self._provisioning = provisioning

    def handlers(self) -> Mapping[str, Handler]:
        """By the last part of the address, in lower case."""
        do = self._provisioning
        return {
            "newuser.asp": _answering(do.add, _one),
            "updateuser.asp": _answering(do.change, _one),
            "deleteuser.asp": _answering(do.remove, _one),
            "showusers.asp": _answering(do.find, _users),
            "showroles.asp": _answering(do.roles, _roles),
        }


_SPELLINGS = {
    name.lower(): name
    for name in (
        *("PartnerLogin", "PartnerPW", "PartnerAuth", "PartnerID", "PartnerUserID", "UserAddress", "UserPW", "UserFirst", "UserLast"),
        *("UserEmail", "UserRole", "UserSuspended", "UserActive", "AudioProvider", "PageCount", "PageStart"),
    )
}
_PASSWORDS = frozenset({"PartnerPW", "UserPW"})
"""Fields of which blanks are a part."""


def _answering(do: Callable[[Mapping[str, str], str], Awaitable[T]], show: Callable[[T], list[etree._Element]]) -> Handler:
    async def handle(request: Request) -> Response:
        try:
            return _result("ok", show(await do(_fields(await read_form(request)), address(request))))
        except ProvisioningRefused as refused:
            return _error(STATUS.get(refused.code, 400), refused.code, str(refused))
        except Busy as busy:
            return _error(429, "busy", str(busy))
        except StorageDown:
            return _error(503, "unavailable", "the records cannot be reached right now")

    return handle


def _fields(form: Mapping[str, str]) -> dict[str, str]:
    known = {_SPELLINGS[name.lower()]: value for name, value in form.items() if name.lower() in _SPELLINGS}
    return {name: value if name in _PASSWORDS else value.strip() for name, value in known.items()}


def _error(status: int, code: str, text: str) -> Response:
    response = _result("error", [_leaf("Code", code), _leaf("Text", text)], status)
    if status in (429, 503):
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _result(outcome: str, parts: list[etree._Element], status: int = 200) -> Response:
    root = etree.Element("Result")
    root.append(_leaf("Status", outcome))
    root.extend(parts)
    return Response(written(root), status, media_type="text/xml; charset=utf-8", headers=NO_STORE)


def _one(user: User) -> list[etree._Element]:
    return [_user(user)]


def _users(found: Found) -> list[etree._Element]:
    users = etree.Element("Users")
    users.extend(map(_user, found.users))
    return [_leaf("Total", str(found.total)), _leaf("PageNext", str(found.following or "")), users]


def _roles(roles: Sequence[StoredRole]) -> list[etree._Element]:
    named = etree.Element("Roles")
    for stored in roles:
        role = etree.SubElement(named, "Role")
        role.extend([_leaf("RoleID", str(stored.id)), _leaf("UserRole", stored.role.name), _leaf("Users", str(stored.users))])
    return [named]


def _user(user: User) -> etree._Element:
    profile, element = user.profile, etree.Element("User")
    values = {
        "PartnerUserID": profile.puid,
        "UserAddress": profile.username,
        "UserFirst": profile.first_name,
        "UserLast": profile.last_name,
        "UserEmail": profile.email,
        "UserRole": profile.role,
        "UserSuspended": str(int(profile.suspended)),
    }
    element.extend(_leaf(name, value) for name, value in values.items())
    return element


def _leaf(name: str, text: str) -> etree._Element:
    element = etree.Element(name)
    element.text = xml_text(text)
    return element
