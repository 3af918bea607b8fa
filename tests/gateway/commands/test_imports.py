"""Command `import`: content belongs to the author that is named, or to the only one there is."""

import argparse
from pathlib import Path

import pytest

from domain.accounts.suspensions import Suspension
from domain.accounts.users import Role
from domain.ids import UserId
from domain.unit_of_work import Meter
from gateway.commands import imports
from gateway.commands.errors import CommandError
from gateway.secrets_and_ids import now
from gateway.settings.environment import Settings
from persistence.work import Postgres
from tests.builders import a_user

FILE = Path(imports.__file__).parent.parent.parent / "content/questions/python-core.json"
QUIZ = "python-core-control-flow"


async def account(postgres: Postgres, handle: str, *roles: Role) -> UserId:
    new = a_user(handle=handle, email=f"{handle}@example.org", roles=[Role.LEARNER, *roles])
    async with postgres.open_work(Meter()) as work:
        return (await work.users.add(new)).id


async def owner(postgres: Postgres) -> UserId | None:
    """Return who has the quiz of the file, or None if it was not imported."""
    async with postgres.open_reads(Meter()) as reads:
        quiz = await reads.quizzes.by_slug(QUIZ)
    return None if quiz is None else quiz.author_id


async def run(database_url: str, author: str | None = None) -> int:
    arguments = argparse.Namespace(
        kind="questions", file=FILE, author=author, dry_run=False, exam_type=None, title=None
    )
    return await imports.import_file(Settings(), database_url, arguments)


async def test_with_one_author_none_has_to_be_named(postgres: Postgres, database_url: str) -> None:
    await account(postgres, "ada")
    noor = await account(postgres, "noor", Role.AUTHOR)

    assert await run(database_url) == 0
    assert await owner(postgres) == noor


@pytest.mark.parametrize("name", ["mira", "Mira", " mira@example.org ", "MIRA@example.org"])
async def test_the_named_author_owns_the_content(postgres: Postgres, database_url: str, name: str) -> None:
    await account(postgres, "noor", Role.AUTHOR)
    mira = await account(postgres, "mira", Role.AUTHOR)

    assert await run(database_url, name) == 0
    assert await owner(postgres) == mira


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (None, "--author"),
        ("ada", "no AUTHOR"),
        ("ada@example.org", "no AUTHOR"),
        ("nina", "No account"),
        ("nina@example.org", "No account"),
        ("", "No account"),
        ("rest", "suspended"),
    ],
)
async def test_without_a_fitting_author_nothing_is_imported(
    postgres: Postgres, database_url: str, name: str | None, sentence: str
) -> None:
    await account(postgres, "ada")
    await account(postgres, "noor", Role.AUTHOR)
    await account(postgres, "mira", Role.AUTHOR)
    rest = await account(postgres, "rest", Role.AUTHOR)
    async with postgres.open_work(Meter()) as work:
        await work.roles.suspend(rest, Suspension(since=now(), until=None, reason="away"))

    with pytest.raises(CommandError, match=sentence):
        await run(database_url, name)

    assert await owner(postgres) is None


async def test_without_any_author_the_command_says_how_to_make_one(
    postgres: Postgres, database_url: str
) -> None:
    await account(postgres, "ada")

    with pytest.raises(CommandError, match="create-user"):
        await run(database_url)
