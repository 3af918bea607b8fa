"""Demo activity: the demo learners take quizzes in a new development database, by the same verbs as clients."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from domain.acts import NOWHERE, Act
from domain.assessment import answer_saving, attempt_start, attempt_submission
from domain.assessment.attempts import AttemptMode, AttemptState
from domain.content.answers import Answer
from domain.content.questions import Question
from domain.ids import UserId
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from persistence.work import Postgres

THINKING_TIME = timedelta(seconds=9)
"""How long a demo learner takes for a question; a faster answer would be marked as too fast."""

RIGHT_ANSWERS = {
    "ada": {"python-core-control-flow": 10, "web-http-urls-and-messages": 8},
    "grace": {"python-core-control-flow": 7},
    "milo": {"sql-relational-filtering": 5},
}
"""How many questions each demo learner answers correctly, by quiz."""


async def take_quizzes(postgres: Postgres, *, handle: str, content: Path, now: datetime) -> None:
    """Take the quizzes of a demo learner, one a day, the last one now."""
    async with postgres.open_reads(Meter()) as reads:
        user = await reads.users.by_handle(handle)
    quizzes = RIGHT_ANSWERS.get(handle, {})
    answers = questions_by_prompt(content) if quizzes else {}
    for days_ago, (slug, right) in zip(reversed(range(len(quizzes))), quizzes.items(), strict=True):
        if user is not None:
            ends_at = now - timedelta(days=days_ago)
            await _take(postgres, user.id, slug, answers, right=right, ends_at=ends_at)


async def _take(
    postgres: Postgres,
    user_id: UserId,
    slug: str,
    answers: dict[str, dict[str, Any]],
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
        begins_at = ends_at - THINKING_TIME * (len(questions) + 1)
        act = Act(actor_id=user_id, origin=NOWHERE, now=begins_at, mint=secrets_and_ids.mint)
        attempt = await attempt_start.start(
            work, act, quiz_id=quiz.id, mode=AttemptMode.PRACTICE, idempotency_key=f"demo {slug}"
        )
        if attempt.state is not AttemptState.IN_PROGRESS:
            return
        for number, question in enumerate(questions[:right], start=1):
            await answer_saving.answer(
                work,
                replace(act, now=begins_at + THINKING_TIME * number),
                attempt_id=attempt.id,
                slot=number,
                given=right_answer(question, answers[question.prompt]),
                client_seq=1,
            )
        submission = attempt_submission.submission_of(
            user_id=user_id, attempt_id=attempt.id, idempotency_key=f"demo {slug}", now=ends_at
        )
        await attempt_submission.submit(work, submission, mint=secrets_and_ids.mint)


def questions_by_prompt(content: Path) -> dict[str, dict[str, Any]]:
    """Return every question of the demo files by its prompt; it includes the right answer."""
    files = [json.loads(path.read_text("utf-8")) for path in sorted((content / "questions").glob("*.json"))]
    return {question["prompt"].strip(): question for file in files for question in file["questions"]}


def right_answer(question: Question, item: dict[str, Any]) -> Answer:
    """Return the right answer to a question of the demo files."""
    rules = question.kind.rules
    return rules.answer(rules.demo_answer(question, item))
