"""Command line `questpath`: parses the arguments, then loads the command's module and runs it.

Each command names its function as text: importing all of them takes seconds, and `--help` needs none.
"""

import argparse
import importlib
import sys
from collections.abc import Callable
from pathlib import Path

from gateway.parsers.accounts import add_accounts, add_users
from gateway.parsers.backups import add_backups
from gateway.parsers.campaigns import add_campaigns
from gateway.parsers.commands import Commands, add_command
from gateway.parsers.database import add_database
from gateway.parsers.exports import add_exports
from gateway.parsers.flags import add_flags
from gateway.parsers.jobs import add_jobs, add_queues, add_schedules, add_workflows
from gateway.parsers.mail import add_mail
from gateway.parsers.schema import add_schema
from gateway.parsers.webhooks import add_webhooks

MOST_WORKERS = 64


def main() -> None:
    """Run the command line; an expected failure is one sentence on stderr and exit code 2."""
    arguments = parser().parse_args()
    run = loaded("execution.run")
    sys.exit(run(loaded(arguments.command), arguments))


def loaded(name: str) -> Callable[..., int]:
    """Return a function of `gateway.commands`, named as `module.function`."""
    module, _, function = name.rpartition(".")
    found: Callable[..., int] = getattr(importlib.import_module(f"gateway.commands.{module}"), function)
    return found


class PrintVersion(argparse.Action):
    """Prints the version, whose look-up no other command pays for."""

    def __init__(self, option_strings: list[str], dest: str, help: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_arguments: object) -> None:
        """Print the version, and end."""
        version = importlib.import_module("gateway.version")
        print(f"questpath {version.installed()}")
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """Return the parser; it sets `command` to the function's name, and `needs_database`."""
    made = argparse.ArgumentParser(prog="questpath", description="The GraphQL gateway of QuestPath.")
    made.add_argument("--version", action=PrintVersion, help="print the version")
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    serve = add_command(
        commands,
        "serve",
        "servers.serve",
        "Serve the gateway; in development, migrate and seed first.",
        needs_database=False,
    )
    serve.add_argument(
        "--workers", type=_count, default=1, help="number of processes; SIGHUP replaces them one by one"
    )
    serve.add_argument(
        "--with-worker",
        action="store_true",
        help="run jobs in this process too; in development there is always a worker",
    )
    worker = add_command(
        commands, "worker", "workers.work", "Run jobs until SIGTERM; several may run.", needs_database=False
    )
    worker.add_argument("--queues", metavar="A,B", help="only jobs of these queues; by default of all")
    worker.add_argument(
        "--concurrency", type=_count, help="how many jobs at once, by default QUESTPATH_WORKER_CONCURRENCY"
    )
    worker.add_argument(
        "--min",
        type=_count,
        metavar="A",
        help="keep at least A workers, each a process (1 if --max is given)",
    )
    worker.add_argument("--max", type=_count, metavar="B", help="and up to B, by how many jobs wait")
    _add_migrate(commands)
    add_command(
        commands,
        "seed",
        "databases.migrations.seed",
        "Import the demo content and create the demo accounts, once.",
    )
    add_schema(commands)
    add_command(
        commands,
        "reconcile",
        "databases.migrations.reconcile",
        "Compare each learner's XP entries with the total.",
    )
    add_backups(commands)
    _add_import(commands)
    add_exports(
        commands.add_parser("export", help="Export the questions of a quiz, or a roadmap, as a file.")
    )
    _add_content(commands)
    add_accounts(commands)
    add_users(commands.add_parser("users", help="Show and change one account."))
    _add_rebuild(commands.add_parser("rebuild", help="Compute derived tables again."))
    _add_settings(commands.add_parser("settings", help="Check the settings."))
    _add_xp(commands.add_parser("xp", help="List, settle and reverse withheld XP."))
    add_campaigns(
        commands.add_parser("campaigns", help="List, show, pause, resume and cancel campaigns of mails.")
    )
    add_jobs(commands.add_parser("jobs", help="List, show, start, cancel, retry and discard jobs."))
    add_queues(commands.add_parser("queues", help="List, pause and resume the queues of jobs."))
    add_schedules(commands.add_parser("schedules", help="List schedules, and run one now."))
    add_flags(commands.add_parser("flags", help="List, set and reset feature flags."))
    add_workflows(
        commands.add_parser("workflows", help="List, show, start and change workflows, and save templates.")
    )
    add_webhooks(commands.add_parser("webhooks", help="Manage webhook endpoints, and replay deliveries."))
    add_mail(commands.add_parser("mail", help="Record bounces, and list, add and lift suppressions."))
    add_database(commands.add_parser("database", help="Report on tables, indexes and statements."))
    _add_documents(commands.add_parser("documents", help="Import, list and retire document manifests."))
    return made


