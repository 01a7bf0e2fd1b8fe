"""The relay's errors. Each holds data; its sentence is made when printed and never carries page content or secrets."""

from relay.protocol.names import Close


class RelayError(Exception):
    """Anything that the relay refuses by itself."""


class PeerError(RelayError):
    """A peer did what the protocol does not allow; its connection ends with `close`, and nothing else does."""

    close: Close = Close.MALFORMED


class Malformed(PeerError):
    """A message that the protocol does not have, or not now."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what

    def __str__(self) -> str:
        return f"malformed: {self.what}"


class TooLarge(PeerError):
    """A message over its limit of `limit` bytes."""

    close = Close.TOO_LARGE

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit

    def __str__(self) -> str:
        return f"more than {self.limit} bytes"


class WrongVersion(PeerError):
    """The peer speaks another version of the protocol."""

    close = Close.VERSION

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version

    def __str__(self) -> str:
        return f"protocol version {self.version} is not spoken here"


class Denied(PeerError):
    """No right to this. The peer is not told which of the reasons it was."""

    close = Close.DENIED

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return f"denied: {self.why}"


class SessionOver(PeerError):
    """The session is over, because of `reason` if it is known to one who may hear it, or was never there."""

    close = Close.ENDED

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return "no such session"


class StartRefused(RelayError):
    """A session cannot start; `code` is the documented code of the visitor's `error` event."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class Refused(RelayError):
    """A command or a form asks for what cannot be; the sentence is for the person who asked."""


class FolderHeld(Refused):
    """Another relay serves the data folder `folder`: the process `pid`, empty for an instant while that one starts."""

    def __init__(self, folder: str, pid: str) -> None:
        super().__init__(folder, pid)
        self.folder = folder
        self.pid = pid

    def __str__(self) -> str:
        return f"another relay serves the data folder {self.folder}: process {self.pid or 'that is just starting'}"


class CallRefused(Refused):
    """A call of a web service cannot be done: `code` says in a word why, `message` to the people who wrote the call."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


class NotThere(Refused):
    """What was asked for is not there, or not in this group, which is the same."""


class SettingsError(RelayError):
    """The setting `name` cannot be `value`, by the `rule` for its values."""

    def __init__(self, name: str, value: object, rule: str) -> None:
        super().__init__(name, value, rule)
        self.name = name
        self.value = value
        self.rule = rule

    def __str__(self) -> str:
        return f"the setting {self.name} cannot be {self.value!r}: {self.rule}"


class StorageDown(RelayError):
    """The database cannot be reached, or cannot write now: locked, full, restarting. Nothing of what was asked has been done."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return f"the database does not answer: {self.why}"


class Busy(RelayError):
    """Too much of this is going on; try again later."""

    def __str__(self) -> str:
        return "too many at once, try again in a moment"
