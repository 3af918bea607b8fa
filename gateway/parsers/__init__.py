"""Parsers of the commands, one file a noun; none imports what a command runs."""
