"""The store of attempts: one suite over the fake and the real store."""

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.assessment.attempts import AttemptFilter, AttemptState, Taken
from domain.content.answers import Answer, SlotAnswer
from domain.content.quizzes import Feedback
from domain.paging import window
from persistence.stores import SqlWork
from tests.builders import mint
from tests.builders.attempts import NINE, a_result, an_attempt
from tests.support.attempt_stores import LATER, AttemptStores


@pytest.fixture(params=["fake", "sql"])
def stores(request: pytest.FixtureRequest, work: SqlWork) -> AttemptStores:
    return AttemptStores.real(work) if request.param == "sql" else AttemptStores.fake()


async def test_one_attempt_is_open_per_learner_and_quiz(stores: AttemptStores) -> None:
    ada, bob, quiz = await stores.learner(), await stores.learner(), await stores.quiz()

    first = await stores.open(ada, quiz)
    second = await stores.store.open(an_attempt(user_id=ada, quiz_id=quiz[0]))
    other = await stores.open(bob, quiz)

    assert second == first
    assert other.id != first.id


async def test_a_closed_attempt_makes_room_for_the_next(stores: AttemptStores) -> None:
    ada, quiz = await stores.learner(), await stores.quiz()
    first = await stores.open(ada, quiz)
    await stores.store.close(first.id, user_id=ada, state=AttemptState.ABANDONED, finished_at=LATER)

    second = await stores.open(ada, quiz)

    assert second.id != first.id


async def test_others_are_counted_once_with_the_attempt_that_was_first_graded(stores: AttemptStores) -> None:
    ada, quiz = await stores.learner(), await stores.quiz()
    answers = [True] * 7 + [False] * 3 + [None]
    for truth in answers:
        learner = await stores.learner()
        for number in range(2):  # only the first attempt counts
            attempt = await stores.open(learner, quiz)
            given = truth if number == 0 else False
            if given is not None:
                await stores.answer(attempt, 1, answer=Answer(truth=given))
            read = (await stores.grading_input(attempt)).revisions
            result = a_result(attempt, "1" if given else "0", "1/2", read=read)
            assert await stores.submissions.finish([result]) == [True]
    mine = await stores.open(ada, quiz)
    await stores.answer(mine, 1, answer=Answer(truth=False))
    await stores.graded(mine, "0", "0", "0")

    first, second, third = await stores.store.answers_of_others(quiz[1], user_id=ada)

    assert (first.learners, first.correct, first.choices) == (11, 7, {"true": 7, "false": 3})
    assert (second.learners, second.correct, second.choices) == (11, 0, {})
    assert third is None


async def test_fewer_than_ten_others_are_not_counted_and_open_attempts_never(stores: AttemptStores) -> None:
    ada, quiz = await stores.learner(), await stores.quiz()
    for _ in range(9):
        attempt = await stores.open(await stores.learner(), quiz)
        await stores.graded(attempt, "1", "1", "1")
    await stores.open(await stores.learner(), quiz)

    assert await stores.store.answers_of_others(quiz[1], user_id=ada) == [None] * 3


async def test_attempts_are_listed_by_quiz_exam_type_state_result_and_start(stores: AttemptStores) -> None:
    ada, first, second = await stores.learner(), await stores.quiz(), await stores.quiz()
    passed = await stores.graded(await stores.open(ada, first), "1", "1", "1", score=100.0)
    failed = await stores.graded(
        await stores.open(ada, first, started_at=LATER), "0", "0", "0", score=0.0, passed=False
    )
    running = await stores.open(ada, second, started_at=LATER + timedelta(minutes=1))
    (quiz,) = await stores.stores.quizzes.by_ids([first[0]])
    code = await stores.code_of(quiz)
    filters = {
        "quiz": (AttemptFilter(quiz_id=second[0]), [running]),
        "exam type": (AttemptFilter(exam_type_code=code), [failed, passed]),
        "unknown exam type": (AttemptFilter(exam_type_code="none"), []),
        "state": (AttemptFilter(state=AttemptState.GRADED), [failed, passed]),
        "passed": (AttemptFilter(passed=True), [passed]),
        "failed": (AttemptFilter(passed=False), [failed]),
        "since": (AttemptFilter(since=LATER), [running, failed]),
        "until": (AttemptFilter(until=LATER), [passed]),
        "all of it": (
            AttemptFilter(quiz_id=first[0], exam_type_code=code, state=AttemptState.GRADED, passed=False),
            [failed],
        ),
    }

    pages = {
        name: await stores.store.page(ada, window(first=10), asked=asked)
        for name, (asked, _) in filters.items()
    }

    found = {name: [attempt.id for attempt in page.nodes] for name, page in pages.items()}
    assert found == {name: [attempt.id for attempt in wanted] for name, (_, wanted) in filters.items()}


