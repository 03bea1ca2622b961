"""Automata from descriptions: pattern families, hidden Markov models, words, regular expressions, back-off models."""
