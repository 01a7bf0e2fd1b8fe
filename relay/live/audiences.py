"""Who may see the same: one audience of the replica for each role, with the plan that the policy makes for it.

An audience stays for the session's life once it is there: what was masked for it must stay masked when its viewers come back.
"""

from masking.plan import plan_for
from masking.policy import Policy
from relay._core import Replica


class Audiences:
    """Audiences of one replica by role."""

    __slots__ = ("_by_role", "_replica", "policy")

    def __init__(self, replica: Replica, policy: Policy) -> None:
        self._replica = replica
        self._by_role: dict[str, int] = {}
        self.policy = policy

    def of(self, role: str) -> int:
        """The audience of viewers with `role`."""
        if role not in self._by_role:
            self._by_role[role] = self._replica.add_audience(plan_for(self.policy, role))
        return self._by_role[role]

    def set_policy(self, policy: Policy) -> None:
        """Other rules from now on; what becomes masked raises the replica's version."""
        self.policy = policy
        for role, audience in self._by_role.items():
            self._replica.set_plan(audience, plan_for(policy, role))