async def test_a_flag_is_kept_and_taken_back_and_changes_no_grading_input(stores: AttemptStores) -> None:
    ada, quiz = await stores.learner(), await stores.quiz()
    attempt = await stores.open(ada, quiz)
    before = await stores.grading_input(attempt)

    await stores.store.flag((attempt.id, 2), flagged=True)
    await stores.store.flag((attempt.id, 3), flagged=True)
    await stores.store.flag((attempt.id, 3), flagged=False)

    (slots,) = await stores.store.slots([attempt.id], user_id=ada)
    assert [slot.flagged for slot in slots] == [False, True, False]
    assert (await stores.grading_input(attempt)).revisions == before.revisions


async def test_a_discarded_attempt_is_gone(stores: AttemptStores) -> None:
    ada, quiz = await stores.learner(), await stores.quiz()
    attempt = await stores.store.open(an_attempt(user_id=ada, quiz_id=quiz[0]))

    await stores.store.discard(attempt.id)

    assert await stores.store.by_ids([attempt.id], user_id=ada) == [None]


async def test_an_attempt_is_frozen_with_the_questions_that_were_drawn(stores: AttemptStores) -> None:
    ada, quiz = await stores.learner(), await stores.quiz()
    attempt = await stores.store.open(an_attempt(user_id=ada, quiz_id=quiz[0]))
    chosen = list(reversed(quiz[1][:2]))

    count, _ = await stores.store.freeze_drawn(attempt, chosen)

    (slots,) = await stores.store.slots([attempt.id], user_id=ada)
    assert count == 2
    assert [(slot.number, slot.question_id) for slot in slots] == [(1, chosen[0]), (2, chosen[1])]


async def test_attempts_that_were_taken_are_counted_with_their_last_end(stores: AttemptStores) -> None:
    ada, bob, quiz, other = (
        await stores.learner(),
        await stores.learner(),
        await stores.quiz(),
        await stores.quiz(),
    )
    for user, taken, end in ((ada, quiz, NINE), (ada, quiz, LATER), (ada, other, LATER), (bob, quiz, LATER)):
        closed = await stores.open(user, taken)
        await stores.store.close(closed.id, user_id=user, state=AttemptState.ABANDONED, finished_at=end)
    attempt = await stores.open(ada, quiz)

    found = await stores.store.taken(quiz[0], user_id=ada, without=attempt.id)
    none = await stores.store.taken(other[0], user_id=bob, without=attempt.id)

    assert found == Taken(count=2, last_end=LATER)
    assert none == Taken(count=0, last_end=None)


async def test_a_closed_attempt_that_shows_the_score_only_reveals_nothing(stores: AttemptStores) -> None:
    ada, quiz = await stores.learner(), await stores.quiz()
    attempt = await stores.open(ada, quiz, feedback=Feedback.SCORE_ONLY)
    await stores.answer(attempt, 1)
    await stores.graded(attempt, "1", "0", "0")

    assert await stores.store.revealed([(attempt.id, 1)], user_id=ada) == [None]


async def test_a_question_is_known_with_the_seed_of_the_learners_latest_attempt(
    stores: AttemptStores,
) -> None:
    ada, bob, quiz = await stores.learner(), await stores.learner(), await stores.quiz()
    first = await stores.open(ada, quiz)
    await stores.store.close(first.id, user_id=ada, state=AttemptState.ABANDONED, finished_at=LATER)
    latest = await stores.store.open(an_attempt(user_id=ada, quiz_id=quiz[0], seed=first.seed + 1))
    await stores.store.freeze(latest)
    (slot, *_) = (await stores.store.slots([latest.id], user_id=ada))[0]
    unknown = mint("question")

    asked = await stores.store.asked([unknown, slot.question_id], user_id=ada)

    assert asked == [None, (slot.question_id, latest.seed)]
    assert await stores.store.asked([slot.question_id], user_id=bob) == [None]


async def test_attempts_are_read_by_their_learner_alone_one_slot_per_id(stores: AttemptStores) -> None:
    ada, bob, quiz = await stores.learner(), await stores.learner(), await stores.quiz()
    attempt = await stores.open(ada, quiz)
    unknown = an_attempt().id

    assert await stores.store.by_ids([unknown, attempt.id, attempt.id], user_id=ada) == [
        None,
        attempt,
        attempt,
    ]
    assert await stores.store.by_ids([attempt.id], user_id=bob) == [None]
    assert await stores.store.slots([attempt.id], user_id=bob) == [[]]


