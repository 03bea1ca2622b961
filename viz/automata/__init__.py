"""Automata as pictures: DOT, SVG, node-link JSON."""
