"""Contextual vectors: a pretrained transformer that is only read, what of it is kept, and where that is kept."""
