"""Endpoints: the handler of each path."""
