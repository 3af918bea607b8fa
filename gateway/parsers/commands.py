"""Parsers of commands: what each command of `questpath` has in common."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no public name
else:
    Commands = object


def add_command(
    commands: Commands, name: str, command: str, description: str, *, needs_database: bool = True
) -> argparse.ArgumentParser:
    """Add a command that the function `command` of `gateway.commands` runs."""
    made: argparse.ArgumentParser = commands.add_parser(name, help=description, description=description)
    made.set_defaults(command=command, needs_database=needs_database)
    return made
