"""Callers: who asks and from where, as addresses, headers and cookies tell."""
