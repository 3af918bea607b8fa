"""Parsers of the commands `backup` and `restore`."""

from pathlib import Path

from gateway.parsers.commands import Commands, add_command


def add_backups(commands: Commands) -> None:
    """Add the commands of backups."""
    backup = add_command(
        commands,
        "backup",
        "databases.backups.write",
        "Write a backup of the database and of the files beside it.",
    )
    actions = backup.add_subparsers(metavar="ACTION")
    listed = add_command(actions, "list", "databases.backups.list_backups", "List the backups, newest first.")
    listed.add_argument("--json", action="store_true", help="print JSON")
    verify = add_command(
        actions,
        "verify",
        "databases.backups.verify",
        "Restore a backup into a scratch database, and compare it.",
    )
    verify.add_argument("file", type=Path, nargs="?", metavar="FILE", help="by default the newest backup")
    restore = add_command(
        commands, "restore", "databases.backups.restore", "Restore a backup, all or nothing, and migrate it."
    )
    restore.add_argument("file", type=Path, metavar="FILE", help="a file of the backup, or its name")
    restore.add_argument(
        "--replace",
        action="store_true",
        help="put it in the place of a database that has tables, which is kept under another name",
    )
    restore.add_argument(
        "--without-files", action="store_true", help="leave out the files beside the database"
    )
    for action in (verify, restore):
        action.add_argument(
            "--identity",
            type=Path,
            metavar="KEY",
            help="the private key, by default QUESTPATH_BACKUP_IDENTITY",
        )
