"""The stores of withheld results, in memory and in Postgres."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.assessment.attempts import AttemptState, QuizAttempt
from domain.assessment.submissions import WithheldResult
from domain.content.quizzes import Feedback
from domain.ids import UserId
from persistence.stores import SqlWork
from tests.builders.attempts import NINE
from tests.support.attempt_stores import LATER, AttemptStores

TODAY = NINE.date()


@pytest.fixture(params=["fake", "sql"])
def stores(request: pytest.FixtureRequest, work: SqlWork) -> AttemptStores:
    return AttemptStores.real(work) if request.param == "sql" else AttemptStores.fake()


async def twins(stores: AttemptStores, **values: Any) -> tuple[UserId, QuizAttempt, QuizAttempt]:
    """Return a learner with an open attempt, and one at a quiz of its first two questions."""
    learner = await stores.learner()
    quiz = await stores.quiz()
    open_one = await stores.open(learner, quiz, **values)
    return learner, open_one, await stores.open(learner, await stores.part_of(quiz, 2))


async def withheld(stores: AttemptStores, attempt: QuizAttempt, *, stale: bool = False) -> bool:
    """Withhold the result of an attempt; a stale one was read before the latest answer."""
    read = (await stores.grading_input(attempt)).revisions
    if stale:
        await stores.answer(attempt, 1)
    ended = {"state": AttemptState.SUBMITTED, "finished_at": LATER, "local_date": TODAY, "late": True}
    result = WithheldResult(
        attempt=replace(attempt, **ended),  # type: ignore[arg-type]
        read=read,
        entries=[],
        activity=None,
        freezes=(),
        claim=None,
        claimed_at=LATER,
    )
    stored: bool = await stores.submissions.withhold(result)
    return stored


async def releasable(stores: AttemptStores, **given: Any) -> list[str]:
    found = await stores.submissions.releasable(
        **({"user_id": None, "ending": None, "now": LATER, "limit": 9} | given)
    )
    return [attempt.id for attempt in found]


async def test_an_input_knows_of_an_open_attempt_that_asks_the_same_and_of_withheld_ones(
    stores: AttemptStores,
) -> None:
    learner, open_one, twin = await twins(stores)
    other = await stores.open(learner, await stores.quiz())
    stranger = await stores.open(await stores.learner(), await stores.quiz())

    before = [await stores.grading_input(each) for each in (open_one, twin, other, stranger)]
    await withheld(stores, twin)
    after = [await stores.grading_input(each) for each in (open_one, twin, other, stranger)]

    assert [each.asked_elsewhere for each in before] == [True, True, False, False]
    assert [each.others_wait for each in before] == [False] * 4
    assert [each.asked_elsewhere for each in after] == [False, True, False, False]
    assert [each.others_wait for each in after] == [True, False, True, False]


async def test_a_withheld_attempt_has_ended_and_is_not_graded(stores: AttemptStores) -> None:
    learner, _, twin = await twins(stores)

    assert await withheld(stores, twin)

    (stored,) = await stores.store.by_ids([twin.id], user_id=learner)
    assert (stored.state, stored.finished_at, stored.local_date) == (AttemptState.SUBMITTED, LATER, TODAY)
    assert (stored.late, stored.score, stored.passed) == (True, None, None)
    assert await stores.store.reviews([twin.id], user_id=learner) == [None]
    assert await stores.store.revealed([(twin.id, 1)], user_id=learner) == [None]
    assert (await stores.grading_input(stored, LATER + timedelta(hours=2))).attempt.finished_at == LATER


async def test_nothing_is_withheld_once_an_answer_was_saved_or_twice(stores: AttemptStores) -> None:
    _, _, twin = await twins(stores)

    assert not await withheld(stores, twin, stale=True)
    assert await withheld(stores, twin)


async def test_a_result_is_releasable_when_no_open_attempt_asks_about_it(stores: AttemptStores) -> None:
    learner, open_one, twin = await twins(stores)
    await withheld(stores, twin)
    stranger = await stores.learner()

    assert await releasable(stores) == []
    assert await releasable(stores, ending=open_one.id) == [twin.id]
    assert await releasable(stores, ending=open_one.id, user_id=learner) == [twin.id]
    assert await releasable(stores, ending=open_one.id, user_id=stranger) == []
    assert await releasable(stores, now=open_one.deadline + timedelta(seconds=6)) == [twin.id]  # type: ignore[operator]
    assert await stores.store.holders([twin.id, open_one.id], user_id=learner) == [open_one, None]
    assert await stores.store.holders([twin.id], user_id=stranger) == [None]

    await stores.store.close(open_one.id, user_id=learner, state=AttemptState.ABANDONED, finished_at=LATER)

    assert await releasable(stores) == [twin.id]
    assert await stores.store.holders([twin.id], user_id=learner) == [None]


async def test_a_question_that_was_shown_holds_nothing(stores: AttemptStores) -> None:
    learner, open_one, twin = await twins(stores, feedback=Feedback.AFTER_EACH)
    await withheld(stores, twin)
    await stores.answer(open_one, 1)
    partly = await releasable(stores), (await stores.store.holders([twin.id], user_id=learner))[0]

    await stores.answer(open_one, 2)

    assert partly[0] == []
    assert partly[1] is not None
    assert await releasable(stores) == [twin.id]


async def test_a_late_grading_sees_what_was_paid_within_a_day_after_its_end(stores: AttemptStores) -> None:
    learner, _, twin = await twins(stores)
    await withheld(stores, twin)
    (ended,) = await stores.store.by_ids([twin.id], user_id=learner)
    asked = [slot.question_id for slot in (await stores.store.slots([twin.id], user_id=learner))[0]]
    for hours, credit in ((23, "1/2"), (25, "1")):
        later = await stores.open(learner, (twin.quiz_id, asked))
        await stores.graded(later, credit, "0", finished_at=LATER + timedelta(hours=hours))

    found = (await stores.grading_input(ended, LATER + timedelta(days=3))).recent.credits

    assert [(question, float(credit)) for question, credit in found.items()] == [(asked[0], 0.5)]


async def test_a_corrected_question_is_the_same_one_for_withholding(stores: AttemptStores) -> None:
    learner, quiz = await stores.learner(), await stores.quiz(2)
    open_one = await stores.open(learner, quiz)
    twin = await stores.open(learner, await stores.corrected(quiz), feedback=Feedback.AFTER_EACH)
    await stores.answer(twin, 1)

    asked = (await stores.grading_input(twin)).asked_elsewhere
    shown = await stores.store.revealed([(twin.id, 1)], user_id=learner)
    await withheld(stores, twin)
    during = await releasable(stores), await stores.store.holders([twin.id], user_id=learner)
    await stores.store.close(open_one.id, user_id=learner, state=AttemptState.ABANDONED, finished_at=LATER)

    assert asked
    assert shown == [None]
    assert during == ([], [open_one])
    assert await releasable(stores) == [twin.id]
    assert await stores.store.holders([twin.id], user_id=learner) == [None]
    assert await stores.store.revealed([(twin.id, 1)], user_id=learner) != [None]


async def test_a_corrected_question_is_paid_once_a_day(stores: AttemptStores) -> None:
    learner, quiz = await stores.learner(), await stores.quiz(2)
    await stores.graded(await stores.open(learner, quiz), "1/2", "0")
    corrected = await stores.corrected(quiz)

    found = (await stores.grading_input(await stores.open(learner, corrected))).recent.credits

    assert {question: float(credit) for question, credit in found.items()} == {corrected[1][0]: 0.5}


async def test_another_question_of_the_author_is_not_the_same(stores: AttemptStores) -> None:
    learner, quiz = await stores.learner(), await stores.quiz(2)
    await stores.graded(await stores.open(learner, quiz), "1/2", "0")
    await stores.open(learner, quiz)
    other = await stores.open(learner, await stores.quiz(2))

    found = await stores.grading_input(other)

    assert (found.asked_elsewhere, found.recent.credits) == (False, {})
