"""Stores of assessment: attempts and submissions."""
