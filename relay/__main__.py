"""`python -m relay` is `cobrowse-relay`."""

from relay.cli import main

main()
