"""Batches of texts without padding, and the words that they share."""
