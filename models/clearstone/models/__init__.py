"""Adversaries, the simulated network and cluster, and the market that is replayed through them."""
