"""Spaced review: cards of questions, which come back shortly before they would be forgotten."""
