"""One run, from texts to a run directory (section 3 of the paper)."""
