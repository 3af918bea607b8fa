"""Imports of uploaded files: what a file is, its encoding, and the steps of its import."""
