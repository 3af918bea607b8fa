"""Parser of the command `export`."""

import argparse
from pathlib import Path

from domain.imports.exports.exported_files import ExportFormat
from gateway.parsers.commands import add_command


def add_exports(exports: argparse.ArgumentParser) -> None:
    """Add the commands that export."""
    actions = exports.add_subparsers(required=True, metavar="WHAT")
    questions = add_command(
        actions, "questions", "exports.export_questions", "Export the questions of a quiz, with their keys."
    )
    questions.add_argument(
        "--format",
        choices=[each.value for each in ExportFormat],
        default=ExportFormat.JSON.value,
        help="JSON, which holds the quiz too, by default",
    )
    roadmap = add_command(
        actions, "roadmap", "exports.export_roadmap", "Export the newest version of a roadmap."
    )
    for action in (questions, roadmap):
        action.add_argument("slug")
        action.add_argument("--output", type=Path, help="the file to write; by default in this folder")
