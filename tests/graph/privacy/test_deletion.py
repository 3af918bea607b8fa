"""Account deletion: a grace period, then no personal data, and every count as before."""

import json
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text as sql

from domain.accounts.users import User
from domain.acts import by_platform
from domain.content.question_kinds.table import QuestionKind
from domain.privacy import erasure
from domain.privacy.erasure import ErasureArguments
from domain.unit_of_work import Meter
from persistence.privacy.deletion import BLANKED, KEPT, REMOVED
from persistence.privacy.export_sections import SECTIONS
from persistence.schema import metadata
from persistence.statements import Statement
from tests.builders.sessions import a_session
from tests.graph.world_files import a_roadmap_file
from tests.support.accounts import accepted, an_admin, refusal, version_of
from tests.support.attempts import QuizTaker, a_quiz_taker
from tests.support.mail import posted
from tests.support.privacy import an_author, anonymise, export_of, on_boards
from tests.support.schema_client import Asker

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
    """Return everything that leaderboards and statistics count."""
    async with ask.postgres.open_reads(Meter()) as reads:
        found: dict[str, Any] = json.loads(await reads.connection.value(Statement(sql(NUMBERS))))
    return found


async def an_active_learner(ask: Asker) -> tuple[QuizTaker, User]:
    """Store a learner with data in every table of users."""
    stage = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE, QuestionKind.SHORT_TEXT)
    viewer = stage.viewer
    attempt_id = await stage.start_attempt()
    await stage.answer_all(attempt_id)
    await stage.submit(attempt_id)
    profile = {"displayName": "Ada Lovelace", "bio": "Ada's life", "avatarUrl": "https://example.org/ada.png"}
    await accepted(ask, viewer, "updateProfile", timeZone="Europe/London", **profile)
    made = await accepted(
        ask,
        viewer,
        "createGoal",
        "goal { id }",
        title="Impress Ada's mum",
        description="Ada",
        idempotencyKey="1",
    )
    moved = await accepted(
        ask, viewer, "transitionGoal", "goal { version }", id=made["goal"]["id"], version=1, to="ACTIVE"
    )
    await accepted(
        ask, viewer, "transitionGoal", id=made["goal"]["id"], version=moved["goal"]["version"], to="COMPLETED"
    )
    await accepted(
        ask,
        viewer,
        "createApiKey",
        name="Ada's key",
        scopes=["READ_PROFILE"],
        expiresAt="2027-01-01T00:00:00Z",
    )
    await accepted(ask, viewer, "exportMyData")
    async with ask.postgres.open_work(Meter()) as work:
        await work.sessions.add(a_session(viewer.user_id, device="Ada's phone"), token_hash="hash")
        (user,) = await work.users.by_ids([viewer.user_id])
    assert user is not None
    await on_boards(ask, user)
    return stage, user


async def everything(ask: Asker) -> str:
    """Return all rows of all tables with data of users, including secrets."""
    names = sorted(set(SECTIONS) | {"idempotency_receipts", "one_time_tokens", "refresh_tokens"})
    async with ask.postgres.open_reads(Meter()) as reads:
        rows = [
            await reads.connection.value(Statement(sql(f"SELECT json_agg(t)::text FROM {name} t")))  # noqa: S608
            for name in names
        ]
    return "\n".join(row for row in rows if row)


async def test_a_deletion_is_announced_by_mail_shown_and_can_be_cancelled(ask: Asker) -> None:
    ada, viewer = await ask.learner()

    payload = await accepted(ask, viewer, "deleteMyAccount", "deletesAt", password=PASSWORD)

    assert payload["deletesAt"] == "2026-03-16T09:00:00.000Z"
    assert (await ask.data(OWN, viewer))["viewer"]["user"]["deletesAt"] == payload["deletesAt"]
    ask.clock.forward(days=1)
    again = await accepted(ask, viewer, "deleteMyAccount", "deletesAt", password=PASSWORD)
    assert again == payload
    assert [mail.kind.value for mail in await posted(ask.postgres)] == ["DELETION_REQUESTED"]
    await accepted(ask, viewer, "cancelDeletion")
    assert (await ask.data(OWN, viewer))["viewer"]["user"]["deletesAt"] is None
    ask.clock.forward(days=30)
    assert not await anonymise(ask.ports)
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
    await accepted(ask, viewer, "deleteMyAccount", password=None)


async def test_the_last_admin_cannot_delete_the_account(ask: Asker) -> None:
    _, boss = await an_admin(ask)
    _, other = await an_admin(ask)
    await accepted(ask, other, "deleteMyAccount", password=PASSWORD)

    assert (await refusal(ask, boss, "deleteMyAccount", password=PASSWORD))[0] == "LastAdmin"


