"""Parser of the command `schema`."""

from pathlib import Path

from gateway.parsers.commands import Commands, add_command


def add_schema(commands: Commands) -> None:
    """Add `schema`, which prints the SDL, and below it `schema changes`."""
    schema = add_command(commands, "schema", "sdl.print_schema", "Print the SDL.", needs_database=False)
    actions = schema.add_subparsers(metavar="ACTION")
    listed = add_command(
        actions,
        "changes",
        "schema_changes.list_changes",
        "List what changed since the SDL of a release; exit code 1 if a breaking change may not be released.",
        needs_database=False,
    )
    listed.add_argument("old", type=Path, metavar="OLD.graphql")
    listed.add_argument("--new", type=Path, metavar="NEW.graphql", help="compare with it, not with the code")
    listed.add_argument(
        "--usage",
        action="store_true",
        help="refuse fields with requests in the last 30 days, from the database",
    )
    listed.add_argument(
        "--decisions", type=Path, metavar="FOLDER", help="allow what a page of the folder names in backticks"
    )
    listed.add_argument(
        "--changelog", type=Path, metavar="FILE", help="write the changes between the marks of the file"
    )
