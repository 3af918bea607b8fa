"""Handing in keeps its promises, in memory and in Postgres alike: all of a result or nothing, once."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from domain import submitting, xp
from domain.answers import Answer
from domain.attempt_refusals import AttemptAlreadySubmittedError
from domain.attempts import AttemptState, QuizAttempt
from domain.errors import IdempotencyKeyReusedError, NotFoundError
from domain.idempotency import Claim, claim_of
from domain.streaks import UserZone
from domain.submissions import HandIn, Result, Revisions
from domain.work import Meter, Work
from domain.xp import XpReason, XpStatus
from persistence.work import Postgres, SqlWork
from tests.builders import mint
from tests.builders.attempts import NINE, a_result
from tests.builders.streaks import an_activity
from tests.builders.xp import NOON, an_award
from tests.fakes.attempts import FakeAttempts
from tests.fakes.submissions import FakeSubmissions
from tests.persistence.test_attempts_store import LATER, TODAY, Shelf

YESTERDAY = date(2026, 3, 1)


@pytest.fixture(params=["fake", "sql"])
def shelf(request: pytest.FixtureRequest, work: SqlWork) -> Shelf:
    if request.param == "sql":
        return Shelf(work.attempts, work.submissions, work)
    attempts = FakeAttempts()
    return Shelf(attempts, FakeSubmissions(attempts), None)


def a_claim(attempt: QuizAttempt, key: str = "k") -> Claim:
    return claim_of(operation="submit", key=key, given={"attempt_id": attempt.id}, result_id=attempt.id)


async def revisions(shelf: Shelf, attempt: QuizAttempt) -> Revisions:
    return (await shelf.sheet(attempt)).revisions


async def finished(stores: Shelf | Work, result: Result, read: Revisions) -> bool:
    (stored,) = await stores.submissions.finish([replace(result, read=read)])
    return bool(stored)


async def test_a_sheet_is_its_learners_alone(shelf: Shelf) -> None:
    ada, bob = await shelf.learner(), await shelf.learner()
    attempt = await shelf.opened(ada, await shelf.quiz())

    assert (await shelf.sheet(attempt)).attempt == attempt
    assert await shelf.sheet(replace(attempt, user_id=bob)) is None


async def test_a_sheet_holds_quiz_questions_keys_and_the_zone_at_the_end(shelf: Shelf) -> None:
    ada, quiz = await shelf.learner(time_zone="Pacific/Niue"), await shelf.quiz(12)
    attempt = await shelf.opened(ada, quiz)
    await shelf.moved(ada, "Asia/Tokyo", LATER + timedelta(seconds=1))

    sheet = await shelf.sheet(attempt)
    late = await shelf.sheet(attempt, now=LATER + timedelta(minutes=1))

    assert [slot.number for slot in sheet.slots] == list(range(1, 13))
    assert [slot.question.id for slot in sheet.slots] == quiz[1]
    assert {slot.key.truth for slot in sheet.slots} <= {True, False}
    assert sheet.quiz_title.replace("Quiz ", "quiz-") == sheet.quiz_slug
    assert sheet.zone == UserZone(time_zone="Pacific/Niue", day_start_hour=0)
    assert late.zone == UserZone(time_zone="Asia/Tokyo", day_start_hour=0)


async def test_the_zone_is_the_one_at_the_deadline_where_that_came_first(shelf: Shelf) -> None:
    ada = await shelf.learner(time_zone="Pacific/Niue")
    attempt = await shelf.opened(ada, await shelf.quiz(), deadline=LATER)
    await shelf.moved(ada, "Asia/Tokyo", LATER + timedelta(seconds=1))

    sheet = await shelf.sheet(attempt, now=LATER + timedelta(days=9))

    assert sheet.zone.time_zone == "Pacific/Niue"


async def test_a_sheet_tells_of_a_node_on_a_roadmap_of_the_learners(shelf: Shelf) -> None:
    ada, bob, quiz = await shelf.learner(), await shelf.learner(), await shelf.quiz()
    await shelf.on_a_roadmap(ada, quiz[0])
    await shelf.on_a_roadmap(bob, (await shelf.quiz())[0])

    sheets = [await shelf.sheet(await shelf.opened(user, quiz)) for user in (ada, bob)]

    assert [sheet.on_roadmap for sheet in sheets] == [True, False]


async def test_practice_is_the_best_recent_credit_and_the_dates_of_the_quiz(shelf: Shelf) -> None:
    ada, bob, quiz = await shelf.learner(), await shelf.learner(), await shelf.quiz()
    await shelf.graded(await shelf.opened(ada, quiz), "1/2", "0", "1")
    await shelf.graded(await shelf.opened(ada, quiz), "1/3", "0", "0", state=AttemptState.EXPIRED)
    old = {"finished_at": LATER - timedelta(days=1), "local_date": YESTERDAY}
    await shelf.graded(await shelf.opened(ada, quiz), "1", "1", "1", **old)
    await shelf.graded(await shelf.opened(bob, quiz), "1", "1", "1")
    gone = await shelf.opened(ada, quiz)
    await shelf.store.close(gone.id, user_id=ada, state=AttemptState.ABANDONED, finished_at=LATER)

    practice = (await shelf.sheet(await shelf.opened(ada, await shelf.part_of(quiz, 2)))).practice
    same = (await shelf.sheet(await shelf.opened(ada, quiz))).practice

    assert practice.credits == {quiz[1][0]: Fraction(1, 2)}
    assert same.credits == {quiz[1][0]: Fraction(1, 2), quiz[1][2]: Fraction(1)}
    assert [p.history(TODAY).earlier_today for p in (practice, same)] == [0, 2]
    assert same.history(YESTERDAY).earlier_today == 1


async def test_what_quizzes_earned_counts_by_day_and_for_the_last_minutes_pending_included(
    shelf: Shelf,
) -> None:
    ada, quiz = await shelf.learner(), await shelf.quiz()
    attempt = await shelf.opened(ada, quiz, deadline=None)
    await shelf.award(
        an_award(ada, amount=1, occurred_at=NOON - timedelta(hours=1)),
        an_award(ada, amount=2, status=XpStatus.PENDING),
        an_award(ada, amount=4, local_date=YESTERDAY),
        an_award(ada, amount=8, reason=XpReason.NODE_COMPLETED),
        an_award(await shelf.learner(), amount=16),
    )

    practice = (await shelf.sheet(attempt, now=NOON + timedelta(minutes=5))).practice

    assert (practice.earned(TODAY).today, practice.earned(YESTERDAY).today) == (3, 4)
    assert practice.earned(TODAY).lately == 6


async def test_the_days_before_are_told_unless_the_learner_was_active_within_hours(shelf: Shelf) -> None:
    ada, quiz = await shelf.learner(), await shelf.quiz()
    attempt = await shelf.opened(ada, quiz, deadline=None)
    streaks = shelf.work.streaks if shelf.work else shelf.submissions.streaks
    earlier = [NINE - timedelta(days=1), NINE - timedelta(days=1, hours=-3), NINE]
    for number, moment in enumerate(earlier):
        await streaks.add(an_activity(moment, user_id=ada, source_id=f"s{number}"))
    await streaks.freeze(ada, [date(2026, 2, 20)])

    soon = await shelf.sheet(attempt, now=NINE + timedelta(hours=5))
    later = await shelf.sheet(attempt, now=NINE + timedelta(hours=7))

    assert (soon.history, soon.active_on) == (None, TODAY)
    assert (later.history, later.active_on) == (await streaks.history(ada), None)


async def test_who_did_nothing_yet_has_an_empty_history(shelf: Shelf) -> None:
    attempt = await shelf.opened(await shelf.learner(), await shelf.quiz())

    sheet = await shelf.sheet(attempt)

    assert sheet.history is not None
    assert (sheet.history.days, sheet.history.frozen, sheet.active_on) == ([], frozenset(), None)


async def test_a_result_is_stored_once_with_its_claim(shelf: Shelf) -> None:
    ada, quiz = await shelf.learner(), await shelf.quiz()
    attempt = await shelf.opened(ada, quiz)
    claim = a_claim(attempt)
    result = a_result(attempt, "1", "1/3", "0", claim=claim)
    read = await revisions(shelf, attempt)

    first = await finished(shelf, result, read)
    second = await finished(shelf, result, read)

    assert (first, second) == (True, False)
    assert await shelf.store.by_ids([attempt.id], user_id=ada) == [result.attempt]
    told = (await shelf.sheet(attempt, claim=claim)).receipt
    assert told == claim.receipt
    assert (await shelf.sheet(attempt, claim=a_claim(attempt, "other"))).receipt is None


async def test_a_key_is_forgotten_after_a_day_and_then_taken_anew(shelf: Shelf) -> None:
    ada, quiz = await shelf.learner(), await shelf.quiz()
    old, new = await shelf.opened(ada, quiz), await shelf.opened(ada, await shelf.quiz(), deadline=None)
    await shelf.graded(old, "1", "1", "1", claim=a_claim(old))
    next_day = NINE + timedelta(hours=25)

    kept = await shelf.sheet(new, claim=a_claim(new))
    gone = await shelf.sheet(new, now=next_day, claim=a_claim(new))
    await shelf.graded(new, "1", "1", "1", claim=a_claim(new), claimed_at=next_day)

    assert (kept.receipt, gone.receipt) == (a_claim(old).receipt, None)
    assert (await shelf.sheet(new, now=next_day, claim=a_claim(new))).receipt == a_claim(new).receipt


async def test_nothing_is_stored_once_an_answer_was_saved(shelf: Shelf) -> None:
    ada, quiz = await shelf.learner(), await shelf.quiz()
    attempt = await shelf.opened(ada, quiz)
    read = await revisions(shelf, attempt)
    await shelf.say(attempt, 1, answer=Answer(truth=False))

    assert not await finished(shelf, a_result(attempt, "1", "1", "1"), read)

    assert await shelf.store.by_ids([attempt.id], user_id=ada) == [attempt]


@pytest.mark.parametrize("by", ["another result", "an award", "a pending award", "an activity"])
async def test_nothing_is_stored_once_the_learners_record_has_changed(shelf: Shelf, by: str) -> None:
    ada, quiz = await shelf.learner(), await shelf.quiz()
    attempt, other = await shelf.opened(ada, quiz), await shelf.opened(ada, await shelf.quiz())
    read = await revisions(shelf, attempt)
    result = a_result(attempt, "1", "1", "1", claim=a_claim(attempt), entries=entries(ada))

    match by:
        case "another result":
            await shelf.graded(other, "0", "0", "0")
        case "an award":
            await shelf.award(an_award(ada))
        case "a pending award":
            await shelf.award(an_award(ada, status=XpStatus.PENDING))
        case _:
            streaks = shelf.work.streaks if shelf.work else shelf.submissions.streaks
            await streaks.add(an_activity(NINE, user_id=ada))

    assert not await finished(shelf, result, read)
    sheet = await shelf.sheet(attempt, claim=a_claim(attempt))
    assert (sheet.attempt, sheet.receipt) == (attempt, None)
    assert await finished(shelf, result, sheet.revisions)


async def test_what_somebody_else_does_keeps_a_sheet_up_to_date(shelf: Shelf) -> None:
    ada, bob, quiz = await shelf.learner(), await shelf.learner(), await shelf.quiz()
    attempt, bobs = await shelf.opened(ada, quiz), await shelf.opened(bob, quiz)
    read = await revisions(shelf, attempt)
    await shelf.graded(bobs, "1", "1", "1")
    await shelf.award(an_award(bob))

    assert await finished(shelf, a_result(attempt, "1", "1", "1"), read)


async def test_an_abandoned_attempt_takes_no_result(shelf: Shelf) -> None:
    ada, quiz = await shelf.learner(), await shelf.quiz()
    attempt = await shelf.opened(ada, quiz)
    read = await revisions(shelf, attempt)
    await shelf.store.close(attempt.id, user_id=ada, state=AttemptState.ABANDONED, finished_at=LATER)

    assert not await finished(shelf, a_result(attempt, "1", "1", "1"), read)


def entries(user_id: str, *amounts: int) -> list[xp.XpEntry]:
    return xp.entries_of([an_award(user_id, amount=amount) for amount in amounts or (10,)], mint=mint)


async def test_xp_streak_and_rollups_come_with_the_result(work: SqlWork) -> None:
    shelf = Shelf(work.attempts, work.submissions, work)
    ada, quiz = await shelf.learner(), await shelf.quiz()
    attempt = await shelf.opened(ada, quiz)
    activity = an_activity(LATER, user_id=ada, source_id=attempt.id)

    await shelf.graded(
        attempt,
        *("1", "1", "1"),
        entries=entries(ada, 100, 20),
        activity=activity,
        freezes=[date(2026, 2, 27)],
    )

    (user,) = await work.users.by_ids([ada])
    assert user is not None
    assert (user.xp_total, user.level) == (120, 2)
    history = await work.streaks.history(ada)
    assert [day.local_date for day in history.days] == [TODAY]
    assert history.frozen == {date(2026, 2, 27)}
    (day,) = (await work.analytics.days(ada, exam_type_id=None, since=None)).days
    assert (day.local_date, day.quizzes) == (TODAY, 1)


async def test_of_many_results_at_once_one_is_stored(postgres: Postgres) -> None:
    async with postgres.open_work(Meter()) as own:
        shelf = Shelf(own.attempts, own.submissions, own)
        ada = await shelf.learner()
        attempts = [await shelf.opened(ada, await shelf.quiz()) for _ in range(5)]
        read = [await revisions(shelf, attempt) for attempt in attempts]

    async def finish(number: int) -> bool:
        async with postgres.open_step(Meter()) as step:
            result = a_result(attempts[number], "1", "1", "1", entries=entries(ada))
            return await finished(step, result, read[number])

    stored = await asyncio.gather(*(finish(number % 5) for number in range(50)))

    assert sum(stored) == 1
    async with postgres.open_reads(Meter()) as reads:
        (user,) = await reads.users.by_ids([ada])
        assert user is not None
        assert user.xp_total == 10
        assert await xp.reconcile(reads.xp) == []


async def test_holding_keeps_everybody_else_out_until_the_commit(postgres: Postgres) -> None:
    async with postgres.open_work(Meter()) as own:
        shelf = Shelf(own.attempts, own.submissions, own)
        ada, bob, quiz = await shelf.learner(), await shelf.learner(), await shelf.quiz()
        adas, bobs = await shelf.opened(ada, quiz), await shelf.opened(bob, quiz)
        results = [a_result(a, "0", "0", "0", read=await revisions(shelf, a)) for a in (adas, bobs)]

    async with postgres.open_work(Meter()) as held, postgres.open_step(Meter()) as step:
        await held.submissions.hold(adas.id, user_id=ada)
        outside = await step.submissions.finish(results)
        inside = await held.submissions.finish(results[:1])

    assert outside == [False, True]
    assert inside == [True]


async def test_of_many_attempts_each_has_its_sheet_and_its_result(shelf: Shelf) -> None:
    quiz = await shelf.quiz()
    learners = [await shelf.learner(time_zone=zone) for zone in ("Asia/Tokyo", "Pacific/Niue", "UTC", "UTC")]
    attempts = [await shelf.opened(learner, quiz) for learner in learners]
    used = await shelf.opened(learners[1], await shelf.quiz())
    claim = a_claim(used, "used")
    await shelf.graded(used, "1", "1", "1", claim=claim)
    handed = [
        HandIn(attempt_id=attempt.id, user_id=user_id, claim=a_claim(attempt, "used"), now=LATER)
        for attempt, user_id in zip(attempts, [*learners[:3], learners[0]], strict=True)
    ]

    sheets = await shelf.submissions.sheets(
        handed, credits_within=timedelta(days=1), xp_within=timedelta(minutes=10)
    )
    await shelf.say(attempts[2], 1, answer=Answer(truth=False))
    stored = await shelf.submissions.finish(
        [
            a_result(sheet.attempt, *shares, read=sheet.revisions, entries=entries(sheet.attempt.user_id, n))
            for n, (sheet, shares) in enumerate(zip(sheets, ["101", "000", "111"], strict=False), start=1)
        ]
    )

    assert [sheet and sheet.attempt for sheet in sheets] == [*attempts[:3], None]
    assert [sheet.zone.time_zone for sheet in sheets[:3]] == ["Asia/Tokyo", "Pacific/Niue", "UTC"]
    assert [sheet.receipt for sheet in sheets[:3]] == [None, claim.receipt, None]
    assert stored == [True, True, False]
    states = [(await shelf.store.by_ids([a.id], user_id=a.user_id))[0].state for a in attempts[:3]]
    assert states == [AttemptState.GRADED, AttemptState.GRADED, AttemptState.IN_PROGRESS]


async def test_handing_in_together_ends_for_each_as_alone(shelf: Shelf) -> None:
    quiz, other = await shelf.quiz(), await shelf.quiz()
    ada, bob, cyd, dee, eve, fay = [await shelf.learner() for _ in range(6)]
    fine, done, lost = (
        await shelf.opened(ada, quiz),
        await shelf.opened(bob, quiz),
        await shelf.opened(cyd, other),
    )
    node, reused = await shelf.opened(dee, quiz), await shelf.opened(eve, quiz)
    taken = submitting.hand_in(user_id=eve, attempt_id=done.id, idempotency_key="k", now=LATER).claim
    await shelf.graded(done, "1", "1", "1")
    await shelf.graded(await shelf.opened(eve, await shelf.quiz()), "1", "1", "1", claim=taken)
    await shelf.on_a_roadmap(dee, quiz[0])
    await shelf.lose_the_key_of(other[1][0])

    ends = await submitting.submit_at_once(
        shelf.handing_in(),
        [
            submitting.hand_in(user_id=user_id, attempt_id=attempt.id, idempotency_key="k", now=LATER)
            for user_id, attempt in (
                (ada, fine),
                (bob, done),
                (cyd, lost),
                (dee, node),
                (eve, reused),
                (fay, fine),
            )
        ],
        mint=mint,
    )

    assert isinstance(ends[0], QuizAttempt)
    assert [type(end) for end in ends[1:]] == [
        AttemptAlreadySubmittedError,
        LookupError,
        type(None),
        IdempotencyKeyReusedError,
        NotFoundError,
    ]
    assert await shelf.store.by_ids([fine.id], user_id=ada) == [ends[0]]
    states = [(await shelf.store.by_ids([a.id], user_id=a.user_id))[0].state for a in (lost, node, reused)]
    assert states == [AttemptState.IN_PROGRESS] * 3
