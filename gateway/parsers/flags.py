"""Parsers of the commands about feature flags."""

import argparse

from domain.accounts.users import Role
from gateway.parsers.commands import add_command


def add_flags(flags: argparse.ArgumentParser) -> None:
    """Add the commands about feature flags."""
    actions = flags.add_subparsers(required=True, metavar="ACTION")
    listed = add_command(actions, "list", "flags.list_flags", "List the flags, and what is set for each.")
    listed.add_argument("--json", action="store_true", help="print JSON for programs")
    given = add_command(
        actions, "set", "flags.set_flag", "Switch a flag on or off, everywhere within a second."
    )
    given.add_argument("flag")
    given.add_argument("state", choices=["on", "off"])
    given.add_argument("--percentage", type=int, help="only for this share of the users, in percent")
    given.add_argument(
        "--role", action="append", choices=[role.value for role in Role], default=[], help="for this role"
    )
    given.add_argument("--user", action="append", metavar="EMAIL_OR_HANDLE", default=[], help="for this user")
    reset = add_command(actions, "reset", "flags.reset_flag", "Give a flag its default again.")
    reset.add_argument("flag")
