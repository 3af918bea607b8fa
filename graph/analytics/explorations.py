"""Types of what a learner does in topics, chats and threads: figures by day."""

from datetime import date, datetime, timedelta

import strawberry

from domain.analytics.explorations import MOST_CURRENT
from domain.analytics.performance import MOST_DAYS
from graph.analytics.periods import Period
from graph.directives import reads_learning
from graph.fields import attribute
from graph.scalars import BigInt

_TIME = "The time between acts in chats: starts and questions; a pause counts as at most five minutes."


@strawberry.type(description="What a learner did on one local day.", directives=[*reads_learning()])
class ExplorationDay:
    """A day, with or without acts."""

    local_date: date = attribute("The date in the time zone that the learner had then.", name="date")
    topics_explored: int = attribute("How many topics were explored.")
    topic_chains: int = attribute("How many topic chains were created.")
    chats: int = attribute("How many chats were started.")
    messages: int = attribute("How many questions were asked in chats.")
    threads: int = attribute("How many threads were created.")
    contents: int = attribute("How many contents were added to threads, by the learner or generated.")
    generations: int = attribute("How often a language model wrote something else than an answer in a chat.")
    tokens_used: BigInt = attribute("How many tokens calls of language models took and gave.")
    time_spent: timedelta = attribute(_TIME)


@strawberry.type(description="A topic chain that is not explored to its end.", directives=[*reads_learning()])
class CurrentTopic:
    """A chain with its progress."""

    chain_id: strawberry.ID = attribute("The id of the topic chain, for `node`.")
    title: str = attribute("Its title.")
    explored: int = attribute("How many of its topics are explored.")
    topics: int = attribute("How many topics it has.")


@strawberry.type(
    description="What a learner did in topics, chats and threads in a period, and what language models wrote for them. "
    "What is deleted is not counted.",
    directives=[*reads_learning()],
)
class Exploration:
    """Totals and days."""

    period: Period = attribute("The period.")
    topics_explored: int = attribute("How many topics were explored.")
    topic_chains: int = attribute("How many topic chains were created.")
    chats: int = attribute("How many chats were started.")
    messages: int = attribute("How many questions were asked in chats.")
    threads: int = attribute("How many threads were created.")
    contents: int = attribute("How many contents were added to threads, by the learner or generated.")
    generations: int = attribute(
        "How often a language model wrote something else than an answer in a chat. Calls are kept for 90 days, and "
        "counted as long."
    )
    tokens_used: BigInt = attribute(
        "How many tokens calls of language models took and gave, those for chats too. Calls are kept for 90 days, and "
        "counted as long."
    )
    time_spent: timedelta = attribute(_TIME)
    last_active_at: datetime | None = attribute(
        "When the learner last did something of this, in the period or before; null if never."
    )
    current_topics: list[CurrentTopic] = attribute(
        "The topic chains that are not explored to their end, the one that was changed last first.",
        at_most=MOST_CURRENT,
    )
    days: list[ExplorationDay] = attribute(
        "Every local day of the period, the earliest first; of a longer period the latest days.",
        at_most=MOST_DAYS,
    )