async def test_pages_come_newest_first(stores: AttemptStores) -> None:
    ada = await stores.learner()
    ids = [(await stores.open(ada, await stores.quiz())).id for _ in range(3)]

    first = await stores.store.page(ada, window(first=2))
    rest = await stores.store.page(ada, window(first=2, after=first.page_info.end_cursor))
    back = await stores.store.page(ada, window(last=1, before=rest.page_info.start_cursor))

    assert [a.id for a in first.nodes] == [ids[2], ids[1]]
    assert [a.id for a in rest.nodes] == [ids[0]]
    assert [a.id for a in back.nodes] == [ids[1]]


async def test_slots_are_in_the_frozen_order(stores: AttemptStores) -> None:
    ada, (quiz_id, question_ids) = await stores.learner(), await stores.quiz(12)

    attempt = await stores.open(ada, (quiz_id, question_ids))

    (slots,) = await stores.store.slots([attempt.id], user_id=ada)
    assert [slot.number for slot in slots] == list(range(1, 13))
    assert [slot.question_id for slot in slots] == question_ids != sorted(question_ids)
    assert {slot.seed for slot in slots} == {attempt.seed}


@pytest.mark.parametrize(
    "answer",
    [
        Answer(truth=False),
        Answer(text="a “word”\nand more"),
        Answer(number=Decimal("0.1000000000000000000000000001")),
        Answer(number=Decimal("-1E+3")),
    ],
)
async def test_an_answer_is_kept_as_it_is(stores: AttemptStores, answer: Answer) -> None:
    ada, quiz = await stores.learner(), await stores.quiz()
    attempt = await stores.open(ada, quiz)

    await stores.answer(attempt, 2, answer=answer)

    kept = (await stores.grading_input(attempt)).slots
    assert [slot.answer for slot in kept] == [None, answer, None]


async def test_a_number_is_shown_with_all_its_digits(stores: AttemptStores) -> None:
    ada, quiz = await stores.learner(), await stores.quiz()
    attempt = await stores.open(ada, quiz)
    await stores.answer(attempt, 1, answer=Answer(number=Decimal("-1.50E+3")))

    (slots,) = await stores.store.slots([attempt.id], user_id=ada)

    assert slots[0].answer == SlotAnswer(options=None, truth=None, text=None, number="-1500")
    assert slots[0].answered_at == LATER


async def test_an_open_slot_knows_when_another_slot_was_answered(stores: AttemptStores) -> None:
    ada, quiz = await stores.learner(), await stores.quiz()
    attempt = await stores.open(ada, quiz)
    fresh = await stores.store.open_slot((attempt.id, 1), user_id=ada)
    await stores.answer(attempt, 2, client_seq=9)

    first = await stores.store.open_slot((attempt.id, 1), user_id=ada)
    second = await stores.store.open_slot((attempt.id, 2), user_id=ada)

    assert (fresh.previous_at, fresh.client_seq) == (NINE, None)
    assert (first.previous_at, first.client_seq) == (LATER, None)
    assert (second.previous_at, second.client_seq) == (NINE, 9)


async def test_a_slot_of_another_learner_or_beyond_the_last_is_not_open(stores: AttemptStores) -> None:
    ada, bob, quiz = await stores.learner(), await stores.learner(), await stores.quiz()
    attempt = await stores.open(ada, quiz)

    assert await stores.store.open_slot((attempt.id, 1), user_id=bob) is None
    assert await stores.store.open_slot((attempt.id, 4), user_id=ada) is None


async def test_a_fast_answer_stays_fast(stores: AttemptStores) -> None:
    ada, quiz = await stores.learner(), await stores.quiz()
    attempt = await stores.open(ada, quiz)

    await stores.answer(attempt, 1, fast=True)
    await stores.answer(attempt, 1, fast=False, client_seq=2)

    assert [slot.fast for slot in (await stores.grading_input(attempt)).slots] == [True, False, False]


async def test_an_attempt_is_closed_once_and_by_its_learner(stores: AttemptStores) -> None:
    ada, bob, quiz = await stores.learner(), await stores.learner(), await stores.quiz()
    attempt = await stores.open(ada, quiz)
    how = {"state": AttemptState.GRADED, "finished_at": LATER}

    foreign = await stores.store.close(attempt.id, user_id=bob, **how)
    first = await stores.store.close(attempt.id, user_id=ada, **how)
    second = await stores.store.close(attempt.id, user_id=ada, **how)

    assert (foreign, second) == (None, None)
    assert (first.state, first.finished_at) == (AttemptState.GRADED, LATER)


