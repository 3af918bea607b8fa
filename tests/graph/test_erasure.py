"""Deletion of accounts: a grace, then nothing that tells who it was, and every number as before."""

import json
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text as sql

from domain import erasing
from domain.questions import QuestionKind
from domain.users import User
from domain.work import Meter
from gateway.accounts.erasing import erase_one
from persistence.base import Statement
from persistence.erasure import BLANKED, KEPT, REMOVED
from persistence.exports import SECTIONS
from persistence.tables import metadata
from tests.accounts_asking import an_admin, done, refusal, version_of
from tests.asking import Asker
from tests.builders.sessions import a_session
from tests.graph.test_exports import export_of
from tests.graph.test_privacy import an_author, on_boards
from tests.graph.world import a_roadmap_file
from tests.taking import Stage, staged

PASSWORD = "correct horse battery"
OWN = "{ viewer { user { deletesAt handle } } }"
OF_PEOPLE = {"user_id", "owner_id", "author_id", "actor_id", "recipient"}
NUMBERS = """
SELECT json_build_object(
    'ledger', (SELECT json_agg(json_build_array(id, user_id, amount, status, reason) ORDER BY id) FROM xp_entries),
    'totals', (SELECT json_agg(json_build_array(id, xp_total, level) ORDER BY id) FROM users),
    'boards', (SELECT json_agg(to_json(e) ORDER BY board, user_id) FROM leaderboard_entries e),
    'buckets', (SELECT json_agg(to_json(b) ORDER BY board, xp) FROM leaderboard_buckets b),
    'learners', (SELECT json_agg(json_build_array(board, learners) ORDER BY board) FROM leaderboards),
    'questions', (SELECT json_agg(json_build_array(question_id, credit_numerator, credit_denominator, fast,
        answered_at) ORDER BY attempt_id, number) FROM attempt_slots),
    'attempts', (SELECT json_agg(to_json(a) ORDER BY id) FROM quiz_attempts a),
    'days', (SELECT json_agg(to_json(d) ORDER BY user_id, local_date) FROM attempt_days d),
    'domains', (SELECT json_agg(to_json(d) ORDER BY user_id, local_date, domain_id) FROM domain_days d),
    'activities', (SELECT count(*) FROM activities)
)::text
"""


async def numbers(ask: Asker) -> dict[str, Any]:
    """Return everything that boards and statistics count."""
    async with ask.postgres.open_reads(Meter()) as reads:
        found: dict[str, Any] = json.loads(await reads.connection.value(Statement(sql(NUMBERS))))
    return found


async def a_life(ask: Asker) -> tuple[Stage, User]:
    """Let a learner do a bit of everything that leaves a trace of them."""
    stage = await staged(ask, QuestionKind.TRUE_FALSE, QuestionKind.SHORT_TEXT)
    viewer = stage.viewer
    attempt_id = await stage.started()
    await stage.answer_all(attempt_id)
    await stage.submit(attempt_id)
    profile = {"displayName": "Ada Lovelace", "bio": "Ada's life", "avatarUrl": "https://example.org/ada.png"}
    await done(ask, viewer, "updateProfile", timeZone="Europe/London", **profile)
    made = await done(
        ask,
        viewer,
        "createGoal",
        "goal { id }",
        title="Impress Ada's mum",
        description="Ada",
        idempotencyKey="1",
    )
    moved = await done(
        ask, viewer, "transitionGoal", "goal { version }", id=made["goal"]["id"], version=1, to="ACTIVE"
    )
    await done(
        ask,
        viewer,
        "transitionGoal",
        id=made["goal"]["id"],
        version=moved["goal"]["version"],
        to="COMPLETED",
    )
    await done(
        ask,
        viewer,
        "createApiKey",
        name="Ada's key",
        scopes=["READ_PROFILE"],
        expiresAt="2027-01-01T00:00:00Z",
    )
    await done(ask, viewer, "exportMyData")
    async with ask.postgres.open_work(Meter()) as work:
        await work.sessions.add(a_session(viewer.user_id, device="Ada's phone"), token_hash="hash")
        (user,) = await work.users.by_ids([viewer.user_id])
    assert user is not None
    await on_boards(ask, user)
    return stage, user


