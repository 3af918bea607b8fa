"""Topic scenes: chains after which every field of theirs has something to show, and chains of a given size."""

from domain.accounts.users import Role, Viewer
from tests.support.accounts import accepted
from tests.support.clients.quality import run_jobs
from tests.support.list_fields import ListPaths
from tests.support.schema_client import Asker
from tests.support.seen_fields import WatchingAsker, everything
from tests.support.topics import a_chain, a_subtopic


async def everything_about_topics(ask: WatchingAsker) -> None:
    """Write a chain, have topics generated, explore, share, make a roadmap of it, and look."""
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    chain = await a_chain(ask, viewer, "Sailing > Knots")
    base = chain["baseTopics"][1]["id"]
    topic = await a_subtopic(ask, viewer, base, "Bowline", difficulty=3, description="A loop.")
    shown = "{ id isBase isGenerated exploredAt }"
    await accepted(ask, viewer, "generateTopics", "job { id } topic { id }", below={"topicId": base}, count=2)
    await run_jobs(ask, "generate_topics")
    await accepted(ask, viewer, "setTopicExplored", f"topic {shown}", id=topic["id"], isExplored=True)
    await accepted(ask, viewer, "editTopic", f"topic {shown}", id=topic["id"], difficulty=4)
    await accepted(ask, viewer, "shareTopicChain", "chain { id sharedAt }", id=chain["id"])
    made = "roadmap { id } version { id }"
    await accepted(
        ask,
        viewer,
        "createRoadmapFromTopics",
        made,
        chainId=chain["id"],
        slug="roadmap-of-topics",
        idempotencyKey="topics",
    )
    selection = everything("TopicChain", 4, ListPaths({}))
    await ask.data(f'{{ topicChain(publicId: "{chain["publicId"]}") {selection} }}', viewer)
    await ask.data(
        f"{{ viewer {{ topicChains {{ nodes {selection} edges {{ node {{ id }} cursor }} }} }} }}", viewer
    )
    below = await a_subtopic(ask, viewer, topic["id"], "Running bowline")
    await accepted(ask, viewer, "removeTopic", "topic { id }", id=below["id"])
    await accepted(ask, viewer, "renameTopicChain", "chain { id }", id=chain["id"], title="Knots")
    await accepted(ask, viewer, "unshareTopicChain", "chain { id }", id=chain["id"])
    await accepted(ask, viewer, "deleteTopicChain", "chain { id }", id=chain["id"])


async def chains_of_size(ask: Asker, viewer: Viewer, size: int) -> dict[str, str]:
    """Store so many chains, of which the last has so many subtopics; return the ids of chain, base and topic.

    All subtopics are explored, so that each chain suggests the topics of its path: lists of the same topics cost the same
    whichever is answered first.
    """
    for number in range(size):
        chain = await a_chain(ask, viewer, f"Subject > Part {number}")
    base = chain["baseTopics"][1]["id"]
    for number in range(size):
        topic = await a_subtopic(ask, viewer, base, f"Topic {number}", difficulty=number % 11)
        await accepted(ask, viewer, "setTopicExplored", id=topic["id"], isExplored=True)
    below = await a_subtopic(ask, viewer, topic["id"], "Below")
    await accepted(ask, viewer, "setTopicExplored", id=below["id"], isExplored=True)
    return {
        "chain": chain["id"],
        "base": base,
        "topic": topic["id"],
        "removed": below["id"],
        "public": chain["publicId"],
    }
