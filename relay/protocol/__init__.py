"""The wire protocol: its specification, the names generated from it, and control messages. Imports nothing of ours."""
