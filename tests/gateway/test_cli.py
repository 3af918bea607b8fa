"""Command line: every command is found, and the help is printed without importing any of them."""

import argparse
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from gateway import cli

ROOT = Path(cli.__file__).parent.parent
IMPORTED = """
import sys
from gateway import cli
try:
    cli.main()
except SystemExit:
    pass
print("\\n".join(sys.modules), file=sys.stderr)
"""


def commands(parser: argparse.ArgumentParser) -> set[str]:
    """Return the functions that a parser and those below it name."""
    found = {parser.get_default("command")} - {None}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= set.union(*(commands(below) for below in action.choices.values()))
    return found


def test_every_command_is_a_function() -> None:
    named = commands(cli.parser())

    assert len(named) == 82
    assert all(callable(cli.loaded(name)) for name in named)


def test_help_imports_no_command_and_no_library() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, "--help"],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=180,
    )
    roots = {module.partition(".")[0] for module in done.stderr.splitlines()}

    assert "end-sessions" in done.stdout
    assert not {"graphql", "strawberry", "sqlalchemy", "pydantic", "redis", "uvicorn", "asyncio"} & roots
    assert {module for module in done.stderr.splitlines() if module.startswith("gateway")} == {
        "gateway",
        "gateway.cli",
        "gateway.parsers",
        "gateway.parsers.accounts",
        "gateway.parsers.backups",
        "gateway.parsers.campaigns",
        "gateway.parsers.commands",
        "gateway.parsers.database",
        "gateway.parsers.exports",
        "gateway.parsers.flags",
        "gateway.parsers.jobs",
        "gateway.parsers.mail",
        "gateway.parsers.schema",
        "gateway.parsers.webhooks",
    }


def test_the_version_is_printed(capsys: "pytest.CaptureFixture[str]") -> None:
    with pytest.raises(SystemExit) as ended:
        cli.parser().parse_args(["--version"])

    assert ended.value.code == 0
    assert capsys.readouterr().out == f"questpath {metadata.version('questpath')}\n"
