"""What a model reads: phrases, traces, driving words, the model as a page runs it (section 4 of the paper)."""
