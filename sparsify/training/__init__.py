"""From texts and a model to gradient steps."""
