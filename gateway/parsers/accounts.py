"""Parsers of the commands `create-user`, `end-sessions` and `users`."""

import argparse
from pathlib import Path

from domain.accounts.users import Role
from gateway.parsers.commands import Commands, add_command

_GRANTED = [role.value for role in Role if role is not Role.LEARNER]


def add_accounts(commands: Commands) -> None:
    """Add what makes accounts, and what ends their sessions."""
    user = add_command(
        commands, "create-user", "accounts.create_user", "Create an account; asks for a password."
    )
    user.add_argument("email")
    user.add_argument("handle")
    user.add_argument("--role", action="append", choices=[role.value for role in Role], default=[])
    sessions = add_command(
        commands, "end-sessions", "accounts.end_sessions", "Sign an account out everywhere."
    )
    sessions.add_argument("email")


def add_users(users: argparse.ArgumentParser) -> None:
    """Add what shows and changes one account."""
    actions = users.add_subparsers(required=True, metavar="ACTION")
    for name, description in (
        ("show", "Show an account."),
        ("grant", "Give an account roles."),
        ("revoke", "Take roles from an account."),
        ("unlock", "Forget the wrong passwords of an account."),
        ("verify", "Mark the address of an account as verified."),
        ("set-password", "Set the password of an account; asks for it."),
    ):
        action = add_command(actions, name, f"users.{name.replace('-', '_')}", description)
        action.add_argument("account", metavar="EMAIL_OR_HANDLE")
        if name in {"grant", "revoke"}:
            action.add_argument("role", nargs="+", choices=_GRANTED)
    _add_account_import(actions)


def _add_account_import(users: Commands) -> None:
    imported = add_command(
        users,
        "import",
        "account_imports.import_account",
        "Make an account of the file that exportMyData gave in another instance, or complete it.",
    )
    imported.add_argument("file", type=Path)
