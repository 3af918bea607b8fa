"""Taking quizzes in tests: the documents of an attempt, and a stage with a learner and a quiz."""

from dataclasses import dataclass
from typing import Any

from domain.answers import Answer
from domain.ids import UserId
from domain.questions import AnswerKey, Question
from domain.quizzes import Quiz
from domain.users import Viewer
from domain.work import Meter
from tests.asking import Asker
from tests.builders.attempts import a_question, right_answer, store_quiz

ATTEMPT = """
fragment A on QuizAttempt {
  id state score passed startedAt deadline finishedAt remaining xpAwarded
  xpEntries { id amount reason status explanation source { type id } }
  review { correct partlyCorrect wrong unanswered timeSpent passMark }
}
"""
START = (
    """mutation ($input: StartQuizAttemptInput!) { startQuizAttempt(input: $input) {
  attempt { ...A } userErrors { __typename ... on UserError { code field message } } } }"""
    + ATTEMPT
)
ANSWER = """mutation ($input: AnswerQuestionInput!) { answerQuestion(input: $input) {
  slot { number locked answeredAt answer { options truth text number } credit explanation key { truth } }
  userErrors { __typename ... on UserError { code field message } } } }"""
SUBMIT = (
    """mutation ($input: SubmitQuizAttemptInput!) { submitQuizAttempt(input: $input) {
  attempt { ...A }
  userErrors { __typename ... on UserError { code field message }
    ... on AttemptAlreadySubmitted { attempt { ...A } } } } }"""
    + ATTEMPT
)
ABANDON = (
    """mutation ($input: AbandonQuizAttemptInput!) { abandonQuizAttempt(input: $input) {
  attempt { ...A } userErrors { __typename ... on UserError { code field } } } }"""
    + ATTEMPT
)
READ = "query ($id: ID!) { attempt(id: $id) { ...A } }" + ATTEMPT
SLOTS = """query ($id: ID!) { attempt(id: $id) { slots {
  number locked answeredAt answer { options truth text number }
  question { id kind prompt ... on SingleChoice { options { id } } ... on MultipleChoice { options { id } } }
  credit explanation optionFeedback { answer text }
  key { correctOptionIds truth acceptedTexts { text weight } acceptedRanges { low high weight } } } } }"""


@dataclass
class Stage:
    """A learner before a quiz whose keys the test knows."""

    ask: Asker
    viewer: Viewer
    quiz: Quiz
    questions: list[Question]
    keys: list[AnswerKey]

    async def start(self, key: str = "start", viewer: Viewer | None = None) -> dict[str, Any]:
        return await self._do(START, {"quizId": self.quiz.id, "idempotencyKey": key}, viewer)

    async def started(self, key: str = "start", viewer: Viewer | None = None) -> str:
        payload = await self.start(key, viewer)
        assert payload["userErrors"] == [], payload
        attempt_id: str = payload["attempt"]["id"]
        return attempt_id

    async def answer(
        self, attempt_id: str, slot: int, answer: Answer, seq: int = 1, viewer: Viewer | None = None
    ) -> dict[str, Any]:
        given = {"attemptId": attempt_id, "slot": slot, "answer": sent(answer), "clientSeq": seq}
        return await self._do(ANSWER, given, viewer)

    async def answer_all(self, attempt_id: str, wrong: int = 0, viewer: Viewer | None = None) -> None:
        """Answer each slot after ten seconds, rightly but for the last `wrong` ones."""
        for number, key in enumerate(self.keys, start=1):
            self.ask.clock.forward(seconds=10)
            answer = right_answer(key) if number <= len(self.keys) - wrong else Answer(truth=not key.truth)
            payload = await self.answer(attempt_id, number, answer, viewer=viewer)
            assert payload["userErrors"] == [], payload

    async def submit(
        self, attempt_id: str, key: str = "submit", viewer: Viewer | None = None
    ) -> dict[str, Any]:
        return await self._do(SUBMIT, {"attemptId": attempt_id, "idempotencyKey": key}, viewer)

    async def abandon(self, attempt_id: str) -> dict[str, Any]:
        return await self._do(ABANDON, {"attemptId": attempt_id}, None)

    async def read(self, attempt_id: str, viewer: Viewer | None = None) -> dict[str, Any] | None:
        data = await self.ask.data(READ, viewer or self.viewer, id=attempt_id)
        found: dict[str, Any] | None = data["attempt"]
        return found

    async def slots(self, attempt_id: str) -> list[dict[str, Any]]:
        data = await self.ask.data(SLOTS, self.viewer, id=attempt_id)
        found: list[dict[str, Any]] = data["attempt"]["slots"]
        return found

    async def total(self) -> int:
        async with self.ask.postgres.open_reads(Meter()) as reads:
            (user,) = await reads.users.by_ids([UserId(self.viewer.user_id)])
            assert user is not None
            return user.xp_total

    async def _do(self, document: str, given: dict[str, Any], viewer: Viewer | None) -> dict[str, Any]:
        data = await self.ask.data(document, viewer or self.viewer, input=given)
        payload: dict[str, Any] = next(iter(data.values()))
        return payload


def sent(answer: Answer) -> dict[str, Any]:
    """Write an answer as a client sends it."""
    fields = {
        "options": answer.options,
        "truth": answer.truth,
        "text": answer.text,
        "number": None if answer.number is None else str(answer.number),
    }
    return {name: value for name, value in fields.items() if value is not None}


async def staged(ask: Asker, *kinds: Any, **values: Any) -> Stage:
    """Store a learner and a quiz of questions of these kinds, five true-or-false ones unless told."""
    user, viewer = await ask.learner()
    made = [a_question(kind) for kind in kinds] or [a_question() for _ in range(5)]
    async with ask.postgres.open_work(Meter()) as work:
        quiz = await store_quiz(work, user.id, made, **values)
    return Stage(ask, viewer, quiz, [question for question, _ in made], [key for _, key in made])
