"""Errors that end a command with one sentence."""


class CommandError(Exception):
    """A command cannot be carried out; the message is one sentence."""
