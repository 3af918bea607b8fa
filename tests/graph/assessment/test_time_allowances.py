"""More time for a learner: set by moderators, audited, and applied to the attempts that start afterwards."""

import asyncio
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.accounts.users import Role, User, Viewer
from domain.assessment.attempt_start import deadline_of
from domain.ids import ExamTypeId, UserId
from domain.unit_of_work import Meter
from tests.builders.attempts import NINE
from tests.builders.quizzes import a_quiz
from tests.support.accounts import accepted, mutate, refusal
from tests.support.attempts import a_quiz_taker
from tests.support.privacy import anonymise
from tests.support.schema_client import START as MORNING
from tests.support.schema_client import Asker

LOG = "{ viewer { auditLog { nodes { action target actor { id } difference { name value } } } } }"
ALLOWANCE = "allowance { multiplier setAt user { id } setBy { id } }"
LIST = """query ($userId: ID, $first: Int = 20, $after: Cursor) {
  timeAllowances(userId: $userId, first: $first, after: $after) {
    nodes { multiplier user { id } } pageInfo { hasNextPage endCursor } } }"""


async def a_moderator(ask: Asker) -> Viewer:
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.MODERATOR])
    return viewer


async def give(ask: Asker, by: Viewer, user_id: str, multiplier: float) -> None:
    await accepted(
        ask, by, "setTimeMultiplier", userId=user_id, multiplier=multiplier, reason="A certificate."
    )


async def erase(ask: Asker, user: User) -> None:
    async with ask.postgres.open_work(Meter()) as work:
        await work.deletions.mark(user.id, ask.clock())
    assert await anonymise(ask.ports)


async def multiplier_of(ask: Asker, viewer: Viewer) -> float:
    found: float = (await ask.data("{ viewer { timeMultiplier } }", viewer))["viewer"]["timeMultiplier"]
    return found


async def test_more_time_applies_to_the_attempts_that_start_afterwards(ask: Asker) -> None:
    taker, moderator = await a_quiz_taker(ask), await a_moderator(ask)
    before = await taker.start_attempt("before")

    await give(ask, moderator, taker.viewer.user_id, 1.5)

    running = await taker.read(before)
    await taker.abandon(before)
    after = (await taker.start("after"))["attempt"]
    assert running is not None
    assert running["deadline"] == "2026-03-02T09:10:00.000Z"
    assert after["deadline"] == "2026-03-02T09:15:00.000Z"


async def test_more_time_ends_with_the_quiz_and_where_there_is_no_limit_there_is_no_deadline(
    ask: Asker,
) -> None:
    moderator = await a_moderator(ask)
    closing = await a_quiz_taker(ask, closes_at=MORNING + timedelta(minutes=12))
    endless = await a_quiz_taker(ask, time_limit=None)
    endless.viewer = closing.viewer
    await give(ask, moderator, closing.viewer.user_id, 3)

    assert (await closing.start())["attempt"]["deadline"] == "2026-03-02T09:12:00.000Z"
    assert (await endless.start("other"))["attempt"]["deadline"] is None


async def test_the_learner_sees_their_multiplier_and_who_set_it_and_why(ask: Asker) -> None:
    moderator, (user, learner) = await a_moderator(ask), await ask.learner()
    first = await multiplier_of(ask, learner)

    payload = await accepted(
        ask, moderator, "setTimeMultiplier", ALLOWANCE, userId=user.id, multiplier=1.25, reason=" Dyslexia. "
    )
    second = await multiplier_of(ask, learner)
    await give(ask, moderator, user.id, 1)

    log = (await ask.data(LOG, learner))["viewer"]["auditLog"]["nodes"]
    assert (first, second, await multiplier_of(ask, learner)) == (1, 1.25, 1)
    assert payload["allowance"] == {
        "multiplier": 1.25,
        "setAt": "2026-03-02T09:00:00.000Z",
        "user": {"id": user.id},
        "setBy": {"id": moderator.user_id},
    }
    assert [
        (entry["action"], entry["actor"]["id"], {d["name"]: d["value"] for d in entry["difference"]})
        for entry in log
    ] == [
        (
            "TIME_MULTIPLIER_SET",
            moderator.user_id,
            {"before": "1.25", "after": "1.00", "reason": "A certificate."},
        ),
        (
            "TIME_MULTIPLIER_SET",
            moderator.user_id,
            {"before": "1.00", "after": "1.25", "reason": "Dyslexia."},
        ),
    ]


async def test_setting_the_same_again_changes_nothing(ask: Asker) -> None:
    first, second, (user, learner) = await a_moderator(ask), await a_moderator(ask), await ask.learner()
    await give(ask, first, user.id, 2)
    ask.clock.forward(days=1)

    again = await accepted(
        ask, second, "setTimeMultiplier", ALLOWANCE, userId=user.id, multiplier=2, reason="Again."
    )

    log = (await ask.data(LOG, learner))["viewer"]["auditLog"]["nodes"]
    assert again["allowance"]["setBy"] == {"id": first.user_id}
    assert len(log) == 1


