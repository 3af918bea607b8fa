"""What ends a command with one sentence."""


class CommandError(Exception):
    """A command cannot do what it was asked; the message is one sentence."""
