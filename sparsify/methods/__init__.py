"""How a structure is found."""
