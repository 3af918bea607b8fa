"""Taking quizzes through the schema in tests: the documents of an attempt, and a learner with a quiz."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from domain.accounts.users import Viewer
from domain.content.answer_keys import AnswerKey
from domain.content.answers import Answer
from domain.content.drawing.pools import QuestionPool
from domain.content.question_kinds.table import ANSWER_FIELDS, QuestionKind
from domain.content.questions import Question
from domain.content.quizzes import NewQuiz, Quiz
from domain.ids import QuizId, UserId
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.builders.attempts import a_question, right_answer, store_quiz, store_versions, wrong_answer
from tests.support.schema_client import Asker

EVERY_KIND = list(QuestionKind)
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
  slot { number locked answeredAt answer { options truth text number } flagged credit explanation key { truth } }
  userErrors { __typename ... on UserError { code field message } } } }"""
FLAG = """mutation ($input: FlagSlotInput!) { flagSlot(input: $input) {
  slot { number locked flagged answer { truth } }
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
  number locked flagged answeredAt
  answer { options truth text number pairs { prompt option } order blanks { number text option } }
  question { id kind prompt ... on SingleChoice { options { id } } ... on MultipleChoice { options { id } }
    ... on Matching { prompts { number text } options { id } } ... on Ordering { options { id } }
    ... on Cloze { blanks { number takes options { id } } } }
  credit explanation optionFeedback { answer text }
  key { correctOptionIds truth acceptedTexts { text weight } acceptedRanges { low high weight }
    pairs { prompt option } order
    blanks { number option acceptedTexts { text weight } acceptedRanges { low high weight } } } } } }"""


@dataclass
class QuizTaker:
    """A learner and a quiz whose keys the test knows."""

    ask: Asker
    viewer: Viewer
    quiz: Quiz
    questions: list[Question]
    keys: list[AnswerKey]

    async def start(self, key: str = "start", viewer: Viewer | None = None) -> dict[str, Any]:
        return await self.mutate(START, {"quizId": self.quiz.id, "idempotencyKey": key}, viewer)

    async def start_attempt(self, key: str = "start", viewer: Viewer | None = None) -> str:
        payload = await self.start(key, viewer)
        assert payload["userErrors"] == [], payload
        attempt_id: str = payload["attempt"]["id"]
        return attempt_id

    async def answer(
        self, attempt_id: str, slot: int, answer: Answer, seq: int = 1, viewer: Viewer | None = None
    ) -> dict[str, Any]:
        given = {"attemptId": attempt_id, "slot": slot, "answer": sent(answer), "clientSeq": seq}
        return await self.mutate(ANSWER, given, viewer)

    async def flag(
        self, attempt_id: str, slot: int, flagged: bool = True, viewer: Viewer | None = None
    ) -> dict[str, Any]:
        return await self.mutate(FLAG, {"attemptId": attempt_id, "slot": slot, "flagged": flagged}, viewer)

    async def answer_all(self, attempt_id: str, wrong: int = 0, viewer: Viewer | None = None) -> None:
        """Answer each slot after ten seconds, correctly except for the last `wrong` ones."""
        for number, key in enumerate(self.keys, start=1):
            self.ask.clock.forward(seconds=10)
            is_right = number <= len(self.keys) - wrong
            answer = right_answer(key) if is_right else wrong_answer(self.questions[number - 1], key)
            payload = await self.answer(attempt_id, number, answer, viewer=viewer)
            assert payload["userErrors"] == [], payload

    async def submit(
        self, attempt_id: str, key: str = "submit", viewer: Viewer | None = None
    ) -> dict[str, Any]:
        return await self.mutate(SUBMIT, {"attemptId": attempt_id, "idempotencyKey": key}, viewer)

    async def abandon(self, attempt_id: str) -> dict[str, Any]:
        return await self.mutate(ABANDON, {"attemptId": attempt_id}, None)

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

    async def mutate(self, document: str, given: dict[str, Any], viewer: Viewer | None) -> dict[str, Any]:
        data = await self.ask.data(document, viewer or self.viewer, input=given)
        payload: dict[str, Any] = next(iter(data.values()))
        return payload


def codes(payload: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Return type and field of each refusal."""
    return [(error["__typename"], error["field"]) for error in payload["userErrors"]]


def sent(answer: Answer) -> dict[str, Any]:
    """Write an answer as a client sends it."""
    values = {name: getattr(answer, name) for name in ANSWER_FIELDS}
    return {name: _written(name, value) for name, value in values.items() if value is not None}


def _written(name: str, value: Any) -> Any:
    if name in {"pairs", "blanks"}:
        return [{k: v for k, v in asdict(each).items() if v is not None} for each in value]
    return ANSWER_FIELDS[name].store(value)


async def a_quiz_taker(ask: Asker, *kinds: QuestionKind, **values: Any) -> QuizTaker:
    """Store a learner and another author's quiz of these kinds of questions, by default five true-or-false ones."""
    _, viewer = await ask.learner()
    author, _ = await ask.learner()
    made = [a_question(kind) for kind in kinds] or [a_question() for _ in range(5)]
    async with ask.postgres.open_work(Meter()) as work:
        quiz = await store_quiz(work, author.id, made, **values)
    return QuizTaker(ask, viewer, quiz, [question for question, _ in made], [key for _, key in made])


async def a_twin_of(
    taker: QuizTaker,
    count: int | None = None,
    *,
    corrected: bool = False,
    pools: Sequence[QuestionPool] = (),
    **values: Any,
) -> QuizTaker:
    """Store another quiz of the first `count` of its questions, by default all, for the same learner.

    If `corrected`, the quiz asks new versions of them.
    """
    questions, keys = taker.questions[:count], taker.keys[:count]
    if corrected:
        async with taker.ask.postgres.open_work(Meter()) as work:
            made = await store_versions(work, taker.quiz.author_id, zip(questions, keys, strict=True))
        questions, keys = [question for question, _ in made], [key for _, key in made]
    given = {"id": QuizId(mint("quiz")), "question_count": len(questions)} | values
    twin = replace(taker.quiz, **given)
    twin = replace(twin, slug=f"twin-{twin.id[-8:].lower()}", title=f"Twin of {taker.quiz.title}")
    twin = replace(twin, drawn_count=sum(pool.count for pool in pools))
    asked = [question.id for question in questions]
    new = NewQuiz(quiz=twin, question_ids=asked, content_hash=twin.id, pools=list(pools))
    async with taker.ask.postgres.open_work(Meter()) as work:
        stored = await work.quizzes.publish(new, now=taker.ask.clock())
    return QuizTaker(taker.ask, taker.viewer, stored, questions, keys)


async def others(taker: QuizTaker, right: int, wrong: int) -> list[Viewer]:
    """Let other learners take the quiz, some with right answers and the others with wrong ones."""
    learners = []
    for number in range(right + wrong):
        _, viewer = await taker.ask.learner()
        learners.append(viewer)
        await taken(taker, viewer, is_right=number < right)
    return learners


async def taken(taker: QuizTaker, viewer: Viewer, *, is_right: bool, key: str = "other") -> str:
    attempt_id = await taker.start_attempt(key, viewer=viewer)
    for number, answer_key in enumerate(taker.keys, start=1):
        question = taker.questions[number - 1]
        given = right_answer(answer_key) if is_right else wrong_answer(question, answer_key)
        payload = await taker.answer(attempt_id, number, given, viewer=viewer)
        assert payload["userErrors"] == []
    await taker.submit(attempt_id, key, viewer=viewer)
    return attempt_id
