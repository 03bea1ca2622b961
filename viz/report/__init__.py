"""The report of a run: one HTML file that runs the automata in the page."""
