"""Benchmarks: each figure beside a peer or a bare limit measured in the same run. `python -m bench [SUITE]`."""
