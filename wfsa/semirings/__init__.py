"""The algebra: semirings as values, their laws, and the stars that sum up cycles."""
