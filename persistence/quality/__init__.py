"""Stores of the quality of questions."""
