"""Attempts keep their promises, in memory and in Postgres alike."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from domain import xp
from domain.answers import Answer
from domain.attempts import AttemptState, QuizAttempt, SlotAnswer
from domain.idempotency import Claim
from domain.ids import QuestionId, QuizId, UserId
from domain.paging import window
from domain.quizzes import Feedback, NewQuiz, Quiz
from domain.streaks import UserZone
from domain.submissions import HandIn, Sheet
from domain.xp import Award
from persistence.work import SqlWork
from tests.builders import a_user, mint
from tests.builders.attempts import NINE, a_question, a_result, an_attempt, store_quiz
from tests.fakes.attempts import FakeAttempts
from tests.fakes.quizzes import FakeQuizWork
from tests.fakes.submissions import FakeSubmissions
from tests.persistence.test_roadmaps_store import Stores, built, enrolled

TODAY = date(2026, 3, 2)
LATER = NINE + timedelta(minutes=5)


@dataclass
class Shelf:
    """A store under test, with learners and quizzes to put into it."""

    store: Any
    submissions: Any
    work: SqlWork | None
    beside: Any = field(default_factory=FakeQuizWork)

    async def learner(self, **values: Any) -> UserId:
        new = a_user(**values)
        if self.work:
            await self.work.users.add(new)
        else:
            self.submissions.streaks.zones[new.id] = UserZone(time_zone=new.time_zone, day_start_hour=0)
        return new.id

    async def award(self, *awards: Award) -> None:
        ledger = self.work.xp if self.work else self.submissions.ledger
        await xp.award(ledger, awards, mint=mint, emit=lambda _: None)

    async def quiz(self, count: int = 3) -> tuple[QuizId, list[QuestionId]]:
        made = [a_question() for _ in range(count)][::-1]
        quiz = await store_quiz(self.stores, await self.learner(), made)
        ids = [question.id for question, _ in made]
        if self.work is None:
            self._know(quiz, ids)
            homed = await self.beside.questions.by_ids(ids)
            self.store.questions |= {q.id: (q, key) for q, (_, key) in zip(homed, made, strict=True) if q}
        return quiz.id, ids

    async def part_of(
        self, quiz: tuple[QuizId, list[QuestionId]], count: int
    ) -> tuple[QuizId, list[QuestionId]]:
        """Store a quiz of the first questions of another one."""
        (whole,) = await self.stores.quizzes.by_ids([quiz[0]])
        part, ids = replace(whole, id=QuizId(mint("quiz")), slug=f"part-of-{whole.slug}"), quiz[1][:count]
        await self.stores.quizzes.publish(
            NewQuiz(quiz=part, question_ids=ids, content_hash=part.id), now=NINE
        )
        if self.work is None:
            self._know(part, ids)
        return part.id, ids

    @property
    def stores(self) -> Any:
        return self.work or self.beside

    def _know(self, quiz: Quiz, question_ids: list[QuestionId]) -> None:
        self.store.quizzes[quiz.id] = quiz
        self.store.questions_of[quiz.id] = question_ids

    async def opened(
        self, user_id: UserId, quiz: tuple[QuizId, list[QuestionId]], **values: Any
    ) -> QuizAttempt:
        attempt = await self.store.open(an_attempt(user_id=user_id, quiz_id=quiz[0], **values))
        assert await self.store.freeze(attempt) == len(quiz[1])
        found: QuizAttempt = attempt
        return found

    async def say(self, attempt: QuizAttempt, number: int, **values: Any) -> None:
        given = {"answer": Answer(truth=True), "client_seq": 1, "answered_at": LATER, "fast": False}
        await self.store.save((attempt.id, number), **(given | values))

    async def on_a_roadmap(self, user_id: UserId, quiz_id: QuizId) -> None:
        """Enrol the learner in a roadmap with a node that the quiz completes."""
        if self.work is None:
            self.submissions.on_roadmaps.add((user_id, quiz_id))
            return
        (quiz,) = await self.work.quizzes.by_ids([quiz_id])
        assert quiz is not None
        stores = Stores(self.work.roadmaps, self.work.nodes, self.work.enrolments)
        await enrolled(
            stores, await built(stores, {"exam": []}, author_id=quiz.author_id, quiz=quiz.slug), user_id
        )

    async def moved(self, user_id: UserId, zone: str, now: datetime) -> None:
        if self.work:
            await self.work.users.update_locality(
                user_id, time_zone=zone, day_start_hour=0, locale="en", now=now
            )
        else:
            self.submissions.streaks.earlier_zones[user_id].append(
                (now, self.submissions.streaks.zones[user_id])
            )
            self.submissions.streaks.zones[user_id] = UserZone(time_zone=zone, day_start_hour=0)

    async def sheet(
        self, attempt: QuizAttempt, now: datetime = LATER, claim: Claim | None = None, **values: Any
    ) -> Sheet:
        within = {"credits_within": timedelta(days=1), "xp_within": timedelta(minutes=10)} | values
        handed = HandIn(attempt_id=attempt.id, user_id=attempt.user_id, claim=claim, now=now)
        (found,) = await self.submissions.sheets([handed], **within)
        sheet: Sheet = found
        return sheet

    async def lose_the_key_of(self, question_id: QuestionId) -> None:
        if self.work:
            await self.work.connection.raw.execute(
                "DELETE FROM question_keys WHERE question_id = $1", question_id
            )
        else:
            del self.store.questions[question_id]

    def handing_in(self) -> Any:
        """The stores that handing in needs."""
        return self.work or SimpleNamespace(
            submissions=self.submissions,
            streaks=self.submissions.streaks,
            enrolments=None,
            emit=lambda _: None,
        )

    async def graded(self, attempt: QuizAttempt, *credits: str, **values: Any) -> QuizAttempt:
        read = (await self.sheet(attempt)).revisions
        result = a_result(attempt, *credits, read=read, **values)
        assert await self.submissions.finish([result]) == [True]
        return result.attempt


@pytest.fixture(params=["fake", "sql"])
def shelf(request: pytest.FixtureRequest, work: SqlWork) -> Shelf:
    if request.param == "sql":
        return Shelf(work.attempts, work.submissions, work)
    attempts = FakeAttempts()
    return Shelf(attempts, FakeSubmissions(attempts), None)


async def test_one_attempt_is_open_per_learner_and_quiz(shelf: Shelf) -> None:
    ada, bob, quiz = await shelf.learner(), await shelf.learner(), await shelf.quiz()

    first = await shelf.opened(ada, quiz)
    second = await shelf.store.open(an_attempt(user_id=ada, quiz_id=quiz[0]))
    other = await shelf.opened(bob, quiz)

    assert second == first
    assert other.id != first.id


async def test_a_closed_attempt_makes_room_for_the_next(shelf: Shelf) -> None:
    ada, quiz = await shelf.learner(), await shelf.quiz()
    first = await shelf.opened(ada, quiz)
    await shelf.store.close(first.id, user_id=ada, state=AttemptState.ABANDONED, finished_at=LATER)

    second = await shelf.opened(ada, quiz)

    assert second.id != first.id


async def test_a_discarded_attempt_was_never_there(shelf: Shelf) -> None:
    ada, quiz = await shelf.learner(), await shelf.quiz()
    attempt = await shelf.store.open(an_attempt(user_id=ada, quiz_id=quiz[0]))

    await shelf.store.discard(attempt.id)

    assert await shelf.store.by_ids([attempt.id], user_id=ada) == [None]


async def test_attempts_are_read_by_their_learner_alone_one_slot_per_id(shelf: Shelf) -> None:
    ada, bob, quiz = await shelf.learner(), await shelf.learner(), await shelf.quiz()
    attempt = await shelf.opened(ada, quiz)
    nobodys = an_attempt().id

    assert await shelf.store.by_ids([nobodys, attempt.id, attempt.id], user_id=ada) == [
        None,
        attempt,
        attempt,
    ]
    assert await shelf.store.by_ids([attempt.id], user_id=bob) == [None]
    assert await shelf.store.slots([attempt.id], user_id=bob) == [[]]


async def test_pages_come_newest_first(shelf: Shelf) -> None:
    ada = await shelf.learner()
    ids = [(await shelf.opened(ada, await shelf.quiz())).id for _ in range(3)]

    first = await shelf.store.page(ada, window(first=2))
    rest = await shelf.store.page(ada, window(first=2, after=first.page_info.end_cursor))
    back = await shelf.store.page(ada, window(last=1, before=rest.page_info.start_cursor))

    assert [a.id for a in first.nodes] == [ids[2], ids[1]]
    assert [a.id for a in rest.nodes] == [ids[0]]
    assert [a.id for a in back.nodes] == [ids[1]]


async def test_slots_stand_in_the_frozen_order(shelf: Shelf) -> None:
    ada, (quiz_id, question_ids) = await shelf.learner(), await shelf.quiz(12)

    attempt = await shelf.opened(ada, (quiz_id, question_ids))

    (slots,) = await shelf.store.slots([attempt.id], user_id=ada)
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
async def test_an_answer_is_kept_as_it_is(shelf: Shelf, answer: Answer) -> None:
    ada, quiz = await shelf.learner(), await shelf.quiz()
    attempt = await shelf.opened(ada, quiz)

    await shelf.say(attempt, 2, answer=answer)

    kept = (await shelf.sheet(attempt)).slots
    assert [slot.answer for slot in kept] == [None, answer, None]


async def test_a_number_is_shown_with_all_its_digits(shelf: Shelf) -> None:
    ada, quiz = await shelf.learner(), await shelf.quiz()
    attempt = await shelf.opened(ada, quiz)
    await shelf.say(attempt, 1, answer=Answer(number=Decimal("-1.50E+3")))

    (slots,) = await shelf.store.slots([attempt.id], user_id=ada)

    assert slots[0].answer == SlotAnswer(options=None, truth=None, text=None, number="-1500")
    assert slots[0].answered_at == LATER


async def test_an_open_slot_tells_when_something_was_answered_elsewhere(shelf: Shelf) -> None:
    ada, quiz = await shelf.learner(), await shelf.quiz()
    attempt = await shelf.opened(ada, quiz)
    fresh = await shelf.store.open_slot((attempt.id, 1), user_id=ada)
    await shelf.say(attempt, 2, client_seq=9)

    first = await shelf.store.open_slot((attempt.id, 1), user_id=ada)
    second = await shelf.store.open_slot((attempt.id, 2), user_id=ada)

    assert (fresh.previous_at, fresh.client_seq) == (NINE, None)
    assert (first.previous_at, first.client_seq) == (LATER, None)
    assert (second.previous_at, second.client_seq) == (NINE, 9)


async def test_no_slot_of_someone_else_or_beyond_the_last_is_open(shelf: Shelf) -> None:
    ada, bob, quiz = await shelf.learner(), await shelf.learner(), await shelf.quiz()
    attempt = await shelf.opened(ada, quiz)

    assert await shelf.store.open_slot((attempt.id, 1), user_id=bob) is None
    assert await shelf.store.open_slot((attempt.id, 4), user_id=ada) is None


async def test_a_fast_answer_stays_marked(shelf: Shelf) -> None:
    ada, quiz = await shelf.learner(), await shelf.quiz()
    attempt = await shelf.opened(ada, quiz)

    await shelf.say(attempt, 1, fast=True)
    await shelf.say(attempt, 1, fast=False, client_seq=2)

    assert [slot.fast for slot in (await shelf.sheet(attempt)).slots] == [True, False, False]


async def test_an_attempt_is_closed_once_and_by_its_learner(shelf: Shelf) -> None:
    ada, bob, quiz = await shelf.learner(), await shelf.learner(), await shelf.quiz()
    attempt = await shelf.opened(ada, quiz)
    how = {"state": AttemptState.SUBMITTED, "finished_at": LATER}

    foreign = await shelf.store.close(attempt.id, user_id=bob, **how)
    first = await shelf.store.close(attempt.id, user_id=ada, **how)
    second = await shelf.store.close(attempt.id, user_id=ada, **how)

    assert (foreign, second) == (None, None)
    assert (first.state, first.finished_at) == (AttemptState.SUBMITTED, LATER)


async def test_a_result_is_stored_with_its_review(shelf: Shelf) -> None:
    ada, bob, quiz = await shelf.learner(), await shelf.learner(), await shelf.quiz(4)
    attempt = await shelf.opened(ada, quiz)
    for number in (1, 2, 3):
        await shelf.say(attempt, number)
    assert await shelf.store.reviews([attempt.id], user_id=ada) == [None]

    finished = await shelf.graded(attempt, "1", "1/3", "0", "0")

    assert await shelf.store.by_ids([attempt.id], user_id=ada) == [finished]
    (review,) = await shelf.store.reviews([attempt.id], user_id=ada)
    assert (review.correct, review.partly_correct, review.wrong, review.unanswered) == (1, 1, 1, 1)
    assert review.time_spent == timedelta(minutes=5)
    assert await shelf.store.reviews([attempt.id], user_id=bob) == [None]


@pytest.mark.parametrize("state", [AttemptState.GRADED, AttemptState.EXPIRED])
async def test_a_graded_attempt_is_revealed_to_its_learner(shelf: Shelf, state: AttemptState) -> None:
    ada, bob, quiz = await shelf.learner(), await shelf.learner(), await shelf.quiz()
    attempt = await shelf.opened(ada, quiz)
    await shelf.say(attempt, 1)
    await shelf.graded(attempt, "1", "0", "0", state=state)
    places = [(attempt.id, 2), (attempt.id, 1), (attempt.id, 9)]

    mine = await shelf.store.revealed(places, user_id=ada)

    assert [slot and slot.number for slot in mine] == [2, 1, None]
    assert [slot and slot.answer for slot in mine] == [None, Answer(truth=True), None]
    assert await shelf.store.revealed(places, user_id=bob) == [None, None, None]


async def test_an_open_or_abandoned_attempt_is_not_revealed(shelf: Shelf) -> None:
    ada, quiz = await shelf.learner(), await shelf.quiz()
    attempt = await shelf.opened(ada, quiz)
    await shelf.say(attempt, 1)
    open_one = await shelf.store.revealed([(attempt.id, 1)], user_id=ada)
    await shelf.store.close(attempt.id, user_id=ada, state=AttemptState.ABANDONED, finished_at=LATER)

    assert open_one == [None]
    assert await shelf.store.revealed([(attempt.id, 1)], user_id=ada) == [None]


async def test_with_feedback_after_each_an_answered_slot_is_revealed_and_locked(shelf: Shelf) -> None:
    ada, quiz = await shelf.learner(), await shelf.quiz()
    attempt = await shelf.opened(ada, quiz, feedback=Feedback.AFTER_EACH)
    await shelf.say(attempt, 2)

    found = await shelf.store.revealed([(attempt.id, n) for n in (1, 2, 3)], user_id=ada)

    assert [slot is not None for slot in found] == [False, True, False]
    (slots,) = await shelf.store.slots([attempt.id], user_id=ada)
    assert [slot.locked for slot in slots] == [False, True, False]


async def test_a_question_asked_by_another_open_attempt_is_hidden_again(shelf: Shelf) -> None:
    ada, bob, quiz = await shelf.learner(), await shelf.learner(), await shelf.quiz()
    attempt = await shelf.opened(ada, quiz)
    await shelf.graded(attempt, "1", "0", "0")
    await shelf.opened(bob, quiz)
    places = [(attempt.id, n) for n in (1, 2, 3)]
    before = await shelf.store.revealed(places, user_id=ada)

    again = await shelf.opened(ada, await shelf.part_of(quiz, 2))
    during = await shelf.store.revealed(places, user_id=ada)
    await shelf.store.close(again.id, user_id=ada, state=AttemptState.ABANDONED, finished_at=LATER)

    assert [slot is not None for slot in before] == [True, True, True]
    assert [slot is not None for slot in during] == [False, False, True]
    assert await shelf.store.revealed(places, user_id=ada) == before


async def test_overdue_are_open_ones_past_their_deadline(shelf: Shelf) -> None:
    ada, bob = await shelf.learner(), await shelf.learner()
    first = await shelf.opened(ada, await shelf.quiz(), deadline=NINE)
    second = await shelf.opened(bob, await shelf.quiz(), deadline=NINE)
    await shelf.opened(ada, await shelf.quiz(), deadline=LATER)
    await shelf.opened(ada, await shelf.quiz(), deadline=None)
    done = await shelf.opened(ada, await shelf.quiz(), deadline=NINE)
    await shelf.store.close(done.id, user_id=ada, state=AttemptState.ABANDONED, finished_at=NINE)

    everyones = await shelf.store.overdue(before=LATER, limit=10)
    bobs = await shelf.store.overdue(before=LATER, limit=10, user_id=bob)

    assert {a.id for a in everyones} == {first.id, second.id}
    assert [a.id for a in bobs] == [second.id]
    assert len(await shelf.store.overdue(before=LATER, limit=1)) == 1
