"""The rules that hold whatever a group has set: passwords, payment fields, one-time codes, hidden inputs and marked elements.

The visitor's script and the core know them from the generated names; this is their face for people.
"""

from masking.rule import Action, Rule
from relay.protocol.names import BUILTIN_SELECTORS

BUILTIN_RULES = tuple(Rule(selector, Action.TEXT) for selector in BUILTIN_SELECTORS)