def _add_migrate(commands: Commands) -> None:
    migrate = add_command(
        commands, "migrate", "databases.migrations.migrate", "Bring the database to the newest migration."
    )
    migrate.add_argument("--to", metavar="NUMBER", help="bring it to this migration instead, like 0017")
    migrate.add_argument("--down", action="store_true", help="allow --to to go back, which may lose data")
    migrate.add_argument("--sql", action="store_true", help="print the statements, change nothing")
    migrate.add_argument(
        "--check", action="store_true", help="only say where it is; exit code 1 if it is behind"
    )


def _add_import(commands: Commands) -> None:
    imports = add_command(
        commands, "import", "imports.import_files", "Import roadmaps or questions from files."
    )
    imports.add_argument("kind", choices=["roadmap", "questions"])
    imports.add_argument("files", type=Path, nargs="+", metavar="FILE")
    imports.add_argument(
        "--author",
        metavar="EMAIL_OR_HANDLE",
        help="whose content it is; needed where there are several authors",
    )
    imports.add_argument("--dry-run", action="store_true", help="report only, store no content")
    imports.add_argument("--keep-good", action="store_true", help="import what is right, and report the rest")
    imports.add_argument("--format", help="the format, by default told by the content")
    imports.add_argument("--exam-type", help="code of the exam type, for a file of any format but our JSON")
    imports.add_argument("--title", help="title of the quizzes, for a file of any format but our JSON")
    imports.add_argument("--json", action="store_true", help="print the reports as JSON")


def _add_content(commands: Commands) -> None:
    for noun, kind, verb, what, undo in (
        ("quizzes", "quiz", "withdraw", "Let a quiz take no new attempts.", "Let it take attempts again."),
        ("roadmaps", "roadmap", "archive", "Take a roadmap off the lists.", "Undo archiving a roadmap."),
    ):
        group = commands.add_parser(noun, help=f"{verb.capitalize()} and restore {noun}.")
        actions = group.add_subparsers(required=True, metavar="ACTION")
        for name, description in ((verb, what), ("restore", undo)):
            action = add_command(actions, name, f"content.{name}_{kind}", description)
            action.add_argument("slug")


def _add_xp(xp: argparse.ArgumentParser) -> None:
    actions = xp.add_subparsers(required=True, metavar="ACTION")
    add_command(actions, "pending", "pending_xp.pending", "List the withheld XP, oldest first.")
    for name, description in (("settle", "Let withheld XP count."), ("reverse", "Take XP back.")):
        action = add_command(actions, name, f"pending_xp.{name}", description)
        action.add_argument("entry", help="id of the entry, xp_...")
        action.add_argument("--reason", required=True, help="why, for the audit log")


def _add_rebuild(rebuild: argparse.ArgumentParser) -> None:
    actions = rebuild.add_subparsers(required=True, metavar="TABLES")
    boards = add_command(
        actions, "boards", "databases.rebuilds.boards", "Compute the leaderboards from the XP ledger."
    )
    boards.add_argument(
        "--weeks", type=_count, default=2, help="how many weekly boards, from this week back (2)"
    )
    add_command(
        actions,
        "analytics",
        "databases.rebuilds.analytics",
        "Compute the analytics from the graded attempts.",
    )
    add_command(
        actions, "statistics", "databases.rebuilds.statistics", "Compute the statistics of questions again."
    )


def _add_settings(settings: argparse.ArgumentParser) -> None:
    actions = settings.add_subparsers(required=True, metavar="ACTION")
    add_command(actions, "check", "settings.check", "Name the first wrong setting.", needs_database=False)


def _add_documents(documents: argparse.ArgumentParser) -> None:
    actions = documents.add_subparsers(required=True, metavar="ACTION")
    imported = add_command(
        actions, "import", "documents.import_manifest", "Trust the documents of a manifest from now on."
    )
    imported.add_argument("file", type=Path)
    imported.add_argument(
        "--name", help="name of the manifest, like app@1.4.0; by default the name of the file"
    )
    add_command(actions, "list", "documents.list_manifests", "List the manifests.")
    retired = add_command(
        actions, "retire", "documents.retire_manifest", "Stop trusting the documents of a manifest."
    )
    retired.add_argument("name")


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST_WORKERS}")
    return count


if __name__ == "__main__":
    main()