async def everything(ask: Asker) -> str:
    """Return all rows of all tables that hold something of people, secrets too."""
    names = sorted(set(SECTIONS) | {"idempotency_receipts", "one_time_tokens", "refresh_tokens"})
    async with ask.postgres.open_reads(Meter()) as reads:
        rows = [
            await reads.connection.value(Statement(sql(f"SELECT json_agg(t)::text FROM {name} t")))  # noqa: S608
            for name in names
        ]
    return "\n".join(row for row in rows if row)


async def test_deletion_is_announced_shown_and_can_be_cancelled(ask: Asker) -> None:
    ada, viewer = await ask.learner()

    payload = await done(ask, viewer, "deleteMyAccount", "deletesAt", password=PASSWORD)

    assert payload["deletesAt"] == "2026-03-16T09:00:00.000Z"
    assert (await ask.data(OWN, viewer))["viewer"]["user"]["deletesAt"] == payload["deletesAt"]
    ask.clock.forward(days=1)
    again = await done(ask, viewer, "deleteMyAccount", "deletesAt", password=PASSWORD)
    assert again == payload
    async with ask.postgres.open_work(Meter()) as work:
        letters = await work.mails.take(now=ask.clock(), until=ask.clock(), limit=10)
    assert [letter.kind.value for letter in letters] == ["DELETION_REQUESTED"]
    await done(ask, viewer, "cancelDeletion")
    assert (await ask.data(OWN, viewer))["viewer"]["user"]["deletesAt"] is None
    ask.clock.forward(days=30)
    assert not await erase_one(ask.ports)
    assert (await ask.data(OWN, viewer))["viewer"]["user"]["handle"] == ada.handle


