"""Exports: everything that is kept of a user, nothing that is a secret, and nothing of anybody else."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from domain import exports
from domain.ids import ExportId
from domain.questions import QuestionKind
from domain.users import User
from domain.work import Meter
from persistence.exports import EXCEPTIONS, SECTIONS
from persistence.tables import metadata
from tests.accounts_asking import ADMINS, done, refusal
from tests.asking import Asker
from tests.graph.test_privacy import an_author
from tests.taking import staged

OF_PEOPLE = {"user_id", "owner_id", "author_id", "actor_id", "recipient", "email"}


async def export_of(ask: Asker, user: User) -> dict[str, Any]:
    """Return the document of a user."""
    async with ask.postgres.open_reads(Meter()) as reads:
        sections = await reads.exports.sections(user.id)
    document: dict[str, Any] = json.loads(exports.composed(sections, user_id=user.id, now=ask.clock()))
    return document


async def test_an_export_says_what_it_is_and_holds_every_section(ask: Asker) -> None:
    ada, _ = await ask.learner()

    document = await export_of(ask, ada)

    assert (document["format"], document["userId"]) == ("questpath-export/1", ada.id)
    assert document["exportedAt"] == "2026-03-02T09:00:00+00:00"
    assert document.keys() - SECTIONS.keys() == {"format", "userId", "exportedAt"}
    (row,) = document["users"]
    assert (row["handle"], row["email"].endswith("@example.org")) == (ada.handle, True)


def test_every_table_is_exported_or_an_exception_with_a_reason() -> None:
    tables = set(metadata.tables)

    assert tables == SECTIONS.keys() | EXCEPTIONS.keys()
    assert SECTIONS.keys() & EXCEPTIONS.keys() == set()
    assert all(len(reason) > 10 for reason in EXCEPTIONS.values())


@pytest.mark.parametrize("name", sorted(metadata.tables))
def test_a_table_that_says_whose_its_rows_are_is_an_exception_for_its_secrets_alone(name: str) -> None:
    named = {column.name for column in metadata.tables[name].columns} & OF_PEOPLE
    secret_or_passing = {
        "access_changes",
        "idempotency_receipts",
        "one_time_tokens",
        "xp_outbox",
    }

    assert not named or name in SECTIONS or name in secret_or_passing


async def test_what_a_user_made_is_in_the_export_and_what_others_made_is_not(ask: Asker) -> None:
    ada, viewer = await an_author(ask)
    bob, other = await ask.learner(roles=ADMINS)
    for owner, title in ((viewer, "Mine"), (other, "Not mine")):
        await done(ask, owner, "createGoal", title=title, idempotencyKey="one")
    await done(ask, other, "setRoles", userId=ada.id, roles=["ADMIN", "AUTHOR", "MODERATOR"])

    document = await export_of(ask, ada)

    assert [goal["title"] for goal in document["goals"]] == ["Mine"]
    assert [roadmap["slug"] for roadmap in document["roadmaps"]] == ["roadmap-0"]
    assert len(document["roadmap_nodes"]) == len(document["questions"]) == len(document["xp_entries"]) == 1
    (entry,) = [e for e in document["audit_entries"] if e["action"] == "ROLES_SET"]
    assert (entry["actor_id"], "session_id" in entry) == (bob.id, False)
    assert "Not mine" not in json.dumps(document)


async def test_secrets_stay_behind(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    key = await done(
        ask,
        viewer,
        "createApiKey",
        "secret",
        name="K",
        scopes=["READ_PROFILE"],
        expiresAt="2027-01-01T00:00:00Z",
    )

    text = json.dumps(await export_of(ask, ada))

    assert "hash of:" not in text
    assert "key_hash" not in text
    assert key["secret"] not in text


async def test_an_open_attempt_tells_no_credit(ask: Asker) -> None:
    stage = await staged(ask, QuestionKind.TRUE_FALSE)
    attempt_id = await stage.started()

    async def slots() -> list[dict[str, Any]]:
        async with ask.postgres.open_reads(Meter()) as reads:
            found: list[dict[str, Any]] = json.loads(
                (await reads.exports.sections(stage.viewer.user_id))["attempt_slots"]
            )
        return found

    before = await slots()
    await stage.submit(attempt_id)
    after = await slots()

    assert before
    assert all("credit_numerator" not in slot for slot in before)
    assert all("credit_numerator" in slot for slot in after)


async def test_the_link_is_signed_and_expires(ask: Asker) -> None:
    ada, viewer = await ask.learner()

    payload = await done(ask, viewer, "exportMyData", "path dataExport { id expiresAt }")

    link = urlsplit(payload["path"])
    parts = {name: values[0] for name, values in parse_qs(link.query).items()}
    export_id = link.path.removeprefix("/exports/")
    assert export_id == payload["dataExport"]["id"]
    assert payload["dataExport"]["expiresAt"] == "2026-03-02T10:00:00.000Z"
    ours = {"secrets": [b"new", ask.ports.refresh_secret], "now": ask.clock()}
    assert exports.is_signed(export_id, **parts, **ours)
    for wrong in (
        {"expires": str(int(parts["expires"]) + 1)},
        {"signature": "0" * 64},
        {"signature": "ä"},
        {"expires": "٣"},
        {"expires": ""},
    ):
        assert not exports.is_signed(export_id, **parts | wrong, **ours)
    assert not exports.is_signed("export_other", **parts, **ours)
    assert not exports.is_signed(export_id, **parts, **ours | {"secrets": [b"other"]})
    assert not exports.is_signed(export_id, **parts, **ours | {"now": ask.clock() + timedelta(hours=1)})
    async with ask.postgres.open_reads(Meter()) as reads:
        permitted = await reads.exports.by_id(ExportId(export_id), now=ask.clock())
        expired = await reads.exports.by_id(ExportId(export_id), now=ask.clock() + timedelta(hours=1))
    assert permitted is not None
    assert permitted.user_id == ada.id
    assert expired is None


async def test_nobody_asks_for_more_than_five_a_day(ask: Asker) -> None:
    _, viewer = await ask.learner()
    for _ in range(5):
        await done(ask, viewer, "exportMyData")

    assert (await refusal(ask, viewer, "exportMyData"))[0] == "TooManyExports"
    ask.clock.forward(days=1)
    await done(ask, viewer, "exportMyData")
