"""Threads through the schema in tests."""

from typing import Any

from domain.accounts.users import Viewer
from tests.builders import mint
from tests.support.accounts import accepted
from tests.support.schema_client import Asker

CONTENTS = """query ($id: ID!, $first: Int, $after: Cursor) { thread(id: $id) { title description version contentCount
  changedAt contents(first: $first, after: $after) { nodes { id position title body isGenerated }
    pageInfo { endCursor hasNextPage } } } }"""


async def a_thread(ask: Asker, viewer: Viewer, *titles: str, **given: Any) -> str:
    """Create a thread with a content of each title; return its id."""
    given = {"title": "Sets", "idempotencyKey": mint("key")} | given
    created = await accepted(ask, viewer, "createThread", "thread { id version }", **given)
    thread_id: str = created["thread"]["id"]
    for place, title in enumerate(titles):
        await accepted(
            ask,
            viewer,
            "addThreadContent",
            threadId=thread_id,
            version=1 + place,
            title=title,
            body=f"About {title}.",
        )
    return thread_id


async def contents(ask: Asker, viewer: Viewer, thread_id: str) -> list[dict[str, Any]]:
    """Return the contents of a thread, in their order."""
    found = (await ask.data(CONTENTS, viewer, id=thread_id, first=100))["thread"]
    nodes: list[dict[str, Any]] = found["contents"]["nodes"]
    return nodes


async def titles(ask: Asker, viewer: Viewer, thread_id: str) -> list[str]:
    """Return the titles of the contents of a thread, whose positions have no gaps."""
    found = await contents(ask, viewer, thread_id)
    assert [each["position"] for each in found] == list(range(len(found)))
    return [each["title"] for each in found]


async def version(ask: Asker, viewer: Viewer, thread_id: str) -> int:
    """Return the version of a thread."""
    found: int = (await ask.data(CONTENTS, viewer, id=thread_id))["thread"]["version"]
    return found


async def link_of(ask: Asker, viewer: Viewer, thread_id: str) -> str:
    """Make the link of a thread; return its secret."""
    made = await accepted(ask, viewer, "createThreadLink", "secret", threadId=thread_id)
    secret: str = made["secret"]
    return secret


async def shared(ask: Asker, viewer: Viewer, **given: Any) -> list[str]:
    """Return the titles of the threads that others share with the viewer."""
    text = "query ($query: String) { viewer { sharedThreads(query: $query) { nodes { title owner { handle } } } } }"
    nodes = (await ask.data(text, viewer, **given))["viewer"]["sharedThreads"]["nodes"]
    return [each["title"] for each in nodes]
