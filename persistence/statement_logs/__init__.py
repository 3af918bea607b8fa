"""Statements in the log, with their time and without values."""
