"""Demo chats: a demo learner has asked the offline author, by the same verbs as clients and jobs."""

from dataclasses import replace
from datetime import datetime, timedelta

from domain.acts import NOWHERE, Act
from domain.ai import tokens
from domain.chats import chat_answers, chat_questions
from domain.chats.chat_jobs import AnswerArguments
from domain.chats.chat_messages import AnswerEnd, AnswerState
from domain.chats.chat_questions import Asked
from domain.unit_of_work import Meter
from domain.work import Work
from gateway import secrets_and_ids
from gateway.ai.offline import chats
from gateway.settings.ai import OFFLINE_MODEL
from persistence.work import Postgres

CHATS = {
    "ada": ("Python > Functions", ("What is a closure?", "How does a loop in a function end early?")),
    "milo": ("How the web works", ("What happens between a click and the page?",)),
}
"""The topic that a demo learner explores, and the questions."""
_EACH = timedelta(seconds=40)


async def explore(postgres: Postgres, *, handle: str, now: datetime) -> None:
    """Ask the questions in one chat, with their answers; jobs make its title and the suggested questions."""
    async with postgres.open_reads(Meter()) as reads:
        user = await reads.users.by_handle(handle)
    if user is None or handle not in CHATS:
        return
    topic, questions = CHATS[handle]
    act = Act(actor_id=user.id, origin=NOWHERE, now=now - _EACH * len(questions), mint=secrets_and_ids.mint)
    async with postgres.open_work(Meter()) as work:
        asked = await chat_questions.start(
            work, act, topic=topic, question=questions[0], idempotency_key="demo chat"
        )
        await _answer(work, act, asked)
        for question in questions[1:]:
            act = replace(act, now=act.now + _EACH)
            asked = await chat_questions.ask(
                work, act, chat_id=asked.chat.id, question=question, idempotency_key=question
            )
            await _answer(work, act, asked)


async def _answer(work: Work, act: Act, asked: Asked) -> None:
    message = asked.message
    if message is None or message.job_id is None:
        raise LookupError("a question was asked")
    arguments = AnswerArguments(message_id=message.id, user_id=act.user_id)
    begun = await chat_answers.begin(work, act, arguments, job_id=message.job_id)
    if begun is None:
        raise LookupError("the answer was not begun before")
    answer = chats.write(begun.request)
    await chat_answers.append(work, begun.message, answer, length=len(answer))
    how = AnswerEnd(
        state=AnswerState.DONE,
        model=OFFLINE_MODEL.name,
        tokens=tokens.estimated(message.question) + tokens.estimated(answer),
    )
    await chat_answers.end(work, act, begun, how)
