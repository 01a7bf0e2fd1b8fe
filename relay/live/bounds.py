"""What a session is held to by the settings of its site."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds that it waits for an agent to come (`waiting`) and for a visitor to come back (`grace`); how many may watch; whether the
    visitor's page is told who does.
    """

    waiting: float
    grace: float
    viewers: int = 10
    names_agents: bool = True
