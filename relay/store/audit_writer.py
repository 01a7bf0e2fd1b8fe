"""Writes entries of the audit log that live sessions make, behind the live path."""

from relay.store.audit import AuditLog, Noted
from relay.store.behind import Behind


class AuditWriter(Behind[Noted]):
    def __init__(self, log: AuditLog) -> None:
        super().__init__("audit entries", log.write_all)
