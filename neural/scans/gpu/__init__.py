"""The recurrence of chains on GPU, written in Triton: REAL and LOG, forward and backward, gates fused."""
