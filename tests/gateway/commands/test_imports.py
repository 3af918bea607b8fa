"""Command `import`: content belongs to the author that is named, or to the only one there is."""

import argparse
import json
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
from tests.builders.roadmaps import a_file, a_node

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
    return await imports.import_files(Settings(), database_url, given(author=author))


def given(*files: Path, **values: object) -> argparse.Namespace:
    """Return the arguments of the command, with the defaults of its options."""
    defaults = {
        "kind": "questions",
        "files": list(files) or [FILE],
        "author": None,
        "dry_run": False,
        "keep_good": False,
        "format": None,
        "exam_type": None,
        "title": None,
        "json": False,
    }
    return argparse.Namespace(**defaults | values)


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


async def test_several_files_are_reported_one_by_one_as_json(
    postgres: Postgres, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await account(postgres, "noor", Role.AUTHOR)
    good, bad = tmp_path / "good.gift", tmp_path / "bad.gift"
    good.write_bytes("Gr\u00f6\u00dfe? {T}".encode("utf-16"))
    bad.write_text("\x01\n\nIs it? {T}\n")

    code = await imports.import_files(Settings(), database_url, given(good, bad, json=True))

    first, second = json.loads(capsys.readouterr().out)
    assert code == 1
    assert (first["outcome"], first["accepted"], first["file"]) == ("STORED", 1, "good.gift")
    assert first["encoding"] != "utf-8"
    assert (second["outcome"], second["refusedCount"]) == ("REFUSED", 1)
    assert second["refused"][0]["line"] == 1


async def test_what_is_right_is_kept_where_the_command_asks_for_it(
    postgres: Postgres, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await account(postgres, "noor", Role.AUTHOR)
    file = tmp_path / "mixed.gift"
    file.write_text("\x01\n\nIs it? {T}\n")

    code = await imports.import_files(
        Settings(), database_url, given(file, keep_good=True, title="Mixed questions")
    )

    assert code == 1
    assert "1 accepted, 1 refused" in capsys.readouterr().out
    async with postgres.open_reads(Meter()) as reads:
        quiz = await reads.quizzes.by_slug("mixed-questions")
    assert quiz is not None
    assert quiz.question_count == 1


async def test_a_dry_run_of_the_command_stores_no_content(
    postgres: Postgres, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await account(postgres, "noor", Role.AUTHOR)

    assert await imports.import_files(Settings(), database_url, given(dry_run=True)) == 0

    assert await owner(postgres) is None
    assert "accepted" in capsys.readouterr().out


async def test_a_roadmap_of_the_command_is_published(
    postgres: Postgres, database_url: str, tmp_path: Path
) -> None:
    author = await account(postgres, "noor", Role.AUTHOR)
    file = tmp_path / "roadmap.json"
    file.write_text(a_file(a_node("start"), slug="of-a-command"))

    assert await imports.import_files(Settings(), database_url, given(file, kind="roadmap")) == 0

    async with postgres.open_reads(Meter()) as reads:
        roadmap = await reads.roadmaps.by_slug("of-a-command", viewer_id=None)
    assert roadmap is not None
    assert (roadmap.author_id, roadmap.current_version_id is None) == (author, False)


async def test_a_file_that_is_too_large_or_missing_is_named(database_url: str, tmp_path: Path) -> None:
    large = tmp_path / "large.gift"
    large.write_bytes(b"x" * 1_000_001)

    with pytest.raises(CommandError, match=r"large\.gift"):
        await imports.import_files(Settings(upload_bytes=1_000_000), database_url, given(large))
    with pytest.raises(CommandError, match=r"missing\.gift"):
        await imports.import_files(Settings(), database_url, given(tmp_path / "missing.gift"))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"format": "xls"}, "must be one of"),
        ({"kind": "roadmap", "format": "gift"}, "exercism-track"),
        ({"kind": "roadmap", "keep_good": True}, "for questions"),
        ({"kind": "roadmap", "title": "A title"}, "for questions"),
    ],
)
async def test_options_that_do_not_fit_are_refused_before_anything_is_stored(
    database_url: str, values: dict[str, object], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        await imports.import_files(Settings(), database_url, given(**values))
