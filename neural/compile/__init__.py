"""From symbolic automata to places in tensors, and to the weights of all arcs of a batch."""
