"""Automata whose weights are plain numbers, as arrays: what large ones are run on."""