async def test_moderators_list_who_has_more_time(ask: Asker) -> None:
    moderator = await a_moderator(ask)
    learners = [(await ask.learner())[0].id for _ in range(3)]
    for number, user_id in enumerate(learners):
        await give(ask, moderator, user_id, 1.5 + number / 2)
    await give(ask, moderator, learners[1], 1)

    everyone = (await ask.data(LIST, moderator))["timeAllowances"]["nodes"]
    one = (await ask.data(LIST, moderator, userId=learners[0]))["timeAllowances"]["nodes"]
    page = (await ask.data(LIST, moderator, first=1))["timeAllowances"]
    rest = await ask.data(LIST, moderator, after=page["pageInfo"]["endCursor"])

    assert [(each["user"]["id"], each["multiplier"]) for each in everyone] == [
        (learners[2], 2.5),
        (learners[0], 1.5),
    ]
    assert [each["user"]["id"] for each in one] == [learners[0]]
    assert page["nodes"] + rest["timeAllowances"]["nodes"] == everyone


@pytest.mark.parametrize("multiplier", [0.99, 3.01, 0, -1.5, 1.005, 1e300])
async def test_a_multiplier_out_of_bounds_and_a_missing_reason_are_refused_together(
    ask: Asker, multiplier: float
) -> None:
    moderator, (user, learner) = await a_moderator(ask), await ask.learner()

    payload = await mutate(
        ask, moderator, "setTimeMultiplier", userId=user.id, multiplier=multiplier, reason=" "
    )

    refused = [(error["__typename"], error["field"]) for error in payload["userErrors"]]
    assert refused == [("InvalidInput", "reason"), ("InvalidInput", "multiplier")]
    assert await multiplier_of(ask, learner) == 1


async def test_only_another_moderator_sets_the_time_of_a_moderator(ask: Asker) -> None:
    first, second = await a_moderator(ask), await a_moderator(ask)
    asked = {"userId": first.user_id, "multiplier": 2.0, "reason": "More."}

    assert await refusal(ask, first, "setTimeMultiplier", **asked) == ("Forbidden", "userId")
    await accepted(ask, second, "setTimeMultiplier", **asked)
    assert await multiplier_of(ask, first) == 2


async def test_a_token_of_a_former_moderator_and_unknown_or_deleted_learners_are_refused(ask: Asker) -> None:
    moderator, (user, former) = await a_moderator(ask), await ask.learner()
    claims = Viewer(
        user_id=former.user_id, session_id=former.session_id, roles=frozenset({Role.LEARNER, Role.MODERATOR})
    )
    gone, _ = await ask.learner()
    await erase(ask, gone)
    asked = {"multiplier": 2.0, "reason": "More."}

    assert await refusal(ask, claims, "setTimeMultiplier", userId=user.id, **asked) == ("Forbidden", None)
    for user_id in ("user_01K742SG00EC1V4CSM6MV3EE1S", gone.id):
        assert await refusal(ask, moderator, "setTimeMultiplier", userId=user_id, **asked) == (
            "NotFound",
            "userId",
        )
    listed = await ask(LIST, claims)
    assert listed["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_moderators_who_set_it_at_the_same_time_leave_one_value_and_a_log_that_joins(
    ask: Asker,
) -> None:
    moderators, (user, learner) = [await a_moderator(ask) for _ in range(5)], await ask.learner()

    await asyncio.gather(*(give(ask, by, user.id, 1.5 + number / 10) for number, by in enumerate(moderators)))

    log = (await ask.data(LOG, learner))["viewer"]["auditLog"]["nodes"]
    steps = [{d["name"]: d["value"] for d in entry["difference"]} for entry in log]
    following = {step["before"]: step["after"] for step in steps}
    value, seen = "1.00", 0
    while value in following:
        value, seen = following.pop(value), seen + 1
    assert seen == 5
    assert await multiplier_of(ask, learner) == float(value)


async def test_the_allowance_goes_with_the_account(ask: Asker) -> None:
    moderator, (user, _) = await a_moderator(ask), await ask.learner()
    await give(ask, moderator, user.id, 2)

    await erase(ask, user)

    assert (await ask.data(LIST, moderator))["timeAllowances"]["nodes"] == []
    async with ask.postgres.open_reads(Meter()) as reads:
        assert await reads.time_allowances.by_users([user.id]) == [None]


@given(
    limit=st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(hours=10)),
    hundredths=st.integers(100, 300),
)
def test_the_limit_is_multiplied_exactly_and_never_shortened(limit: timedelta, hundredths: int) -> None:
    quiz = a_quiz(ExamTypeId("examtype"), UserId("author"), time_limit=limit)

    deadline = deadline_of(quiz, NINE, time_multiplier=Fraction(hundredths, 100))

    assert deadline is not None
    exact = Fraction(limit // timedelta(microseconds=1) * hundredths, 100)
    assert 0 <= exact - (deadline - NINE) // timedelta(microseconds=1) < 1
    assert deadline >= NINE + limit
