"""The REST services under /api/v0: one file for each kind of thing, and `operation.py` that they are written in."""
