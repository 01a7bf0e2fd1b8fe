"""The demo shop "Harbour & Pine": an ordinary customer's site that carries the script tag and nothing else of the relay."""

from relay.demo.app import create_app
from relay.demo.masks import MASKS

__all__ = ["MASKS", "create_app"]
