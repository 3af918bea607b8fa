"""Demo study: a demo learner studies some questions, by the same verbs as clients."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from domain.acts import NOWHERE, Act
from domain.study import study_answers, study_questions, study_start
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.commands.demo.demo_activity import questions_by_prompt, right_answer
from persistence.work import Postgres

STUDIED = {"ada": ("sql-relational", 6), "milo": ("web-http", 3)}
"""The exam type that a demo learner studies, and how many of its questions."""
_EACH = timedelta(seconds=25)


async def study(postgres: Postgres, *, handle: str, content: Path, now: datetime) -> None:
    """Answer questions in study mode, the last one now; the session stays open."""
    async with postgres.open_reads(Meter()) as reads:
        user = await reads.users.by_handle(handle)
    if user is None or handle not in STUDIED:
        return
    exam_type, count = STUDIED[handle]
    answers = questions_by_prompt(content)
    act = Act(actor_id=user.id, origin=NOWHERE, now=now - _EACH * count, mint=secrets_and_ids.mint)
    async with postgres.open_work(Meter()) as work:
        session = await study_start.start(
            work,
            act,
            exam_type=exam_type,
            domains=[],
            difficulty=None,
            quiz_id=None,
            idempotency_key=f"demo {exam_type}",
        )
        for number in range(1, count + 1):
            shown = (await study_questions.following(work, act, session_id=session.id)).slot
            act = replace(act, now=act.now + _EACH)
            (question,) = await work.questions.by_ids([shown.question_id])
            if question is not None:
                given = right_answer(question, answers[question.prompt])
                await study_answers.answer(
                    work,
                    act,
                    session_id=session.id,
                    slot=shown.number,
                    given=given,
                    client_id=f"demo {number}",
                )
