"""Partners' servers that bring their credentials with each call (conventions page): by API key of the group, or by an agent's login key."""

from relay.errors import CallRefused
from relay.identity.access import Answer, Caller, Need, decide
from relay.sign_on import SignOn, SignOnRefused
from relay.store.users import User


class Partners:
    """Both raise `CallRefused`, and `Busy` after too many wrong credentials. A group that is not there looks like a wrong key."""

    def __init__(self, sign_on: SignOn) -> None:
        self._sign_on = sign_on

    async def by_api_key(self, group: int, key: str, address: str) -> None:
        """One who may read reports of the group."""
        try:
            bearer = await self._sign_on.by_api_key(group, key, address)
        except SignOnRefused:
            raise CallRefused("credentials", "partnerId and apiKey do not belong together") from None
        _permit(bearer.caller, Need.RUN_GROUP, group)

    async def by_login_key(self, group: int, puid: str, key: str, address: str) -> User:
        """A user who may join sessions of the group."""
        try:
            user = (await self._sign_on.by_partner(group, puid, key, address)).user
        except SignOnRefused:
            raise CallRefused("credentials", "the login key is not one for this partnerid and partneruserid, or has run out") from None
        _permit(user.caller, Need.WATCH, group)
        return user


def _permit(caller: Caller, need: Need, group: int) -> None:
    if decide(caller, need, group) is not Answer.ALLOWED:
        raise CallRefused("rights", "the user may not do this")
