"""Stores of spaced review."""
