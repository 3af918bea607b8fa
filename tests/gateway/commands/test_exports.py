"""Commands `export ...`: content by slug as a file, whoever is its author."""

import argparse
import json
from pathlib import Path

import pytest

from domain.accounts.audit import AuditFilter
from domain.accounts.users import Role
from domain.paging import window
from domain.unit_of_work import Meter
from gateway.cli import parser
from gateway.commands import exports
from gateway.commands.errors import CommandError
from gateway.settings.environment import Settings
from persistence.work import Postgres
from tests.builders import a_user
from tests.builders.attempts import store_quiz
from tests.support.roadmaps import store_roadmap


async def test_a_quiz_is_written_in_the_format_that_is_named(
    postgres: Postgres, database_url: str, tmp_path: Path, capsys: "pytest.CaptureFixture[str]"
) -> None:
    async with postgres.open_work(Meter()) as work:
        ada = await work.users.add(a_user(roles=[Role.AUTHOR]))
        await store_quiz(work, ada.id, [], slug="tides")
    output = tmp_path / "tides.xml"

    given = argparse.Namespace(slug="tides", format="MOODLE_XML", output=output)
    assert await exports.export_questions(Settings(), database_url, given) == 0

    assert output.read_text("utf-8").startswith('<?xml version="1.0"')
    printed = capsys.readouterr().out
    assert f"{output} is written" in printed
    assert "not in the file: Only the questions" in printed
    async with postgres.open_reads(Meter()) as reads:
        (entry,) = (await reads.audit.page(AuditFilter(), window(first=10))).nodes
    assert (entry.actor_id, entry.action.value) == (None, "QUIZ_EXPORTED")


async def test_a_roadmap_is_written_as_json(postgres: Postgres, database_url: str, tmp_path: Path) -> None:
    async with postgres.open_work(Meter()) as work:
        ada = await work.users.add(a_user(roles=[Role.AUTHOR]))
        await store_roadmap(work, ada.id, {"knots": []}, slug="sailing")
    output = tmp_path / "sailing.json"

    given = argparse.Namespace(slug="sailing", output=output)
    assert await exports.export_roadmap(Settings(), database_url, given) == 0

    assert json.loads(output.read_text("utf-8"))["format"] == "questpath-roadmap/1"


@pytest.mark.parametrize("command", [exports.export_questions, exports.export_roadmap])
async def test_what_is_not_there_and_what_cannot_be_written_is_one_sentence(
    postgres: Postgres, database_url: str, tmp_path: Path, command
) -> None:
    async with postgres.open_work(Meter()) as work:
        ada = await work.users.add(a_user(roles=[Role.AUTHOR]))
        await store_quiz(work, ada.id, [], slug="tides")
        await store_roadmap(work, ada.id, {"knots": []}, slug="tides")

    for slug, output, words in (
        ("other", tmp_path / "x", "has this slug"),
        ("tides", tmp_path, "cannot be written"),
    ):
        given = argparse.Namespace(slug=slug, format="JSON", output=output)
        with pytest.raises(CommandError, match=words):
            await command(Settings(), database_url, given)


def test_the_command_line_names_what_to_export() -> None:
    given = parser().parse_args(["export", "questions", "tides", "--format", "GIFT"])

    assert (given.command, given.slug, given.format) == ("exports.export_questions", "tides", "GIFT")
