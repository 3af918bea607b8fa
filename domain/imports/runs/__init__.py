"""Imports that were asked for: what they read, how far they are, what came of them."""
