"""The type of the caller's activity log."""

from datetime import datetime, timedelta

import strawberry

from domain.analytics.activity_log import LoggedAct
from graph.directives import reads_learning
from graph.enums import declare_enum
from graph.fields import attribute, loaded_by
from graph.node import Node
from resolvers import node as node_resolvers

declare_enum(
    LoggedAct,
    "An act in the activity log.",
    TOPIC_CHAIN_CREATED="A topic chain was created.",
    TOPIC_EXPLORED="A topic was explored.",
    CHAT_STARTED="A chat was started.",
    QUESTION_ASKED="A question was asked in a chat.",
    THREAD_CREATED="A thread was created.",
    CONTENT_ADDED="A content was added to a thread, by the learner or by a language model.",
    GENERATED="A language model wrote something else than an answer in a chat, like topics or sections.",
)


@strawberry.type(
    description="What the caller did in topics, chats and threads, or what was generated for them.",
    directives=[*reads_learning()],
)
class LoggedActivity:
    """One act."""

    kind: LoggedAct = attribute("The kind of act.")
    summary: str = attribute(
        "The title, the name or the question, one line of at most 120 characters; for GENERATED what for, like "
        "`SECTIONS`."
    )
    occurred_at: datetime = attribute("When it happened.")
    duration: timedelta | None = attribute(
        "How long a language model worked at it; null for acts without one, and while it does."
    )
    object_id: strawberry.ID | None = attribute("The id of its object; null for GENERATED.")
    object: Node | None = loaded_by(
        node_resolvers.objects_by_id,
        key="object_id",
        description="The topic chain, topic, chat, message, thread or content; null for GENERATED.",
    )
