"""The recursion over tokens: its definition in plain torch, and the kernels that equal it."""
