"""Cobrowse asset management: checking, keeping and serving the images and fonts that the agent's browser needs."""
