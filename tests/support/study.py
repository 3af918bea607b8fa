"""Study mode in tests: its documents, and a learner with questions whose keys the test knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.accounts.users import Viewer
from domain.content.answers import Answer, Blank, FilledBlank, Pair
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty, Question
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.builders.attempts import a_question, right_answer, store_quiz
from tests.support.attempts import EVERY_KIND, QuizTaker, a_quiz_taker, sent
from tests.support.schema_client import Asker

_ERRORS = "userErrors { __typename ... on UserError { code field message } }"
SLOT = """fragment T on StudySlot {
  number withheld shownAt endedAt isSkipped timeSpent answer { options truth text number }
  question { id kind prompt ... on SingleChoice { options { id } } ... on MultipleChoice { options { id } } }
  credit explanation key { truth correctOptionIds acceptedTexts { text } } optionFeedback { answer text } }
"""
SESSION = """fragment S on StudySession {
  id examType { code } domains { code } difficulty quiz { id } startedAt lastActiveAt endedAt
  questionsViewed questionsAnswered rightAnswers timeSpent current { ...T } }
"""
START = (
    f"""mutation ($input: StartStudySessionInput!) {{ startStudySession(input: $input) {{
  session {{ ...S }} {_ERRORS} }} }}"""
    + SESSION
    + SLOT
)
NEXT = (
    f"""mutation ($input: NextStudyQuestionInput!) {{ nextStudyQuestion(input: $input) {{
  session {{ ...S }} slot {{ ...T }} {_ERRORS} }} }}"""
    + SESSION
    + SLOT
)
ANSWER = (
    f"""mutation ($input: AnswerStudyQuestionInput!) {{ answerStudyQuestion(input: $input) {{
  session {{ ...S }} slot {{ ...T }} {_ERRORS} }} }}"""
    + SESSION
    + SLOT
)
END = (
    f"""mutation ($input: EndStudySessionInput!) {{ endStudySession(input: $input) {{
  session {{ ...S }} {_ERRORS} }} }}"""
    + SESSION
    + SLOT
)
READ = "query ($id: ID!) { studySession(id: $id) { ...S } }" + SESSION + SLOT
SLOTS = (
    "query ($id: ID!) { studySession(id: $id) { rightAnswers slots(first: 100) { nodes { ...T } } } }" + SLOT
)


@dataclass
class Studier:
    """A learner, and a quiz of another author whose questions they study."""

    taker: QuizTaker
    code: str

    @property
    def ask(self) -> Asker:
        return self.taker.ask

    @property
    def viewer(self) -> Viewer:
        return self.taker.viewer

    async def mutate(self, document: str, viewer: Viewer | None = None, **given: Any) -> dict[str, Any]:
        return await self.taker.mutate(document, given, viewer)

    async def start(self, key: str = "start", **given: Any) -> dict[str, Any]:
        return await self.mutate(START, **{"examType": self.code, "idempotencyKey": key} | given)

    async def started(self, key: str = "start", **given: Any) -> str:
        payload = await self.start(key, **given)
        assert payload["userErrors"] == [], payload
        session_id: str = payload["session"]["id"]
        return session_id

    async def next(self, session_id: str) -> dict[str, Any]:
        return await self.mutate(NEXT, sessionId=session_id)

    async def answer(
        self, session_id: str, slot: int, answer: Answer | None, client_id: str | None = None
    ) -> dict[str, Any]:
        given = {"sessionId": session_id, "slot": slot, "clientId": client_id or f"answer {slot}"}
        if answer is not None:
            given["answer"] = sent(answer)
        return await self.mutate(ANSWER, **given)

    async def end(self, session_id: str) -> dict[str, Any]:
        return await self.mutate(END, sessionId=session_id)

    async def read(self, session_id: str, viewer: Viewer | None = None) -> Any:
        return (await self.ask.data(READ, viewer or self.viewer, id=session_id))["studySession"]

    async def slots(self, session_id: str) -> Any:
        return (await self.ask.data(SLOTS, self.viewer, id=session_id))["studySession"]["slots"]["nodes"]

    def right(self, question_id: str) -> Answer:
        """Return the right answer to a question."""
        return right_answer(next(key for key in self.taker.keys if key.question_id == question_id))

    async def study(self, session_id: str, count: int, seconds: float = 10) -> list[str]:
        """Answer as many questions, each correctly after some seconds; return their ids in order."""
        asked = []
        for _ in range(count):
            shown = (await self.next(session_id))["slot"]
            self.ask.clock.forward(seconds=seconds)
            given = self.right(shown["question"]["id"])
            payload = await self.answer(session_id, shown["number"], given)
            assert payload["userErrors"] == [], payload
            asked.append(shown["question"]["id"])
        return asked


async def a_studier(ask: Asker, *kinds: QuestionKind, **values: Any) -> Studier:
    """Store a learner and another author's quiz, by default of five true-or-false questions."""
    return await studier_of(await a_quiz_taker(ask, *kinds, **values))


