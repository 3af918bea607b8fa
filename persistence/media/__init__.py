"""Stores of media."""
