"""Commands about feature flags, as operators type them, with their output."""

import json
import re

import pytest

from domain.errors import InvalidInputError
from domain.unit_of_work import Meter
from gateway.commands.errors import CommandError
from persistence.work import Postgres
from tests.architecture.layout import ROOT
from tests.builders import a_user
from tests.support.command_line import run

GUIDE = ROOT / "docs/operators/feature-flags.md"
COMMAND = re.compile(r"^    questpath (.+)$", re.MULTILINE)


async def test_flags_are_listed_set_and_reset(
    postgres: Postgres, database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    async with postgres.open_work(Meter()) as work:
        user = await work.users.add(a_user(handle="ada"))

    await run(database_url, "flags set registration off")
    await run(database_url, "flags set content_imports on --percentage 5 --role AUTHOR --user ada")
    said = capsys.readouterr().out
    await run(database_url, "flags list --json")
    listed = {each["flag"]: each for each in json.loads(capsys.readouterr().out)}
    await run(database_url, "flags list")
    table = capsys.readouterr().out
    async with postgres.open_reads(Meter()) as work:
        (imports, _) = await work.flag_rules.all()
    await run(database_url, "flags reset registration")
    reset = capsys.readouterr().out

    assert said == "registration is off.\ncontent_imports is on for those who were named.\n"
    assert (
        listed["content_imports"] | {"on": True, "percentage": 5, "roles": ["AUTHOR"], "users": 1}
        == (listed["content_imports"])
    )
    assert (listed["registration"]["on"], listed["registration"]["default"]) == (False, True)
    assert table.splitlines()[0].split() == [
        *("flag", "on", "percentage", "roles", "users", "default", "changed"),
    ]
    assert imports.user_ids == [user.id]
    assert reset == "registration is on, its default.\n"


async def test_every_command_of_the_guide_works(database_url: str) -> None:
    lines = COMMAND.findall(GUIDE.read_text("utf-8"))

    for line in lines:
        assert await run(database_url, line) == 0, line
    assert len(lines) == 4


async def test_an_unknown_flag_or_user_is_refused(database_url: str) -> None:
    with pytest.raises(InvalidInputError, match="key must be one of content_imports, registration"):
        await run(database_url, "flags set other on")
    with pytest.raises(InvalidInputError, match="key must be one of"):
        await run(database_url, "flags reset other")
    with pytest.raises(CommandError, match="No account"):
        await run(database_url, "flags set content_imports on --user nobody")
