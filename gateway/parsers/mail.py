"""Parsers of the commands about mails."""

import argparse
from pathlib import Path

from domain.mail.suppressions import SuppressionReason
from gateway.parsers.commands import add_command


def add_mail(mail: argparse.ArgumentParser) -> None:
    """Add the commands about mails."""
    actions = mail.add_subparsers(required=True, metavar="ACTION")
    bounce = add_command(
        actions,
        "bounce",
        "mail.suppressions.bounce",
        "Record the bounces and complaints of a message from stdin.",
    )
    source = bounce.add_mutually_exclusive_group()
    source.add_argument("--mbox", type=Path, metavar="FILE", help="read all messages of an mbox file instead")
    source.add_argument(
        "--maildir", type=Path, metavar="FOLDER", help="read all messages of a Maildir instead"
    )
    suppressions = actions.add_parser("suppressions", help="List, add and lift suppressions of addresses.")
    _add_suppressions(suppressions)


def _add_suppressions(suppressions: argparse.ArgumentParser) -> None:
    actions = suppressions.add_subparsers(required=True, metavar="ACTION")
    listed = add_command(
        actions, "list", "mail.suppressions.list_suppressions", "List the newest suppressions, at most 100."
    )
    listed.add_argument("--reason", choices=[reason.value for reason in SuppressionReason])
    listed.add_argument("--email", help="only those of this address")
    listed.add_argument("--json", action="store_true", help="print JSON for programs")
    added = add_command(actions, "add", "mail.suppressions.add_suppression", "Stop every mail to an address.")
    added.add_argument("email")
    lifted = add_command(
        actions, "lift", "mail.suppressions.lift_suppression", "Let an address get mails again."
    )
    lifted.add_argument("suppression", help="id of the suppression, suppression_...")
    for action in (added, lifted):
        action.add_argument("--reason", required=True, help="why, for the audit log")
