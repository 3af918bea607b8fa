"""Scenes of threads and of what learners explore, for the tests that look at every field, list and value."""

from collections.abc import Sequence
from typing import Any

from domain.accounts.users import Viewer
from domain.ids import ThreadContentId
from domain.threads.thread_contents import ThreadContent
from domain.threads.thread_shares import ThreadReader
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.support.accounts import accepted
from tests.support.clients.quality import run_jobs
from tests.support.explorations import explored_at_random
from tests.support.schema_client import Asker
from tests.support.threads import a_thread, contents, link_of

PERIODS = "query ($p: Period!) { viewer { analytics { explore(period: $p) { chats days { date } } } } }"
LOG = "query ($k: [LoggedAct!]) { viewer { activity(kinds: $k, first: 100) { nodes { kind objectId } } } }"


async def a_content(ask: Asker, viewer: Viewer) -> tuple[str, str]:
    """Write a thread with one content; return their ids."""
    thread_id = await a_thread(ask, viewer, "a", description="What sets are for.")
    (content,) = await contents(ask, viewer, thread_id)
    return thread_id, content["id"]


async def threads_of_size(ask: Asker, viewer: Viewer, size: int) -> str:
    """Store `size` threads of the viewer's, and of others for them; return the first, with as many contents and readers."""
    _, other = await ask.learner()
    mine = [await a_thread(ask, viewer, title=f"Thread {number}") for number in range(size)]
    theirs = [await a_thread(ask, other, title=f"Shared {number}") for number in range(size)]
    readers = [(await ask.learner())[0].id for _ in range(size)]
    now = ask.clock()
    async with ask.postgres.open_work(Meter()) as work:
        made = [
            ThreadContent(
                id=ThreadContentId(mint("threadcontent")),
                thread_id=mine[0],  # type: ignore[arg-type]
                position=place,
                title=f"Content {place}",
                body="A text.",
                is_generated=False,
                created_at=now,
                changed_at=now,
            )
            for place in range(size)
        ]
        await work.thread_contents.insert(made)
        for thread_id, user_id in [(mine[0], each) for each in readers] + [
            (each, viewer.user_id) for each in theirs
        ]:
            reader = ThreadReader(thread_id=thread_id, user_id=user_id, added_at=now)  # type: ignore[arg-type]
            await work.thread_shares.add_reader(reader)
    await link_of(ask, viewer, mine[0])
    return mine[0]


async def everything_threaded(ask: Asker) -> None:
    """Write, share, generate and read threads, and look at what was explored."""
    _, viewer = await ask.learner()
    user, reader = await ask.learner()
    await explored_at_random(ask, viewer.user_id, days=5, size=3)
    thread_id, content_id = await a_content(ask, viewer)
    await accepted(
        ask, viewer, "generateThreadContents", "job { id }", threadId=thread_id, topic="Sets", count=2
    )
    await run_jobs(ask, "generate_thread_contents")
    await accepted(ask, viewer, "shareThreadWith", "thread { id }", threadId=thread_id, handle=user.handle)
    secret = await link_of(ask, viewer, thread_id)
    await accepted(ask, reader, "openThreadLink", "thread { id }", secret=secret)
    await accepted(
        ask,
        viewer,
        "exploreThreadContent",
        "chat { id } message { id } content { id }",
        contentId=content_id,
        question="Why?",
        idempotencyKey="one",
    )
    await run_jobs(ask, "answer_chat")
    await accepted(ask, viewer, "archiveThread", "thread { id archivedAt }", threadId=thread_id)
    shown = """id title description version contentCount archivedAt createdAt changedAt owner { id }
      link { createdAt guestCount } readers { nodes { addedAt user { id } } edges { cursor node { addedAt } }
        pageInfo { endCursor startCursor hasNextPage hasPreviousPage } }
      contents { nodes { id position title body isGenerated createdAt changedAt thread { id } chat { id } }
        edges { cursor node { id } } pageInfo { endCursor startCursor hasNextPage hasPreviousPage } }"""
    text = f"""query ($id: ID!) {{ thread(id: $id) {{ {shown} }} viewer {{
      threads(first: 1) {{ nodes {{ id }} edges {{ cursor node {{ id }} }} pageInfo {{ endCursor hasNextPage }} }}
      sharedThreads {{ nodes {{ id }} edges {{ cursor node {{ id }} }} pageInfo {{ endCursor }} }}
      activity(first: 90) {{ nodes {{ kind summary occurredAt duration objectId object {{ id }} }}
        edges {{ cursor node {{ kind }} }} pageInfo {{ endCursor startCursor hasNextPage hasPreviousPage }} }}
      analytics {{ explore(period: D7) {{ period topicsExplored topicChains chats messages threads contents generations
        tokensUsed timeSpent lastActiveAt currentTopics {{ chainId title explored topics }}
        days {{ date topicsExplored topicChains chats messages threads contents generations tokensUsed timeSpent }}
      }} }} }} }}"""
    for caller in (viewer, reader):
        await ask.data(text, caller, id=thread_id)
    await accepted(ask, viewer, "updateThread", "thread { id }", threadId=thread_id, version=4, title="Newer")


async def of_explored_period(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Return what a learner explored in each period."""
    user, viewer = await ask.learner()
    await explored_at_random(ask, user.id, days=110, size=30)
    return [(await ask.data(PERIODS, viewer, p=value))["viewer"]["analytics"] for value in values]


async def of_logged_kind(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Return the log of each kind of act."""
    user, viewer = await ask.learner()
    await explored_at_random(ask, user.id, days=9, size=4)
    found = [(await ask.data(LOG, viewer, k=[value]))["viewer"]["activity"]["nodes"] for value in values]
    assert [{each["kind"] for each in some} for some in found] == [{value} for value in values]
    return found
