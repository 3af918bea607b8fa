"""Stores of topic chains and their topics."""
