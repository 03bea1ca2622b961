"""For other people's tests: random automata, answers by listing paths, laws. Needs hypothesis; `wfsa` does not."""