async def test_deletion_needs_the_password_or_a_fresh_sign_in(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    assert await refusal(ask, viewer, "deleteMyAccount", password="wrong") == (
        "InvalidCredentials",
        "password",
    )

    session = a_session(ada.id, id=viewer.session_id, created_at=ask.clock())
    async with ask.postgres.open_work(Meter()) as work:
        await work.sessions.add(session, token_hash="hash")
    ask.clock.forward(minutes=10, seconds=1)
    stale = await refusal(ask, viewer, "deleteMyAccount", password=None)
    ask.clock.forward(seconds=-1)

    assert stale == ("ProofNeeded", "password")
    await done(ask, viewer, "deleteMyAccount", password=None)


async def test_the_last_admin_cannot_leave(ask: Asker) -> None:
    _, boss = await an_admin(ask)
    _, other = await an_admin(ask)
    await done(ask, other, "deleteMyAccount", password=PASSWORD)

    assert (await refusal(ask, boss, "deleteMyAccount", password=PASSWORD))[0] == "LastAdmin"


async def test_after_the_grace_nothing_tells_who_it_was_and_every_number_is_as_before(ask: Asker) -> None:
    stage, user = await a_life(ask)
    before = await numbers(ask)
    held = await everything(ask)
    await done(ask, stage.viewer, "deleteMyAccount", password=PASSWORD)
    version = await version_of(ask, user)

    ask.clock.forward(days=13, hours=23)
    too_early = await erase_one(ask.ports)
    ask.clock.forward(hours=1)
    erased = await erase_one(ask.ports)

    assert (too_early, erased) == (False, True)
    assert await numbers(ask) == before
    kept = await everything(ask)
    for trace in ("Ada", user.handle, "ada.png", "Europe/London", "hash of", "203.0.113"):
        assert trace in held, trace
        assert trace not in kept, trace
    profile = "query ($id: ID!) { user(by: {id: $id}) { handle displayName bio avatarUrl xpTotal } }"
    shown = (await ask.data(profile, id=user.id))["user"]
    assert shown["handle"].startswith("deleted_")
    assert (shown["displayName"], shown["avatarUrl"], shown["bio"]) == ("Deleted user", None, "")
    assert shown["xpTotal"] > 0
    async with ask.postgres.open_reads(Meter()) as reads:
        row = await reads.roles.account(user.id, now=ask.clock())
        discrepancies = await reads.xp.discrepancies()
        change = await reads.access.since(0, earliest=ask.clock())
    assert row is not None
    assert row.erased_at == ask.clock()
    assert discrepancies == []
    assert [(one.user_id, one.version) for one in change.changes] == [(user.id, version + 1)]


async def test_the_ledger_of_somebody_who_is_still_there_is_not_emptied(ask: Asker) -> None:
    await a_life(ask)

    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        async with ask.postgres.open_work(Meter()) as work:
            await work.connection.raw.execute("UPDATE xp_entries SET explanation = ''")


async def test_the_name_and_the_address_are_free_again(ask: Asker) -> None:
    _, viewer = await ask.learner(handle="ada", email="ada@example.org")
    await done(ask, viewer, "deleteMyAccount", password=PASSWORD)
    ask.clock.forward(days=14)

    await erase_one(ask.ports)

    await ask.learner(handle="ada", email="ada@example.org")
    users = (await ask.data("{ users { nodes { handle } } }"))["users"]["nodes"]
    assert users == [{"handle": "ada"}]


async def test_one_account_at_a_time_and_a_second_time_changes_nothing(ask: Asker) -> None:
    viewers = [(await ask.learner())[1] for _ in range(3)]
    for viewer in viewers:
        await done(ask, viewer, "deleteMyAccount", password=PASSWORD)
    ask.clock.forward(days=14)

    outcomes = [await erase_one(ask.ports) for _ in range(4)]

    assert outcomes == [True, True, True, False]


async def test_what_fails_halfway_is_undone_and_begun_again(ask: Asker) -> None:
    stage, user = await a_life(ask)
    await done(ask, stage.viewer, "deleteMyAccount", password=PASSWORD)
    ask.clock.forward(days=14)
    before = await export_of(ask, user)

    with pytest.raises(RuntimeError, match="died"):
        async with ask.postgres.open_work(Meter()) as work:
            await erasing.erase_one(
                work, now=ask.clock(), mint=ask.ports.mint, randomness=ask.ports.randomness
            )
            raise RuntimeError("the process died")

    assert await export_of(ask, user) == before
    assert await erase_one(ask.ports)


async def test_private_roadmaps_go_and_published_ones_stay(ask: Asker) -> None:
    _, viewer = await an_author(ask)
    await an_admin(ask)
    draft = json.loads(a_roadmap_file(1, 1)) | {"visibility": "PRIVATE"}
    made = await done(
        ask, viewer, "importRoadmap", "roadmap { id }", file=json.dumps(draft), idempotencyKey="private"
    )
    await done(ask, viewer, "publishRoadmap", roadmapId=made["roadmap"]["id"])
    await done(ask, viewer, "enrol", roadmapId=made["roadmap"]["id"], idempotencyKey="enrol")
    await done(ask, viewer, "deleteMyAccount", password=PASSWORD)
    ask.clock.forward(days=14)

    await erase_one(ask.ports)

    found = await ask.data('{ roadmap(by: {slug: "roadmap-0"}) { author { displayName } } }')
    assert found["roadmap"] == {"author": {"displayName": "Deleted user"}}
    async with ask.postgres.open_reads(Meter()) as reads:
        slugs = await reads.connection.rows(Statement(sql("SELECT slug FROM roadmaps")))
    assert [row["slug"] for row in slugs] == ["roadmap-0"]


async def test_the_audit_log_tells_that_it_happened_and_to_which_id(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    ada, viewer = await ask.learner()
    ask.door.address = "203.0.113.9"
    await done(ask, admin, "suspendUser", userId=ada.id, reason="Ada was rude.")
    await done(ask, viewer, "deleteMyAccount", password=PASSWORD)
    ask.clock.forward(days=14)

    await erase_one(ask.ports)

    text = "query ($t: String) { auditLog(target: $t) { nodes { action actor { id } address difference { name } } } }"
    nodes = (await ask.data(text, admin, t=ada.id))["auditLog"]["nodes"]
    assert [(node["action"], node["address"], node["difference"]) for node in nodes] == [
        ("ACCOUNT_ANONYMISED", None, []),
        ("DELETION_REQUESTED", None, []),
        ("USER_SUSPENDED", "203.0.113.0/24", []),
    ]


@pytest.mark.parametrize("name", sorted(metadata.tables))
def test_every_table_with_rows_of_people_says_what_becomes_of_them(name: str) -> None:
    named = {column.name for column in metadata.tables[name].columns} & OF_PEOPLE
    stated = [name in lists for lists in (REMOVED, BLANKED, KEPT)]

    assert sum(stated) == 1 if named or name == "users" else sum(stated) <= 1
    assert all(len(reason) > 4 for reason in KEPT.values())
