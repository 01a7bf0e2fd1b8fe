"""Which attempts are counted, by whom, and how many there may be (requirements 5.3 and 7.4).

Failed logins count for the address and for the pair of address and user name, never for the user name alone: nobody can lock out somebody
else by guessing at their password from elsewhere.
"""

from relay.identity.throttle import Throttle

QUARTER = 15 * 60.0
MINUTE = 60.0


class LoginLimits:
    """Failed logins: 10 for a name from one address in a quarter of an hour, 60 from one address for any names."""

    def __init__(self) -> None:
        self._pair = Throttle(10, QUARTER)
        self._address = Throttle(60, QUARTER)

    def allows(self, address: str, username: str, now: float) -> bool:
        return self._pair.allows((address, username.casefold()), now) and self._address.allows(address, now)

    def failed(self, address: str, username: str, now: float) -> None:
        self._pair.count((address, username.casefold()), now)
        self._address.count(address, now)


class CodeLimits:
    """Wrong session codes: 5 for one agent in a quarter of an hour, 60 a minute for one address and for one group."""

    def __init__(self) -> None:
        self._agent = Throttle(5, QUARTER)
        self._address = Throttle(60, MINUTE)
        self._group = Throttle(60, MINUTE)

    def allows(self, user: int, address: str, group: int, now: float) -> bool:
        return self._agent.allows(user, now) and self._address.allows(address, now) and self._group.allows(group, now)

    def failed(self, user: int, address: str, group: int, now: float) -> None:
        self._agent.count(user, now)
        self._address.count(address, now)
        self._group.count(group, now)
