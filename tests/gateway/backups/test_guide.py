"""The guide of backups: each command of questpath in it works, in the order in which it is written."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway import secrets_and_ids
from persistence.work import Postgres
from tests.support.backups import (
    MORNING,
    a_learner,
    an_empty_database,
    back_up,
    command,
    databases,
    handles,
    rows,
)
from tests.support.servers.gateway import ROOT

COMMAND = re.compile(r"^    questpath (.+)$", re.MULTILINE)
GUIDE = ROOT / "docs" / "operators" / "backup.md"
NAME = "questpath-20260131T010500Z"


@pytest.fixture
async def empty_url(database_url: str) -> AsyncIterator[str]:
    """The address of a database without tables."""
    name = database_url.rpartition("/")[2] + "_empty"
    yield await an_empty_database(database_url, name)
    for each in await databases(database_url, f"{name}%"):
        await rows(database_url, f"DROP DATABASE {each} WITH (FORCE)")


async def test_every_command_of_the_guide_works(
    postgres: Postgres, database_url: str, empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUESTPATH_DATA", str(tmp_path))
    await a_learner(postgres, "ada")
    yesterday = (secrets_and_ids.now() - MORNING) / timedelta(days=1) - 1
    backup = await back_up(database_url, tmp_path, days=yesterday)
    lines = [line.replace(NAME, backup.name) for line in COMMAND.findall(GUIDE.read_text("utf-8"))]

    codes = [await command(empty_url if "restore" in line else database_url, line) for line in lines]

    assert len(lines) == 12
    assert set(codes) == {0}
    assert await handles(empty_url) == ["ada"]
