"""Run in a copy of the project that has the kind LETTER: imports a quiz, takes it and prints the results."""

import asyncio
import json
import sys
from typing import Any

from domain.accounts.users import Role
from domain.content.answers import Answer
from domain.content.question_kinds.table import QuestionKind
from domain.unit_of_work import Meter
from persistence.database import connect
from tests.builders.question_files import a_file, a_question
from tests.support.schema_client import Asker, asker_on

LETTER = QuestionKind("LETTER")  # type: ignore[arg-type]
FILE = a_file(
    questions=[
        a_question("first", kind="LETTER", answer=None, letter="b", prompt="Which letter follows A?"),
        a_question("second", kind="LETTER", answer=None, letter="d", prompt="Which letter follows C?"),
    ],
    quizzes=[{"slug": "letters", "title": "Letters", "questions": ["first", "second"]}],
)
DOCUMENTS = {
    "import": """mutation ($input: ImportQuestionsInput!) { importQuestions(input: $input) {
        report { outcome refused { reason } losses { reason } } userErrors { __typename } } }""",
    "start": """mutation ($input: StartQuizAttemptInput!) { startQuizAttempt(input: $input) {
        attempt { id slots { number question { __typename kind } } } } }""",
    "answer": """mutation ($input: AnswerQuestionInput!) { answerQuestion(input: $input) {
        slot { answer { text } } userErrors { ... on UserError { code field message } } } }""",
    "submit": """mutation ($input: SubmitQuizAttemptInput!) { submitQuizAttempt(input: $input) {
        attempt { score slots { credit key { acceptedTexts { text } } } } } }""",
}


async def journey(ask: Asker) -> dict[str, Any]:
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])

    async def do(step: str, **sent: Any) -> Any:
        (payload,) = (await ask.data(DOCUMENTS[step], viewer, input=sent)).values()
        return payload

    imported = await do("import", file=json.dumps(FILE), idempotencyKey="import")
    async with ask.postgres.open_reads(Meter()) as reads:
        quiz = await reads.quizzes.by_slug("letters")
        assert quiz is not None
        questions = await reads.questions.by_ids(await reads.quizzes.question_ids(quiz.id))
    started = (await do("start", quizId=quiz.id, idempotencyKey="start"))["attempt"]

    async def answer(slot: int, answer: dict[str, Any]) -> Any:
        ask.clock.forward(seconds=9)
        return await do("answer", attemptId=started["id"], slot=slot, answer=answer, clientSeq=1)

    demo = LETTER.rules.answer(LETTER.rules.demo_answer(questions[0], FILE["questions"][0]))  # type: ignore[arg-type]
    return {
        "imported": imported,
        "questions": [slot["question"] for slot in started["slots"]],
        "demo": demo == Answer(text="b"),
        "refused": await answer(1, {"text": "bb"}),
        "answered": [await answer(1, {"text": "b"}), await answer(2, {"text": "c"})],
        "submitted": await do("submit", attemptId=started["id"], idempotencyKey="submit"),
    }


async def main(url: str) -> None:
    async with connect(url) as database, asker_on(database) as ask:
        sys.stdout.write(json.dumps(await journey(ask)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
