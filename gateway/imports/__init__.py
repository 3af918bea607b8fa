"""Imports of uploaded files: what a file is, its encoding, the readers that need a library, and the steps."""
