"""Masking: what a rule is, where rules come from, and which of them hold for whom. No DOM here, and no session."""
