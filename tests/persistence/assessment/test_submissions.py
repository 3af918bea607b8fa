"""The store of submissions: one suite over the fake and the real store. A result is stored as a whole, once."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from domain.assessment import attempt_submission
from domain.assessment.attempt_errors import AttemptAlreadySubmittedError
from domain.assessment.attempts import AttemptState, QuizAttempt
from domain.assessment.grading_inputs import Revisions
from domain.assessment.submissions import Submission, SubmissionResult
from domain.content.answers import Answer
from domain.errors import IdempotencyKeyReusedError, NotFoundError
from domain.gamification import xp
from domain.gamification.streaks import UserZone
from domain.gamification.xp import XpReason, XpStatus
from domain.idempotency import Claim, claim_of
from domain.unit_of_work import Meter
from domain.work import Work
from persistence.stores import SqlWork
from persistence.work import Postgres
from tests.builders import mint
from tests.builders.attempts import NINE, a_result
from tests.builders.streaks import an_activity
from tests.builders.xp import NOON, an_award
from tests.support.attempt_stores import LATER, TODAY, AttemptStores

YESTERDAY = date(2026, 3, 1)


@pytest.fixture(params=["fake", "sql"])
def stores(request: pytest.FixtureRequest, work: SqlWork) -> AttemptStores:
    return AttemptStores.real(work) if request.param == "sql" else AttemptStores.fake()


def a_claim(attempt: QuizAttempt, key: str = "k") -> Claim:
    return claim_of(operation="submit", key=key, given={"attempt_id": attempt.id}, result_id=attempt.id)


async def revisions(stores: AttemptStores, attempt: QuizAttempt) -> Revisions:
    return (await stores.grading_input(attempt)).revisions


async def finished(stores: AttemptStores | Work, result: SubmissionResult, read: Revisions) -> bool:
    (stored,) = await stores.submissions.finish([replace(result, read=read)])
    return bool(stored)


async def test_a_grading_input_is_for_its_learner_alone(stores: AttemptStores) -> None:
    ada, bob = await stores.learner(), await stores.learner()
    attempt = await stores.open(ada, await stores.quiz())

    assert (await stores.grading_input(attempt)).attempt == attempt
    assert await stores.grading_input(replace(attempt, user_id=bob)) is None


async def test_a_grading_input_has_quiz_questions_keys_and_the_zone_at_the_end(stores: AttemptStores) -> None:
    ada, quiz = await stores.learner(time_zone="Pacific/Niue"), await stores.quiz(12)
    attempt = await stores.open(ada, quiz)
    await stores.change_zone(ada, "Asia/Tokyo", LATER + timedelta(seconds=1))

    grading_input = await stores.grading_input(attempt)
    late = await stores.grading_input(attempt, now=LATER + timedelta(minutes=1))

    assert [slot.number for slot in grading_input.slots] == list(range(1, 13))
    assert [slot.question.id for slot in grading_input.slots] == quiz[1]
    assert {slot.key.truth for slot in grading_input.slots} <= {True, False}
    assert grading_input.quiz_title.replace("Quiz ", "quiz-") == grading_input.quiz_slug
    assert grading_input.zone == UserZone(time_zone="Pacific/Niue", day_start_hour=0)
    assert late.zone == UserZone(time_zone="Asia/Tokyo", day_start_hour=0)


async def test_the_zone_is_the_one_at_the_deadline_where_that_came_first(stores: AttemptStores) -> None:
    ada = await stores.learner(time_zone="Pacific/Niue")
    attempt = await stores.open(ada, await stores.quiz(), deadline=LATER)
    await stores.change_zone(ada, "Asia/Tokyo", LATER + timedelta(seconds=1))

    grading_input = await stores.grading_input(attempt, now=LATER + timedelta(days=9))

    assert grading_input.zone.time_zone == "Pacific/Niue"


async def test_a_grading_input_knows_of_a_node_on_a_roadmap_of_the_learner(stores: AttemptStores) -> None:
    ada, bob, quiz = await stores.learner(), await stores.learner(), await stores.quiz()
    await stores.put_on_a_roadmap(ada, quiz[0])
    await stores.put_on_a_roadmap(bob, (await stores.quiz())[0])

    inputs = [await stores.grading_input(await stores.open(user, quiz)) for user in (ada, bob)]

    assert [grading_input.on_roadmap for grading_input in inputs] == [True, False]


async def test_recent_results_are_the_best_credits_and_the_dates_of_the_quiz(stores: AttemptStores) -> None:
    ada, bob, quiz = await stores.learner(), await stores.learner(), await stores.quiz()
    await stores.graded(await stores.open(ada, quiz), "1/2", "0", "1")
    await stores.graded(await stores.open(ada, quiz), "1/3", "0", "0", state=AttemptState.EXPIRED)
    old = {"finished_at": LATER - timedelta(days=1), "local_date": YESTERDAY}
    await stores.graded(await stores.open(ada, quiz), "1", "1", "1", **old)
    await stores.graded(await stores.open(bob, quiz), "1", "1", "1")
    gone = await stores.open(ada, quiz)
    await stores.store.close(gone.id, user_id=ada, state=AttemptState.ABANDONED, finished_at=LATER)

    recent = (await stores.grading_input(await stores.open(ada, await stores.part_of(quiz, 2)))).recent
    same = (await stores.grading_input(await stores.open(ada, quiz))).recent

    assert recent.credits == {quiz[1][0]: Fraction(1, 2)}
    assert same.credits == {quiz[1][0]: Fraction(1, 2), quiz[1][2]: Fraction(1)}
    assert [r.repeats_on(TODAY).earlier_today for r in (recent, same)] == [0, 2]
    assert same.repeats_on(YESTERDAY).earlier_today == 1


async def test_what_quizzes_earned_counts_by_day_and_for_the_last_minutes_pending_included(
    stores: AttemptStores,
) -> None:
    ada, quiz = await stores.learner(), await stores.quiz()
    attempt = await stores.open(ada, quiz, deadline=None)
    await stores.award(
        an_award(ada, amount=1, occurred_at=NOON - timedelta(hours=1)),
        an_award(ada, amount=2, status=XpStatus.PENDING),
        an_award(ada, amount=4, local_date=YESTERDAY),
        an_award(ada, amount=8, reason=XpReason.NODE_COMPLETED),
        an_award(
            ada, amount=32, occurred_at=NOON + timedelta(minutes=6), local_date=NINE.date() + timedelta(2)
        ),
        an_award(await stores.learner(), amount=16),
    )

    recent = (await stores.grading_input(attempt, now=NOON + timedelta(minutes=5))).recent

    assert (recent.xp_on(TODAY).today, recent.xp_on(YESTERDAY).today) == (3, 4)
    assert recent.xp_on(TODAY).lately == 6
    assert recent.nodes.get(TODAY) == 8


async def test_the_history_is_read_unless_the_learner_was_active_within_hours(stores: AttemptStores) -> None:
    ada, quiz = await stores.learner(), await stores.quiz()
    attempt = await stores.open(ada, quiz, deadline=None)
    streaks = stores.work.streaks if stores.work else stores.submissions.streaks
    earlier = [NINE - timedelta(days=1), NINE - timedelta(days=1, hours=-3), NINE]
    for number, moment in enumerate(earlier):
        await streaks.add(an_activity(moment, user_id=ada, source_id=f"s{number}"))
    await streaks.freeze(ada, [date(2026, 2, 20)])

    soon = await stores.grading_input(attempt, now=NINE + timedelta(hours=5))
    later = await stores.grading_input(attempt, now=NINE + timedelta(hours=7))

    assert (soon.history, soon.active_on) == (None, TODAY)
    assert (later.history, later.active_on) == (await streaks.history(ada), None)


async def test_a_learner_without_activity_has_an_empty_history(stores: AttemptStores) -> None:
    attempt = await stores.open(await stores.learner(), await stores.quiz())

    grading_input = await stores.grading_input(attempt)

    assert grading_input.history is not None
    assert (grading_input.history.days, grading_input.history.frozen, grading_input.active_on) == (
        [],
        frozenset(),
        None,
    )


async def test_a_result_is_stored_once_with_its_claim(stores: AttemptStores) -> None:
    ada, quiz = await stores.learner(), await stores.quiz()
    attempt = await stores.open(ada, quiz)
    claim = a_claim(attempt)
    result = a_result(attempt, "1", "1/3", "0", claim=claim)
    read = await revisions(stores, attempt)

    first = await finished(stores, result, read)
    second = await finished(stores, result, read)

    assert (first, second) == (True, False)
    assert await stores.store.by_ids([attempt.id], user_id=ada) == [result.attempt]
    receipt = (await stores.grading_input(attempt, claim=claim)).receipt
    assert receipt == claim.receipt
    assert (await stores.grading_input(attempt, claim=a_claim(attempt, "other"))).receipt is None


async def test_a_key_is_forgotten_after_a_day_and_may_be_used_again(stores: AttemptStores) -> None:
    ada, quiz = await stores.learner(), await stores.quiz()
    old, new = await stores.open(ada, quiz), await stores.open(ada, await stores.quiz(), deadline=None)
    await stores.graded(old, "1", "1", "1", claim=a_claim(old))
    next_day = NINE + timedelta(hours=25)

    kept = await stores.grading_input(new, claim=a_claim(new))
    gone = await stores.grading_input(new, now=next_day, claim=a_claim(new))
    await stores.graded(new, "1", "1", "1", claim=a_claim(new), claimed_at=next_day)

    assert (kept.receipt, gone.receipt) == (a_claim(old).receipt, None)
    assert (await stores.grading_input(new, now=next_day, claim=a_claim(new))).receipt == a_claim(new).receipt


async def test_nothing_is_stored_once_an_answer_was_saved(stores: AttemptStores) -> None:
    ada, quiz = await stores.learner(), await stores.quiz()
    attempt = await stores.open(ada, quiz)
    read = await revisions(stores, attempt)
    await stores.answer(attempt, 1, answer=Answer(truth=False))

    assert not await finished(stores, a_result(attempt, "1", "1", "1"), read)

    assert await stores.store.by_ids([attempt.id], user_id=ada) == [attempt]


@pytest.mark.parametrize("by", ["another result", "an award", "a pending award", "an activity"])
async def test_nothing_is_stored_once_the_learners_record_has_changed(stores: AttemptStores, by: str) -> None:
    ada, quiz = await stores.learner(), await stores.quiz()
    attempt, other = await stores.open(ada, quiz), await stores.open(ada, await stores.quiz())
    read = await revisions(stores, attempt)
    result = a_result(attempt, "1", "1", "1", claim=a_claim(attempt), entries=entries(ada))

    match by:
        case "another result":
            await stores.graded(other, "0", "0", "0")
        case "an award":
            await stores.award(an_award(ada))
        case "a pending award":
            await stores.award(an_award(ada, status=XpStatus.PENDING))
        case _:
            streaks = stores.work.streaks if stores.work else stores.submissions.streaks
            await streaks.add(an_activity(NINE, user_id=ada))

    assert not await finished(stores, result, read)
    grading_input = await stores.grading_input(attempt, claim=a_claim(attempt))
    assert (grading_input.attempt, grading_input.receipt) == (attempt, None)
    assert await finished(stores, result, grading_input.revisions)


async def test_a_change_of_another_learner_keeps_a_grading_input_up_to_date(stores: AttemptStores) -> None:
    ada, bob, quiz = await stores.learner(), await stores.learner(), await stores.quiz()
    attempt, bobs = await stores.open(ada, quiz), await stores.open(bob, quiz)
    read = await revisions(stores, attempt)
    await stores.graded(bobs, "1", "1", "1")
    await stores.award(an_award(bob))

    assert await finished(stores, a_result(attempt, "1", "1", "1"), read)


async def test_an_abandoned_attempt_takes_no_result(stores: AttemptStores) -> None:
    ada, quiz = await stores.learner(), await stores.quiz()
    attempt = await stores.open(ada, quiz)
    read = await revisions(stores, attempt)
    await stores.store.close(attempt.id, user_id=ada, state=AttemptState.ABANDONED, finished_at=LATER)

    assert not await finished(stores, a_result(attempt, "1", "1", "1"), read)


def entries(user_id: str, *amounts: int) -> list[xp.XpEntry]:
    return xp.entries_of([an_award(user_id, amount=amount) for amount in amounts or (10,)], mint=mint)


async def test_xp_streak_and_rollups_come_with_the_result(work: SqlWork) -> None:
    stores = AttemptStores.real(work)
    ada, quiz = await stores.learner(), await stores.quiz()
    attempt = await stores.open(ada, quiz)
    activity = an_activity(LATER, user_id=ada, source_id=attempt.id)

    await stores.graded(
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
        stores = AttemptStores.real(own)
        ada = await stores.learner()
        attempts = [await stores.open(ada, await stores.quiz()) for _ in range(5)]
        read = [await revisions(stores, attempt) for attempt in attempts]

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


async def test_a_lock_keeps_other_transactions_out_until_the_commit(postgres: Postgres) -> None:
    async with postgres.open_work(Meter()) as own:
        stores = AttemptStores.real(own)
        ada, bob, quiz = await stores.learner(), await stores.learner(), await stores.quiz()
        adas, bobs = await stores.open(ada, quiz), await stores.open(bob, quiz)
        results = [a_result(a, "0", "0", "0", read=await revisions(stores, a)) for a in (adas, bobs)]

    async with postgres.open_work(Meter()) as locking, postgres.open_step(Meter()) as step:
        await locking.submissions.lock(adas.id, user_id=ada)
        outside = await step.submissions.finish(results)
        inside = await locking.submissions.finish(results[:1])

    assert outside == [False, True]
    assert inside == [True]


async def test_of_many_attempts_each_has_its_grading_input_and_its_result(stores: AttemptStores) -> None:
    quiz = await stores.quiz()
    learners = [await stores.learner(time_zone=zone) for zone in ("Asia/Tokyo", "Pacific/Niue", "UTC", "UTC")]
    attempts = [await stores.open(learner, quiz) for learner in learners]
    used = await stores.open(learners[1], await stores.quiz())
    claim = a_claim(used, "used")
    await stores.graded(used, "1", "1", "1", claim=claim)
    submissions = [
        Submission(attempt_id=attempt.id, user_id=user_id, claim=a_claim(attempt, "used"), now=LATER)
        for attempt, user_id in zip(attempts, [*learners[:3], learners[0]], strict=True)
    ]

    inputs = await stores.submissions.grading_inputs(
        submissions, credits_within=timedelta(days=1), xp_within=timedelta(minutes=10)
    )
    await stores.answer(attempts[2], 1, answer=Answer(truth=False))
    stored = await stores.submissions.finish(
        [
            a_result(
                grading_input.attempt,
                *shares,
                read=grading_input.revisions,
                entries=entries(grading_input.attempt.user_id, n),
            )
            for n, (grading_input, shares) in enumerate(
                zip(inputs, ["101", "000", "111"], strict=False), start=1
            )
        ]
    )

    assert [grading_input and grading_input.attempt for grading_input in inputs] == [*attempts[:3], None]
    assert [grading_input.zone.time_zone for grading_input in inputs[:3]] == [
        "Asia/Tokyo",
        "Pacific/Niue",
        "UTC",
    ]
    assert [grading_input.receipt for grading_input in inputs[:3]] == [None, claim.receipt, None]
    assert stored == [True, True, False]
    states = [(await stores.store.by_ids([a.id], user_id=a.user_id))[0].state for a in attempts[:3]]
    assert states == [AttemptState.GRADED, AttemptState.GRADED, AttemptState.IN_PROGRESS]


async def test_submissions_of_a_batch_end_as_they_would_alone(stores: AttemptStores) -> None:
    quiz, other = await stores.quiz(), await stores.quiz()
    ada, bob, cyd, dee, eve, fay = [await stores.learner() for _ in range(6)]
    fine, done, lost = (
        await stores.open(ada, quiz),
        await stores.open(bob, quiz),
        await stores.open(cyd, other),
    )
    node, reused = await stores.open(dee, quiz), await stores.open(eve, quiz)
    taken = attempt_submission.submission_of(
        user_id=eve, attempt_id=done.id, idempotency_key="k", now=LATER
    ).claim
    await stores.graded(done, "1", "1", "1")
    await stores.graded(await stores.open(eve, await stores.quiz()), "1", "1", "1", claim=taken)
    await stores.put_on_a_roadmap(dee, quiz[0])
    await stores.lose_the_key_of(other[1][0])

    ends = await attempt_submission.submit_at_once(
        stores.for_submission(),
        [
            attempt_submission.submission_of(
                user_id=user_id, attempt_id=attempt.id, idempotency_key="k", now=LATER
            )
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
    assert await stores.store.by_ids([fine.id], user_id=ada) == [ends[0]]
    states = [(await stores.store.by_ids([a.id], user_id=a.user_id))[0].state for a in (lost, node, reused)]
    assert states == [AttemptState.IN_PROGRESS] * 3
