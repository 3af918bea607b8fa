"""Command `users import`: an account with its learning comes from another instance, once, and all or nothing."""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from domain.accounts.users import EmailTakenError, HandleTakenError, Role, User
from domain.errors import InvalidInputError
from gateway.databases import client_programs
from tests.builders import mint
from tests.builders.roadmaps import a_file, a_node
from tests.support.accounts import accepted
from tests.support.backups import command, rows
from tests.support.clients.roadmaps import enrol, import_file, set_node
from tests.support.fixtures import DatabaseAdmin
from tests.support.goals import create_goal
from tests.support.privacy import export_of
from tests.support.progress import earn, set_target
from tests.support.schema_client import Asker

LEARNT = ("goals", "enrolments", "node_progress", "xp_entries", "activities", "daily_targets")


@pytest.fixture
async def other_url(server_url: str, template: str, database_admin: DatabaseAdmin) -> AsyncIterator[str]:
    """The address of the database of another instance, without content."""
    name = f"other_{os.urandom(6).hex()}"
    database_admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY").result()
    yield client_programs.renamed(server_url, name)
    database_admin.execute(f"DROP DATABASE {name} WITH (FORCE)").result()


async def ada_who_learns(ask: Asker) -> User:
    """Store Ada with a profile, goals, a roadmap on its way, XP and a daily target."""
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    made = await import_file(ask, author, a_file(a_node("knots"), slug="sailing"), mint("key"))
    roadmap_id = made["roadmap"]["id"]
    await accepted(ask, author, "publishRoadmap", roadmapId=roadmap_id)
    ada, viewer = await ask.learner(handle="ada", email="ada@example.org", roles=[Role.LEARNER, Role.ADMIN])
    await accepted(ask, viewer, "updateProfile", bio="Learns.", dayStartHour=4)
    await create_goal(ask, viewer)
    await create_goal(ask, viewer, kind="ROADMAP", roadmapId=roadmap_id)
    await enrol(ask, viewer, roadmap_id, key=mint("key"))
    await set_node(ask, viewer, roadmap_id, "Knots", "DONE")
    await earn(ask, viewer, 120)
    await accepted(ask, viewer, "exportMyData")
    await set_target(ask, viewer, "DAILY_MINUTES", 50)
    return ada


async def counts(url: str, user_id: str) -> dict[str, int]:
    """Count the rows of a learner in each table of what they learnt."""
    own = {"goals": "owner_id", "node_progress": "(SELECT user_id FROM enrolments WHERE id = enrolment_id)"}
    found = {}
    for name in LEARNT:
        statement = f"SELECT count(*) FROM {name} WHERE {own.get(name, 'user_id')} = $1"  # noqa: S608 - our tables
        ((found[name],),) = await rows(url, statement, user_id)
    return found


async def imported(url: str, document: dict[str, Any], folder: Path) -> int:
    path = folder / "questpath-export.json"
    path.write_text(json.dumps(document))
    return await command(url, f"users import {path}")


async def test_an_account_comes_to_another_instance_with_what_does_not_need_its_content(
    ask: Asker, other_url: str, tmp_path: Path, capsys: "pytest.CaptureFixture[str]"
) -> None:
    ada = await ada_who_learns(ask)
    document = await export_of(ask, ada)

    assert await imported(other_url, document, tmp_path) == 0
    said = capsys.readouterr().out

    (row,) = await rows(other_url, "SELECT * FROM users")
    assert (row["id"], row["handle"], row["email"], row["bio"]) == (
        ada.id,
        "ada",
        "ada@example.org",
        "Learns.",
    )
    assert (row["day_start_hour"], row["password_hash"]) == (4, None)
    (old,) = document["users"]
    assert (row["xp_total"], row["level"]) == (old["xp_total"], old["level"])
    assert (row["roles"], row["email_verified"]) == (["LEARNER"], False)
    assert await counts(other_url, ada.id) == {
        "goals": 1,
        "enrolments": 0,
        "node_progress": 0,
        "xp_entries": 2,
        "activities": len(document["activities"]),
        "daily_targets": 1,
    }
    assert await command(other_url, "reconcile") == 0
    lines = [line.split() for line in said.splitlines()]
    assert ["goals", "2", "1", "0", "1"] in lines
    assert ["enrolments", "1", "0", "0", "1"] in lines
    assert f"Not brought: audit_entries ({len(document['audit_entries'])}), exports (1)" in said
    assert "without a password; run questpath users set-password ada" in said


