"""Stores of privacy: data exports and account deletion."""
