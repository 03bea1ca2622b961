"""The recurrence on CPU, compiled by numba: one pass over the tokens forward, one backward.

All kernels read the automata as *runs*: so many columns in a row, from states in a row, into states in a row. Each run
is one loop over adjacent numbers, which the compiler turns into vector instructions: over the patterns of a bank that
share a topology, and over all states of a chain at once. Texts are shared among threads; kernels are functions of
modules, so that their machine code is kept on disk for the next process.
"""
