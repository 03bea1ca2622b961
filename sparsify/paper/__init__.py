"""The paper's experiments as one command: random search, size goals, seeds, for every arm on the same rows."""
