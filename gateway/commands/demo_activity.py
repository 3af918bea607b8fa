"""A little life for a new development database: the demo learners take quizzes, by the verbs that clients use."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from domain import answering, starting, submitting
from domain.answers import Answer
from domain.attempts import AttemptMode, AttemptState
from domain.ids import UserId
from domain.questions import Question, QuestionKind
from domain.work import Meter
from gateway import security
from persistence.work import Postgres

THOUGHT = timedelta(seconds=9)
"""How long a demo learner looks at a question; a faster answer would be marked as one."""

PLAYS = {
    "ada": {"python-core-control-flow": 10, "web-http-urls-and-messages": 8},
    "grace": {"python-core-control-flow": 7},
    "milo": {"sql-relational-filtering": 5},
}
"""How many answers each demo learner gets right, by quiz."""


async def play(postgres: Postgres, *, handle: str, content: Path, now: datetime) -> None:
    """Take the quizzes of a demo learner, each a day before the next one and the last one just now."""
    async with postgres.open_reads(Meter()) as reads:
        user = await reads.users.by_handle(handle)
    plays = PLAYS.get(handle, {})
    book = _answer_book(content) if plays else {}
    for days_ago, (slug, right) in zip(reversed(range(len(plays))), plays.items(), strict=True):
        if user is not None:
            ends_at = now - timedelta(days=days_ago)
            await _take(postgres, user.id, slug, book, right=right, ends_at=ends_at)


async def _take(
    postgres: Postgres,
    user_id: UserId,
    slug: str,
    book: dict[str, dict[str, Any]],
    *,
    right: int,
    ends_at: datetime,
) -> None:
    async with postgres.open_work(Meter()) as work:
        quiz = await work.quizzes.by_slug(slug)
        if quiz is None:
            return
        question_ids = await work.quizzes.question_ids(quiz.id)
        questions = [
            question for question in await work.questions.by_ids(question_ids) if question is not None
        ]
        begins_at = ends_at - THOUGHT * (len(questions) + 1)
        attempt = await starting.start(
            work,
            user_id=user_id,
            quiz_id=quiz.id,
            mode=AttemptMode.PRACTICE,
            idempotency_key=f"demo {slug}",
            mint=security.mint,
            now=begins_at,
        )
        if attempt.state is not AttemptState.IN_PROGRESS:
            return
        for number, question in enumerate(questions[:right], start=1):
            await answering.answer(
                work,
                user_id=user_id,
                attempt_id=attempt.id,
                slot=number,
                given=_right(question, book[question.prompt]),
                client_seq=1,
                now=begins_at + THOUGHT * number,
            )
        handed = submitting.hand_in(
            user_id=user_id, attempt_id=attempt.id, idempotency_key=f"demo {slug}", now=ends_at
        )
        await submitting.submit(work, handed, mint=security.mint)


def _answer_book(content: Path) -> dict[str, dict[str, Any]]:
    """Return every question of the demo files by its prompt: the demo learners look there, not into the keys."""
    files = [json.loads(path.read_text("utf-8")) for path in sorted((content / "questions").glob("*.json"))]
    return {question["prompt"].strip(): question for file in files for question in file["questions"]}


def _right(question: Question, known: dict[str, Any]) -> Answer:
    match question.kind:
        case QuestionKind.SINGLE_CHOICE | QuestionKind.MULTIPLE_CHOICE:
            right = {option["text"].strip() for option in known["options"] if option["correct"]}
            return Answer(options=[option.id for option in question.options if option.text in right])
        case QuestionKind.TRUE_FALSE:
            return Answer(truth=known["answer"])
        case QuestionKind.SHORT_TEXT:
            return Answer(text=known["accepted"][0]["text"])
        case QuestionKind.NUMERIC:
            first = known["accepted"][0]
            return Answer(number=Decimal(first.get("value", first.get("min"))))
