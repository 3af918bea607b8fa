"""Commands `quizzes ...` and `roadmaps ...`: content is taken back by slug and restored, whoever is its author."""

import argparse
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from domain.accounts.audit import AuditFilter
from domain.accounts.users import Role
from domain.content.releases.publishing import NothingToRestoreError
from domain.paging import window
from domain.unit_of_work import Meter
from gateway.cli import parser
from gateway.commands import content
from gateway.commands.errors import CommandError
from gateway.settings.environment import Settings
from persistence.work import Postgres
from tests.builders import a_user
from tests.builders.attempts import store_quiz
from tests.support.roadmaps import store_roadmap

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
Command = Callable[[Settings, str, argparse.Namespace], Awaitable[int]]


async def run(command: Command, url: str, slug: str) -> int:
    return await command(Settings(), url, argparse.Namespace(slug=slug))


async def acts(postgres: Postgres) -> list[tuple[str | None, str]]:
    """Return actor and kind of each act in the audit log, oldest first."""
    async with postgres.open_reads(Meter()) as reads:
        page = await reads.audit.page(AuditFilter(), window(first=10))
    return [(entry.actor_id, entry.action.value) for entry in reversed(page.nodes)]


async def test_a_quiz_is_withdrawn_and_restored_by_the_platform(
    postgres: Postgres, database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    async with postgres.open_work(Meter()) as work:
        ada = await work.users.add(a_user(roles=[Role.AUTHOR]))
        quiz = await store_quiz(work, ada.id, [], slug="tides")

    states = []
    for command in (content.withdraw_quiz, content.withdraw_quiz, content.restore_quiz):
        assert await run(command, database_url, "tides") == 0
        async with postgres.open_reads(Meter()) as reads:
            (stored,) = await reads.quizzes.by_ids([quiz.id])
            states.append(stored is not None and stored.takes_attempts(NOON))

    assert states == [False, False, True]
    assert "tides takes attempts." in capsys.readouterr().out
    assert await acts(postgres) == [(None, "QUIZ_WITHDRAWN"), (None, "QUIZ_RESTORED")]


async def test_a_roadmap_is_archived_and_restored_by_the_platform(
    postgres: Postgres, database_url: str
) -> None:
    async with postgres.open_work(Meter()) as work:
        ada = await work.users.add(a_user(roles=[Role.AUTHOR]))
        stored = await store_roadmap(work, ada.id, {"knots": []}, slug="sailing")
        await store_roadmap(work, ada.id, {"knots": []}, slug="a-draft", publish=False)

    current = []
    for command in (content.archive_roadmap, content.restore_roadmap):
        assert await run(command, database_url, "sailing") == 0
        async with postgres.open_reads(Meter()) as reads:
            roadmap = await reads.roadmaps.by_slug("sailing", viewer_id=ada.id)
            current.append(roadmap and roadmap.current_version_id)

    assert current == [None, stored.version.id]
    assert await acts(postgres) == [(None, "ROADMAP_ARCHIVED"), (None, "ROADMAP_RESTORED")]
    with pytest.raises(NothingToRestoreError):
        await run(content.restore_roadmap, database_url, "a-draft")


@pytest.mark.parametrize(
    "command",
    [content.withdraw_quiz, content.restore_quiz, content.archive_roadmap, content.restore_roadmap],
)
async def test_an_unknown_slug_is_one_sentence(
    command: Command, postgres: Postgres, database_url: str
) -> None:
    with pytest.raises(CommandError, match=r"^No (quiz|roadmap) has this slug\.$"):
        await run(command, database_url, "none")
    assert await acts(postgres) == []


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("quizzes withdraw tides", "content.withdraw_quiz"),
        ("quizzes restore tides", "content.restore_quiz"),
        ("roadmaps archive tides", "content.archive_roadmap"),
        ("roadmaps restore tides", "content.restore_roadmap"),
    ],
)
def test_each_command_has_its_line(line: str, command: str) -> None:
    arguments = parser().parse_args(line.split())

    assert (arguments.command, arguments.slug) == (command, "tides")
