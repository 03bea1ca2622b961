"""Automata in files and in other libraries: JSON, AT&T text, networkx."""
