"""Peer: one hand-written statement per shape."""