async def test_after_the_grace_period_no_personal_data_is_left_and_every_count_is_unchanged(
    ask: Asker,
) -> None:
    stage, user = await an_active_learner(ask)
    before = await numbers(ask)
    rows_before = await everything(ask)
    await accepted(ask, stage.viewer, "deleteMyAccount", password=PASSWORD)
    version = await version_of(ask, user)

    ask.clock.forward(days=13, hours=23)
    too_early = await anonymise(ask.ports)
    ask.clock.forward(hours=1)
    on_time = await anonymise(ask.ports)

    assert (too_early, on_time) == (False, True)
    assert await numbers(ask) == before
    rows_after = await everything(ask)
    for trace in ("Ada", user.handle, "ada.png", "Europe/London", "203.0.113"):
        assert trace in rows_before, trace
        assert trace not in rows_after, trace
    assert rows_after.count("hash of") == rows_before.count("hash of") - 1  # the quiz's author keeps theirs
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
    assert [(c.user_id, c.version) for c in change.changes] == [(user.id, version + 1)]


async def test_the_ledger_of_an_active_account_cannot_be_blanked(ask: Asker) -> None:
    await an_active_learner(ask)

    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        async with ask.postgres.open_work(Meter()) as work:
            await work.connection.raw.execute("UPDATE xp_entries SET explanation = ''")


async def test_the_handle_and_the_address_are_free_again(ask: Asker) -> None:
    _, viewer = await ask.learner(handle="ada", email="ada@example.org")
    await accepted(ask, viewer, "deleteMyAccount", password=PASSWORD)
    ask.clock.forward(days=14)

    await anonymise(ask.ports)

    await ask.learner(handle="ada", email="ada@example.org")
    users = (await ask.data("{ users { nodes { handle } } }"))["users"]["nodes"]
    assert users == [{"handle": "ada"}]


async def test_each_call_anonymises_one_account_once(ask: Asker) -> None:
    viewers = [(await ask.learner())[1] for _ in range(3)]
    for viewer in viewers:
        await accepted(ask, viewer, "deleteMyAccount", password=PASSWORD)
    ask.clock.forward(days=14)

    outcomes = [await anonymise(ask.ports) for _ in range(4)]

    assert outcomes == [True, True, True, False]


async def test_an_interrupted_anonymisation_is_rolled_back_and_repeated(ask: Asker) -> None:
    stage, user = await an_active_learner(ask)
    await accepted(ask, stage.viewer, "deleteMyAccount", password=PASSWORD)
    ask.clock.forward(days=14)
    before = await export_of(ask, user)

    with pytest.raises(RuntimeError, match="died"):
        async with ask.postgres.open_work(Meter()) as work:
            act = by_platform(now=ask.clock(), mint=ask.ports.mint)
            arguments = ErasureArguments(user_id=user.id)
            await erasure.erase(work, act, arguments, randomness=ask.ports.randomness)
            raise RuntimeError("the process died")

    assert await export_of(ask, user) == before
    assert await anonymise(ask.ports)


async def test_private_roadmaps_are_deleted_and_published_ones_stay(ask: Asker) -> None:
    _, viewer = await an_author(ask)
    await an_admin(ask)
    draft = json.loads(a_roadmap_file(1, 1)) | {"visibility": "PRIVATE"}
    made = await accepted(
        ask, viewer, "importRoadmap", "roadmap { id }", file=json.dumps(draft), idempotencyKey="private"
    )
    await accepted(ask, viewer, "publishRoadmap", roadmapId=made["roadmap"]["id"])
    await accepted(ask, viewer, "enrol", roadmapId=made["roadmap"]["id"], idempotencyKey="enrol")
    await accepted(ask, viewer, "deleteMyAccount", password=PASSWORD)
    ask.clock.forward(days=14)

    await anonymise(ask.ports)

    found = await ask.data('{ roadmap(by: {slug: "roadmap-0"}) { author { displayName } } }')
    assert found["roadmap"] == {"author": {"displayName": "Deleted user"}}
    async with ask.postgres.open_reads(Meter()) as reads:
        slugs = await reads.connection.rows(Statement(sql("SELECT slug FROM roadmaps")))
    assert [row["slug"] for row in slugs] == ["roadmap-0"]


async def test_the_audit_log_records_the_anonymisation_by_id(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    ada, viewer = await ask.learner()
    ask.request_info.address = "203.0.113.9"
    await accepted(ask, admin, "suspendUser", userId=ada.id, reason="Ada was rude.")
    await accepted(ask, viewer, "deleteMyAccount", password=PASSWORD)
    ask.clock.forward(days=14)

    await anonymise(ask.ports)

    text = "query ($t: String) { auditLog(target: $t) { nodes { action actor { id } address difference { name } } } }"
    nodes = (await ask.data(text, admin, t=ada.id))["auditLog"]["nodes"]
    assert [(node["action"], node["address"], node["difference"]) for node in nodes] == [
        ("ACCOUNT_ANONYMISED", None, []),
        ("DELETION_REQUESTED", None, []),
        ("USER_SUSPENDED", "203.0.113.0/24", []),
    ]


@pytest.mark.parametrize("name", sorted(metadata.tables))
def test_every_table_with_users_is_in_exactly_one_list(name: str) -> None:
    named = {column.name for column in metadata.tables[name].columns} & OF_PEOPLE
    stated = [name in lists for lists in (REMOVED, BLANKED, KEPT)]

    assert sum(stated) == 1 if named or name == "users" else sum(stated) <= 1
    assert all(len(reason) > 4 for reason in KEPT.values())
