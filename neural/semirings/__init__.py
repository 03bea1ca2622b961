"""The semirings over tensors."""
