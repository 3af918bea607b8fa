"""Command `schema changes`: the exit code says whether the present schema may be released after an older one."""

import argparse
import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from domain.documents.field_usage import FieldCount
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.cli import parser
from gateway.commands import schema_changes
from gateway.commands.errors import CommandError
from gateway.settings.environment import Settings
from persistence.work import Postgres
from tests.architecture.layout import ROOT

OLD = 'type Query { kept: Int  gone: Int @deprecated(reason: "Use `kept`. Removed after 2026-01-31.") }'


def arguments(*words: str) -> argparse.Namespace:
    return parser().parse_args(["schema", "changes", *words])


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """The SDL of a release, and one without its deprecated field."""
    for name, sdl in (("old", OLD), ("new", "type Query { kept: Int }")):
        (tmp_path / name).write_text(sdl, "utf-8")
    return str(tmp_path / "old"), str(tmp_path / "new")


@pytest.mark.parametrize(("days_ago", "code"), [(31, 0), (29, 1)])
async def test_a_field_with_requests_in_the_last_month_stays(
    postgres: Postgres, database_url: str, files: tuple[str, str], days_ago: int, code: int
) -> None:
    old, new = files
    counted = FieldCount(
        coordinate="Query.gone", client_name="ios", client_version="1.4.0", deprecated=True, requests=7
    )
    async with postgres.open_work(Meter()) as work:
        await work.field_usages.add([counted], now=secrets_and_ids.now() - timedelta(days=days_ago))
    settings = Settings.model_validate({"DATABASE_URL": database_url})

    given = arguments(old, "--new", new, "--usage")
    found = await asyncio.to_thread(schema_changes.list_changes, settings, given)

    assert found == code


def test_each_change_is_a_line(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    old, new = files

    codes = [
        schema_changes.list_changes(Settings(), arguments(*each))
        for each in ((old, "--new", new), (old, "--new", old))
    ]

    assert codes == [0, 0]
    assert capsys.readouterr().out.splitlines() == [
        "breaking   Query.gone removed  [allowed: promised until 2026-01-31, its requests were not read]",
        "1 changes, 1 of them breaking, 0 of these refused.",
        "0 changes, 0 of them breaking, 0 of these refused.",
    ]


def test_the_present_schema_may_be_released(capsys: pytest.CaptureFixture[str]) -> None:
    released, decisions = str(ROOT / "docs/releases/schema.graphql"), str(ROOT / "docs/decisions")

    code = schema_changes.list_changes(Settings(), arguments(released, "--decisions", decisions))

    assert code == 0
    assert schema_changes.list_changes(Settings(), arguments(released)) == 1
    assert "refused: it was not deprecated in a release" in capsys.readouterr().out


@pytest.mark.parametrize("content", [None, "type Query {", "{ query }"])
def test_what_is_no_schema_is_named(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "old.graphql"
    if content is not None:
        path.write_text(content, "utf-8")

    with pytest.raises(CommandError, match=r"old\.graphql"):
        schema_changes.list_changes(Settings(), arguments(str(path)))
