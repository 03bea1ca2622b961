"""From automata to automata: rational operations, epsilon removal, determinising, minimising, equivalence."""
