"""What automata read: from text to tokens, and from tokens to vectors."""
