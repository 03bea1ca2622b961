"""Plots of a run, by matplotlib."""
