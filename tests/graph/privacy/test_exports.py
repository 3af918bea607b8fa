"""Data exports: everything that is stored about a user, without secrets and without data of others."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from domain.content.question_kinds.table import QuestionKind
from domain.ids import ExportId
from domain.mail import outbox
from domain.privacy import exports
from domain.unit_of_work import Meter
from persistence.privacy.export_sections import EXCEPTIONS, SECTIONS
from persistence.schema import metadata
from tests.builders.acts import an_act
from tests.builders.mail import a_mail
from tests.support.accounts import ADMINS, accepted, refusal
from tests.support.attempts import a_quiz_taker
from tests.support.privacy import an_author, export_of
from tests.support.schema_client import Asker

OF_PEOPLE = {"user_id", "owner_id", "author_id", "actor_id", "recipient", "email"}


async def test_an_export_states_its_format_and_contains_every_section(ask: Asker) -> None:
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
def test_a_table_with_owners_is_left_out_only_for_its_secrets(name: str) -> None:
    owners = {column.name for column in metadata.tables[name].columns} & OF_PEOPLE
    secret_or_temporary = {
        "access_changes",
        "idempotency_receipts",
        "one_time_tokens",
        "progress_checks",
        "webhook_events",
        "xp_outbox",
    }

    assert not owners or name in SECTIONS or name in secret_or_temporary


async def test_an_export_contains_the_users_content_and_none_of_others(ask: Asker) -> None:
    ada, viewer = await an_author(ask)
    bob, other = await ask.learner(roles=ADMINS)
    for owner, title in ((viewer, "Mine"), (other, "Not mine")):
        await accepted(ask, owner, "createGoal", title=title, idempotencyKey="one")
    await accepted(ask, other, "setRoles", userId=ada.id, roles=["ADMIN", "AUTHOR", "MODERATOR"])

    document = await export_of(ask, ada)

    assert [goal["title"] for goal in document["goals"]] == ["Mine"]
    assert [roadmap["slug"] for roadmap in document["roadmaps"]] == ["roadmap-0"]
    assert len(document["roadmap_nodes"]) == 1
    assert {question["kind"] for question in document["questions"]} == {kind.value for kind in QuestionKind}
    assert [entry["status"] for entry in document["xp_entries"]] == ["SETTLED", "PENDING"]
    (entry,) = [e for e in document["audit_entries"] if e["action"] == "ROLES_SET"]
    assert (entry["actor_id"], "session_id" in entry) == (bob.id, False)
    assert "Not mine" not in json.dumps(document)


async def test_an_export_contains_no_secrets(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    key = await accepted(
        ask,
        viewer,
        "createApiKey",
        "secret",
        name="K",
        scopes=["READ_PROFILE"],
        expiresAt="2027-01-01T00:00:00Z",
    )

    async with ask.postgres.open_work(Meter()) as work:
        (account,) = await work.users.accounts_by_ids([ada.id], viewer_id=ada.id)
        assert account is not None
        mail = a_mail(to=account.email, body="a secret link", values={"link": "a secret link"})
        await outbox.post(work, an_act(now=ask.clock()), mail)

    text = json.dumps(await export_of(ask, ada))

    assert "PASSWORD_CHANGED" in text
    assert "a secret link" not in text
    assert "hash of:" not in text
    assert "key_hash" not in text
    assert key["secret"] not in text


async def test_an_export_hides_the_credit_of_an_open_attempt(ask: Asker) -> None:
    stage = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE)
    attempt_id = await stage.start_attempt()

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

    payload = await accepted(ask, viewer, "exportMyData", "path dataExport { id expiresAt }")

    link = urlsplit(payload["path"])
    parts = {name: values[0] for name, values in parse_qs(link.query).items()}
    export_id = link.path.removeprefix("/exports/")
    assert export_id == payload["dataExport"]["id"]
    assert payload["dataExport"]["expiresAt"] == "2026-03-02T10:00:00.000Z"
    context = {"secrets": [b"new", ask.ports.refresh_secret], "now": ask.clock()}
    assert exports.is_signed(export_id, **parts, **context)
    for wrong in (
        {"expires": str(int(parts["expires"]) + 1)},
        {"signature": "0" * 64},
        {"signature": "ä"},
        {"expires": "٣"},
        {"expires": ""},
    ):
        assert not exports.is_signed(export_id, **parts | wrong, **context)
    assert not exports.is_signed("export_other", **parts, **context)
    assert not exports.is_signed(export_id, **parts, **context | {"secrets": [b"other"]})
    assert not exports.is_signed(export_id, **parts, **context | {"now": ask.clock() + timedelta(hours=1)})
    async with ask.postgres.open_reads(Meter()) as reads:
        permitted = await reads.exports.by_id(ExportId(export_id), now=ask.clock())
        expired = await reads.exports.by_id(ExportId(export_id), now=ask.clock() + timedelta(hours=1))
    assert permitted is not None
    assert permitted.user_id == ada.id
    assert expired is None


async def test_a_user_gets_at_most_five_exports_a_day(ask: Asker) -> None:
    _, viewer = await ask.learner()
    for _ in range(5):
        await accepted(ask, viewer, "exportMyData")

    assert (await refusal(ask, viewer, "exportMyData"))[0] == "TooManyExports"
    ask.clock.forward(days=1)
    await accepted(ask, viewer, "exportMyData")
