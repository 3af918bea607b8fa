"""Chat jobs: the kinds of work that write answers, titles and suggested questions of chats."""

from datetime import timedelta

from domain.entities import entity
from domain.ids import ChatMessageId, UserId
from domain.jobs.job_kinds import JobKind, NoArguments, RetryPolicy

QUEUE = "chats"
ANSWER_LIMIT = timedelta(minutes=4)
"""How long an answer may be written."""


@entity
class AnswerArguments:
    """Which message, and whose."""

    message_id: ChatMessageId
    user_id: UserId


ANSWER = JobKind(
    name="answer_chat",
    description="Writes the answer to a question in a chat.",
    queue=QUEUE,
    arguments=AnswerArguments,
    priority=10,
    retries=RetryPolicy(attempts=3, timeout=timedelta(minutes=5), final=(Exception,)),
    user="user_id",
    stays="Cancel the answer with `cancelChatAnswer` instead.",
    result={"outcome": str},
)
"""An answer that could not be written is shown as failed at once; another attempt follows a worker that died."""
ENTITLE = JobKind(
    name="entitle_chat",
    description="Makes the title of a chat from its first answer.",
    queue=QUEUE,
    arguments=AnswerArguments,
    retries=RetryPolicy(attempts=3),
    user="user_id",
    result={"outcome": str},
)
SUGGEST = JobKind(
    name="suggest_chat_questions",
    description="Makes the questions that a chat suggests after an answer.",
    queue=QUEUE,
    arguments=AnswerArguments,
    retries=RetryPolicy(attempts=3),
    user="user_id",
    result={"outcome": str},
)
END_LOST = JobKind(
    name="end_lost_chat_answers",
    description="Ends answers of chats whose jobs have ended without them.",
    queue="maintenance",
    arguments=NoArguments,
    retries=RetryPolicy(attempts=1),
    result={"ended": int},
)