async def test_a_second_import_changes_nothing(
    ask: Asker, other_url: str, tmp_path: Path, capsys: "pytest.CaptureFixture[str]"
) -> None:
    ada = await ada_who_learns(ask)
    document = await export_of(ask, ada)
    await imported(other_url, document, tmp_path)
    before = await counts(other_url, ada.id), await rows(other_url, "SELECT * FROM users")
    capsys.readouterr()

    assert await imported(other_url, document, tmp_path) == 0

    assert (await counts(other_url, ada.id), await rows(other_url, "SELECT * FROM users")) == before
    said = capsys.readouterr().out
    assert ["xp_entries", "2", "0", "2", "0"] in [line.split() for line in said.splitlines()]
    assert f"ada ({ada.id}) was here." in said


async def test_where_the_content_is_enrolments_progress_and_goals_come_back(
    ask: Asker, database_url: str, tmp_path: Path
) -> None:
    ada = await ada_who_learns(ask)
    document = await export_of(ask, ada)
    before = await counts(database_url, ada.id)
    await rows(database_url, "DELETE FROM xp_outbox")
    await rows(database_url, "DELETE FROM users WHERE id = $1", ada.id)

    assert await imported(database_url, document, tmp_path) == 0

    assert min(before.values()) > 0
    assert await counts(database_url, ada.id) == before
    assert await command(database_url, "reconcile") == 0


async def test_rows_of_others_are_left_out(ask: Asker, other_url: str, tmp_path: Path) -> None:
    ada = await ada_who_learns(ask)
    document = await export_of(ask, ada)
    for name in ("goals", "xp_entries", "daily_targets"):
        owner = "owner_id" if name == "goals" else "user_id"
        document[name] = [row | {owner: mint("user")} for row in document[name]]

    assert await imported(other_url, document, tmp_path) == 0

    assert set((await counts(other_url, ada.id)).values()) == {0, len(document["activities"])}
    assert await rows(other_url, "SELECT FROM goals") == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": "questpath-export/2"}, "no export of a user"),
        ({"userId": "user_other"}, "exactly the account"),
        ({"users": []}, "exactly the account"),
        ({"goals": "all"}, "no list of rows"),
        ({"daily_targets": [{"mood": "good"}]}, "of a newer version"),
        ({"xp_entries": [{"id": "xp_1"}]}, "not complete"),
    ],
)
async def test_a_file_that_cannot_be_taken_whole_is_refused_whole(
    ask: Asker, other_url: str, tmp_path: Path, change: dict[str, Any], sentence: str
) -> None:
    document = await export_of(ask, await ada_who_learns(ask))

    with pytest.raises(InvalidInputError, match=sentence):
        await imported(other_url, document | change, tmp_path)

    assert await rows(other_url, "SELECT FROM users") == []


async def test_an_address_that_another_account_has_is_refused(
    ask: Asker, other_url: str, tmp_path: Path
) -> None:
    ada = await ada_who_learns(ask)
    document = await export_of(ask, ada)
    await imported(other_url, document, tmp_path)
    twin = mint("user")
    document["users"][0]["id"] = document["userId"] = twin

    with pytest.raises((EmailTakenError, HandleTakenError)):
        await imported(other_url, document, tmp_path)
    assert len(await rows(other_url, "SELECT FROM users")) == 1