async def studier_of(taker: QuizTaker) -> Studier:
    """Return a learner as one who studies the questions of their quiz."""
    async with taker.ask.postgres.open_reads(Meter()) as reads:
        (exam_type,) = await reads.exam_types.by_ids([taker.quiz.exam_type_id])
    assert exam_type is not None
    return Studier(taker, exam_type.code)


def a_guess(question: Question) -> Answer:
    """Return an answer that the question takes, without anything of its key."""
    options = [option.id for option in question.options]
    return {
        QuestionKind.TRUE_FALSE: Answer(truth=False),
        QuestionKind.SHORT_TEXT: Answer(text="guess"),
        QuestionKind.NUMERIC: Answer(number=Decimal(-12345)),
        QuestionKind.MATCHING: Answer(pairs=[Pair(prompt=n, option=o) for n, o in enumerate(options[1:], 1)]),
        QuestionKind.ORDERING: Answer(order=options),
        QuestionKind.CLOZE: Answer(blanks=[_filled(blank) for blank in question.blanks]),
    }.get(question.kind, Answer(options=options[:1]))


def _filled(blank: Blank) -> FilledBlank:
    return FilledBlank(
        number=blank.number,
        option=blank.options[1].id if blank.options else None,
        text=None if blank.options else "7",
    )


async def first_session(ask: Asker, viewer: Viewer, domains: Sequence[str] | None = None) -> str:
    """Start a session of the viewer's with the exam type that has the most domains; return its id."""
    types = (await ask.data("{ examTypes { code domains { code } } }"))["examTypes"]
    largest = max(types, key=lambda each: len(each["domains"]))
    given = {"examType": largest["code"], "idempotencyKey": mint("key"), "domains": domains}
    if domains is None:
        given["domains"] = [domain["code"] for domain in largest["domains"]]
    payload = (await ask.data(START, viewer, input=given))["startStudySession"]
    assert payload["userErrors"] == [], payload
    session_id: str = payload["session"]["id"]
    return session_id


async def sessions_of_size(ask: Asker, viewer: Viewer, size: int) -> str:
    """Start `size` sessions; in the last one answer the choices, and skip all other questions. Return its id."""
    session_id = ""
    for _ in range(size):
        session_id = await first_session(ask, viewer)
    for number in range(1, size + len(EVERY_KIND)):
        shown = await ask.data(NEXT, viewer, input={"sessionId": session_id})
        options = shown["nextStudyQuestion"]["slot"]["question"].get("options")
        given: dict[str, Any] = {"answer": {"options": [options[0]["id"]]}} if options else {}
        given |= {"sessionId": session_id, "slot": number, "clientId": f"client {number}"}
        assert (await ask.data(ANSWER, viewer, input=given))["answerStudyQuestion"]["userErrors"] == []
    return session_id


async def studied_by(ask: Asker, viewer: Viewer) -> None:
    """Let a viewer study a question."""
    await a_studier(ask, QuestionKind.TRUE_FALSE)
    await first_session(ask, viewer, [])


async def of_study_difficulty(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Study questions of each difficulty, and return which one is shown."""
    studier = await a_studier(ask)
    made = [a_question(difficulty=Difficulty(value)) for value in values]
    async with ask.postgres.open_work(Meter()) as work:
        quiz = await store_quiz(work, studier.taker.quiz.author_id, made)
        (exam_type,) = await work.exam_types.by_ids([quiz.exam_type_id])
    assert exam_type is not None
    found = []
    for value in values:
        payload = await studier.start(value, examType=exam_type.code, difficulty=value)
        found.append(payload["session"]["current"]["question"]["id"])
    assert found == [question.id for question, _ in made]
    return found
