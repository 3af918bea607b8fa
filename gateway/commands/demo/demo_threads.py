"""Demo threads: one that a demo learner writes and shares, with a question about a section and sections to come."""

from datetime import datetime

from domain.acts import NOWHERE, Act
from domain.threads import (
    content_changes,
    content_chats,
    section_generation,
    share_changes,
    thread_changes,
)
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from persistence.work import Postgres

OWNER, READER = "ada", "grace"
TITLE = "Sets and dictionaries in Python"
DESCRIPTION = "How Python finds a value without looking at all of them, and when that matters."
SECTIONS = {
    "What a hash is": "A **hash** is a number that Python computes from a value:\n\n```py\nprint(hash('tea'))\n```\n\n"
    "- Equal values have the same hash.\n- Different values mostly have different ones.\n\n"
    "A list has no hash, because it can change; a tuple of texts has one.",
    "Looking something up": "`key in items` looks at one *bucket* of a set or a dictionary, and at every item of a "
    "list.\n\n1. Compute the hash.\n2. Go to the bucket that it names.\n3. Compare the few values that are there.\n\n"
    "> Try it: put a million numbers into a list and into a set, and look for one that is in neither.",
    "What it costs": "A set takes more memory than a list of the same items. Build it once and ask it often; for a "
    "handful of items a list is as good.\n\nSee [the documentation](https://docs.python.org/3/library/stdtypes.html).",
}
QUESTION = "Why can a list not be the key of a dictionary?"
"""What the owner asks about the first section; a worker answers it."""
TOPIC = "Collisions of hashes"
"""What a worker adds two sections about."""


async def write(postgres: Postgres, *, now: datetime) -> None:
    """Write the thread, share it by name, ask about its first section, and have two more written."""
    async with postgres.open_work(Meter()) as work:
        owner = await work.users.by_handle(OWNER)
        if owner is None:
            return
        act = Act(actor_id=owner.id, origin=NOWHERE, now=now, mint=secrets_and_ids.mint)
        thread = await thread_changes.create(
            work, act, title=TITLE, description=DESCRIPTION, key="demo thread"
        )
        written = []
        for title, body in SECTIONS.items():
            added = await content_changes.add(
                work,
                act,
                thread_id=thread.id,
                version=thread.version,
                title=title,
                body=body,
                position=None,
            )
            thread = added.thread
            written.append(added.content)
        await share_changes.share_with(work, act, thread_id=thread.id, handle=READER)
        await content_chats.explore(
            work, act, content_id=written[0].id, question=QUESTION, idempotency_key="demo question"
        )
        await section_generation.start(work, act, thread_id=thread.id, topic=TOPIC, count=2)
