"""Which attempts are counted, by whom, and how many there may be (requirements 5.3 and 7.4).

Nobody can lock out somebody else by guessing from elsewhere: what counts for an account or a group as a whole does not hold for an
address from which that account has signed on before, and one address can add little to it.
"""

from collections import OrderedDict

from relay.identity.throttle import KEYS, Throttle

QUARTER = 15 * 60.0
MINUTE = 60.0


class CredentialLimits:
    """Failures in a quarter of an hour: 10 of an account from one address, 60 from one address, 100 of one account, 1000 of one group."""

    def __init__(self) -> None:
        self._pair = Throttle(10, QUARTER)
        self._address = Throttle(60, QUARTER)
        self._account = Throttle(100, QUARTER)
        self._group = Throttle(1000, QUARTER)
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def allows(self, address: str, account: str, group: int | None, now: float) -> bool:
        """Whether `account` (whatever names it) may try again from `address`. The group is None when it is not known."""
        account = account.casefold()
        if not (self._pair.allows((address, account), now) and self._address.allows(address, now)):
            return False
        if (address, account) in self._known:
            return True
        return self._account.allows(account, now) and (group is None or self._group.allows(group, now))

    def failed(self, address: str, account: str, group: int | None, now: float) -> None:
        account = account.casefold()
        if self._pair.allows((address, account), now):
            self._account.count(account, now)
            if group is not None:
                self._group.count(group, now)
        self._pair.count((address, account), now)
        self._address.count(address, now)

    def succeeded(self, address: str, account: str) -> None:
        """This account is at home at this address."""
        self._known[address, account.casefold()] = None
        self._known.move_to_end((address, account.casefold()))
        if len(self._known) > KEYS:
            self._known.popitem(last=False)


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


class NameLimits:
    """User names that another group has, in a quarter of an hour: 10 of a group from one address, 60 from an address, 100 of a group."""

    def __init__(self) -> None:
        self._pair = Throttle(10, QUARTER)
        self._address = Throttle(60, QUARTER)
        self._group = Throttle(100, QUARTER)

    def allows(self, group: int, address: str, now: float) -> bool:
        return self._pair.allows((group, address), now) and self._address.allows(address, now) and self._group.allows(group, now)

    def failed(self, group: int, address: str, now: float) -> None:
        self._pair.count((group, address), now)
        self._address.count(address, now)
        self._group.count(group, now)