async def test_a_result_is_stored_with_its_review(stores: AttemptStores) -> None:
    ada, bob, quiz = await stores.learner(), await stores.learner(), await stores.quiz(4)
    attempt = await stores.open(ada, quiz)
    for number in (1, 2, 3):
        await stores.answer(attempt, number)
    assert await stores.store.reviews([attempt.id], user_id=ada) == [None]

    finished = await stores.graded(attempt, "1", "1/3", "0", "0")

    assert await stores.store.by_ids([attempt.id], user_id=ada) == [finished]
    (review,) = await stores.store.reviews([attempt.id], user_id=ada)
    assert (review.correct, review.partly_correct, review.wrong, review.unanswered) == (1, 1, 1, 1)
    assert review.time_spent == timedelta(minutes=5)
    assert await stores.store.reviews([attempt.id], user_id=bob) == [None]


@pytest.mark.parametrize("state", [AttemptState.GRADED, AttemptState.EXPIRED])
async def test_a_graded_attempt_is_revealed_to_its_learner(
    stores: AttemptStores, state: AttemptState
) -> None:
    ada, bob, quiz = await stores.learner(), await stores.learner(), await stores.quiz()
    attempt = await stores.open(ada, quiz)
    await stores.answer(attempt, 1)
    await stores.graded(attempt, "1", "0", "0", state=state)
    places = [(attempt.id, 2), (attempt.id, 1), (attempt.id, 9)]

    mine = await stores.store.revealed(places, user_id=ada)

    assert [slot and slot.number for slot in mine] == [2, 1, None]
    assert [slot and slot.answer for slot in mine] == [None, Answer(truth=True), None]
    assert await stores.store.revealed(places, user_id=bob) == [None, None, None]


async def test_an_open_or_abandoned_attempt_is_not_revealed(stores: AttemptStores) -> None:
    ada, quiz = await stores.learner(), await stores.quiz()
    attempt = await stores.open(ada, quiz)
    await stores.answer(attempt, 1)
    open_one = await stores.store.revealed([(attempt.id, 1)], user_id=ada)
    await stores.store.close(attempt.id, user_id=ada, state=AttemptState.ABANDONED, finished_at=LATER)

    assert open_one == [None]
    assert await stores.store.revealed([(attempt.id, 1)], user_id=ada) == [None]


async def test_with_feedback_after_each_an_answered_slot_is_revealed_and_locked(
    stores: AttemptStores,
) -> None:
    ada, quiz = await stores.learner(), await stores.quiz()
    attempt = await stores.open(ada, quiz, feedback=Feedback.AFTER_EACH)
    await stores.answer(attempt, 2)

    found = await stores.store.revealed([(attempt.id, n) for n in (1, 2, 3)], user_id=ada)

    assert [slot is not None for slot in found] == [False, True, False]
    (slots,) = await stores.store.slots([attempt.id], user_id=ada)
    assert [slot.locked for slot in slots] == [False, True, False]


async def test_a_question_asked_by_another_open_attempt_is_hidden_again(stores: AttemptStores) -> None:
    ada, bob, quiz = await stores.learner(), await stores.learner(), await stores.quiz()
    attempt = await stores.open(ada, quiz)
    await stores.graded(attempt, "1", "0", "0")
    await stores.open(bob, quiz)
    places = [(attempt.id, n) for n in (1, 2, 3)]
    before = await stores.store.revealed(places, user_id=ada)

    again = await stores.open(ada, await stores.part_of(quiz, 2))
    during = await stores.store.revealed(places, user_id=ada)
    await stores.store.close(again.id, user_id=ada, state=AttemptState.ABANDONED, finished_at=LATER)

    assert [slot is not None for slot in before] == [True, True, True]
    assert [slot is not None for slot in during] == [False, False, True]
    assert await stores.store.revealed(places, user_id=ada) == before


async def test_overdue_are_open_ones_past_their_deadline(stores: AttemptStores) -> None:
    ada, bob = await stores.learner(), await stores.learner()
    first = await stores.open(ada, await stores.quiz(), deadline=NINE)
    second = await stores.open(bob, await stores.quiz(), deadline=NINE)
    await stores.open(ada, await stores.quiz(), deadline=LATER)
    await stores.open(ada, await stores.quiz(), deadline=None)
    done = await stores.open(ada, await stores.quiz(), deadline=NINE)
    await stores.store.close(done.id, user_id=ada, state=AttemptState.ABANDONED, finished_at=NINE)

    of_all = await stores.store.overdue(before=LATER, limit=10)
    of_bob = await stores.store.overdue(before=LATER, limit=10, user_id=bob)

    assert {a.id for a in of_all} == {first.id, second.id}
    assert [a.id for a in of_bob] == [second.id]
    assert len(await stores.store.overdue(before=LATER, limit=1)) == 1
