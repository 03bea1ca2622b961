"""Groups of parameters, the group lasso, its proximal step, and what a dead group deletes (section 2 of the paper)."""
