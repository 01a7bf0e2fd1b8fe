"""The log: one line an event on standard error. What came from outside is cut and escaped before it is a line."""

import logging

LINE_CHARACTERS = 2000


class OneLine(logging.Formatter):
    """A message never begins a second line and never writes control characters; a traceback follows as it is."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = "".join(map(_plain, record.message[:LINE_CHARACTERS]))
        return super().formatMessage(record)


def _plain(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def write_logs() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    # Says at every new database which dialect it has met.
    logging.getLogger("alembic").setLevel(logging.WARNING)
