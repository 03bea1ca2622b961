"""Sums and choices over paths: forward, backward, posteriors, best and sampled paths."""
