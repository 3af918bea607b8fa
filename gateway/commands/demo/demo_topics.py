"""Demo topics: a demo learner explores a topic chain and shares it, by the same verbs as clients."""

import os
from datetime import datetime

from domain.acts import NOWHERE, Act
from domain.topics import chain_changes, topic_changes
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from persistence.work import Postgres

EXPLORER = "ada"
PATH = "Python > Functions"
_SUBTOPICS = (
    ("Parameters and arguments", 1, "What a function asks for, and what a call gives.", True),
    ("Scope", 2, "Which names a function sees, and for how long.", True),
    ("Recursion", 4, "A function that calls itself, and the case in which it stops.", False),
    ("Closures", 5, "Functions that keep names of the place where they were made.", False),
    ("Decorators", 7, "Wrapping a function to add to what it does.", False),
)
"""Name, difficulty, description, and whether the learner has explored it."""


async def explore(postgres: Postgres, *, now: datetime) -> None:
    """Create the chain with its subtopics, explore the first ones, and share it."""
    async with postgres.open_reads(Meter()) as reads:
        user = await reads.users.by_handle(EXPLORER)
    if user is None:
        return
    act = Act(actor_id=user.id, origin=NOWHERE, now=now, mint=secrets_and_ids.mint)
    async with postgres.open_work(Meter()) as work:
        chain = await chain_changes.create(work, act, path=PATH, randomness=os.urandom)
        (base,) = await work.topics.base_of_chains([chain.id], viewer_id=user.id)
        for topic in base:
            await topic_changes.set_explored(work, act, topic_id=topic.id, is_explored=True)
        for name, difficulty, description, is_explored in _SUBTOPICS:
            added = await topic_changes.add(
                work,
                act,
                parent_id=base[-1].id,
                name=name,
                difficulty=difficulty,
                description=description,
            )
            await topic_changes.set_explored(work, act, topic_id=added.id, is_explored=is_explored)
        await chain_changes.set_shared(work, act, chain_id=chain.id, is_shared=True)
