"""Best, extreme and sampled paths of whole batches."""
