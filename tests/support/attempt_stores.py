"""The stores of attempts in tests, in memory or in Postgres, with what an attempt needs."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Self

from domain.assessment.attempts import QuizAttempt
from domain.assessment.grading_inputs import GradingInput
from domain.assessment.submissions import Submission
from domain.content.answers import Answer
from domain.content.quizzes import NewQuiz, Quiz
from domain.gamification import xp
from domain.gamification.streaks import UserZone
from domain.gamification.xp import Award
from domain.idempotency import Claim
from domain.ids import QuestionId, QuizId, UserId
from persistence.stores import SqlWork
from tests.builders import a_user, mint
from tests.builders.attempts import NINE, a_question, a_result, an_attempt, store_quiz, store_versions
from tests.builders.roadmaps import an_enrolment
from tests.fakes.attempts import FakeAttempts
from tests.fakes.quizzes import FakeQuizWork
from tests.fakes.submissions import FakeSubmissions
from tests.support.roadmaps import store_roadmap

TODAY = date(2026, 3, 2)
LATER = NINE + timedelta(minutes=5)


@dataclass
class AttemptStores:
    """The stores of attempts and submissions, real where `work` is set, with learners and quizzes to store.

    `quizzes` has the other stores of the fakes.
    """

    store: Any
    submissions: Any
    work: SqlWork | None = None
    quizzes: Any = field(default_factory=FakeQuizWork)

    @classmethod
    def fake(cls) -> Self:
        attempts = FakeAttempts()
        return cls(attempts, FakeSubmissions(attempts))

    @classmethod
    def real(cls, work: Any) -> Self:
        return cls(work.attempts, work.submissions, work)

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
            self._add(quiz, ids)
            self.store.exam_codes[quiz.exam_type_id] = await self.code_of(quiz)
            stored = await self.quizzes.questions.by_ids(ids)
            self.store.questions |= {q.id: (q, key) for q, (_, key) in zip(stored, made, strict=True) if q}
        return quiz.id, ids

    async def code_of(self, quiz: Quiz) -> str:
        """Return the code of a quiz's exam type."""
        (exam_type,) = await self.stores.exam_types.by_ids([quiz.exam_type_id])
        code: str = exam_type.code
        return code

    async def part_of(
        self, quiz: tuple[QuizId, list[QuestionId]], count: int
    ) -> tuple[QuizId, list[QuestionId]]:
        """Store a quiz of the first questions of another one."""
        (whole,) = await self.stores.quizzes.by_ids([quiz[0]])
        part, ids = (
            replace(whole, id=QuizId(mint("quiz")), slug=f"part-{mint('part')[-9:].lower()}"),
            quiz[1][:count],
        )
        await self.stores.quizzes.publish(
            NewQuiz(quiz=part, question_ids=ids, content_hash=part.id), now=NINE
        )
        if self.work is None:
            self._add(part, ids)
        return part.id, ids

    async def corrected(self, quiz: tuple[QuizId, list[QuestionId]]) -> tuple[QuizId, list[QuestionId]]:
        """Store another quiz of new versions of the same questions: only prompt and explanation differ."""
        (whole,) = await self.stores.quizzes.by_ids([quiz[0]])
        keys = await self.stores.questions.keys_by_ids(quiz[1])
        asked = await self.stores.questions.by_ids(quiz[1])
        made = await store_versions(self.stores, whole.author_id, zip(asked, keys, strict=True))
        ids = [question.id for question, _ in made]
        if self.work is None:
            self.store.questions |= {q.id: (q, key) for q, key in made}
            self.store.first_versions |= dict(zip(ids, quiz[1], strict=True))
        return await self.part_of((quiz[0], ids), len(ids))

    @property
    def stores(self) -> Any:
        return self.work or self.quizzes

    def _add(self, quiz: Quiz, question_ids: list[QuestionId]) -> None:
        self.store.quizzes[quiz.id] = quiz
        self.store.questions_of[quiz.id] = question_ids

    async def open(
        self, user_id: UserId, quiz: tuple[QuizId, list[QuestionId]], **values: Any
    ) -> QuizAttempt:
        attempt = await self.store.open(an_attempt(user_id=user_id, quiz_id=quiz[0], **values))
        assert await self.store.freeze(attempt) == (len(quiz[1]), False)
        found: QuizAttempt = attempt
        return found

    async def answer(self, attempt: QuizAttempt, number: int, **values: Any) -> None:
        given = {"answer": Answer(truth=True), "client_seq": 1, "answered_at": LATER, "fast": False}
        await self.store.save((attempt.id, number), **(given | values))

    async def put_on_a_roadmap(self, user_id: UserId, quiz_id: QuizId) -> None:
        """Enrol the learner in a roadmap with a node that the quiz completes."""
        if self.work is None:
            self.submissions.on_roadmaps.add((user_id, quiz_id))
            return
        (quiz,) = await self.work.quizzes.by_ids([quiz_id])
        assert quiz is not None
        stored = await store_roadmap(self.work, quiz.author_id, {"exam": []}, quiz=quiz.slug)
        await self.work.enrolments.add(an_enrolment(stored.version, user_id))

    async def change_zone(self, user_id: UserId, zone: str, now: datetime) -> None:
        if self.work:
            await self.work.users.update_locality(user_id, time_zone=zone, day_start_hour=0, now=now)
        else:
            self.submissions.streaks.earlier_zones[user_id].append(
                (now, self.submissions.streaks.zones[user_id])
            )
            self.submissions.streaks.zones[user_id] = UserZone(time_zone=zone, day_start_hour=0)

    async def grading_input(
        self, attempt: QuizAttempt, now: datetime = LATER, claim: Claim | None = None
    ) -> GradingInput:
        submission = Submission(attempt_id=attempt.id, user_id=attempt.user_id, claim=claim, now=now)
        (found,) = await self.submissions.grading_inputs(
            [submission], credits_within=timedelta(days=1), xp_within=timedelta(minutes=10)
        )
        grading_input: GradingInput = found
        return grading_input

    async def lose_the_key_of(self, question_id: QuestionId) -> None:
        if self.work:
            await self.work.connection.raw.execute(
                "DELETE FROM question_keys WHERE question_id = $1", question_id
            )
        else:
            del self.store.questions[question_id]

    def for_submission(self) -> Any:
        """The stores that submitting needs."""
        return self.work or SimpleNamespace(
            submissions=self.submissions,
            streaks=self.submissions.streaks,
            enrolments=None,
            emit=lambda _: None,
        )

    async def graded(self, attempt: QuizAttempt, *credits: str, **values: Any) -> QuizAttempt:
        read = (await self.grading_input(attempt)).revisions
        result = a_result(attempt, *credits, read=read, **values)
        assert await self.submissions.finish([result]) == [True]
        return result.attempt
