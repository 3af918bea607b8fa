"""Writing roadmaps: what the language model is asked, and the draft that its answer becomes."""

import re
import unicodedata
from dataclasses import replace

from domain.acts import Act
from domain.ai.assistants import Written
from domain.ai.requests import AiRequest, Purpose
from domain.authoring import draft_edits, roadmap_creation
from domain.authoring.drafts import DraftNode
from domain.authoring.node_operations import AddNode, ChangeNode
from domain.errors import NotFoundError
from domain.generation.generations import Generation, GenerationResult, authorship
from domain.generation.roadmap_outputs import WrittenRoadmap
from domain.generation.work import GenerationWork

ROADMAP_PROMPT, NODE_PROMPT = "roadmap", "roadmap-node"
_ROADMAP_TOKENS, _NODE_TOKENS = 6_000, 800
_LONGEST_SLUG = 40


async def roadmap_request(work: GenerationWork, generation: Generation) -> AiRequest:
    """Return the request for a whole roadmap."""
    asked = generation.asked
    return AiRequest(
        caller_id=generation.user_id,
        roles=frozenset(await work.users.roles_of(generation.user_id) or []),
        purpose=Purpose.ROADMAP,
        prompt=ROADMAP_PROMPT,
        longest=_ROADMAP_TOKENS,
        values={"level": asked["level"], "hours": asked["hours"]},
        quoted={"topic": asked["topic"], "goal": asked["goal"]},
    )


async def store_roadmap(
    work: GenerationWork, act: Act, generation: Generation, written: Written[WrittenRoadmap]
) -> GenerationResult:
    """Store the draft of a private roadmap of the actor's; a run after one that stored it finds the same draft."""
    made = await roadmap_creation.create(
        work,
        act,
        slug=slug_of(generation),
        details=written.value.details,
        key=generation.id,
    )
    operations = [AddNode(node=node, at_end=True) for node in written.value.nodes]
    await draft_edits.edit(
        work, act, version_id=made.version.id, revision=made.version.revision, operations=operations
    )
    result = GenerationResult(version_id=made.version.id)
    await work.generations.finish(generation.id, authorship(written, ROADMAP_PROMPT), result, now=act.now)
    return result


async def node_request(work: GenerationWork, generation: Generation) -> tuple[AiRequest, str]:
    """Return the request for one node, which names the others by their titles, and the key of the node.

    Raises NotFoundError where the draft has no such node any more.
    """
    asked = generation.asked
    key = str(asked["part"])
    nodes = [] if generation.version_id is None else await work.drafts.nodes(generation.version_id, None)
    found = next((node for node in nodes if node.key == key), None)
    if found is None:
        raise NotFoundError("The draft has no such node any more; look at it again.", field="part")
    variant = await work.generations.variants(generation.version_id or "", user_id=generation.user_id)
    request = AiRequest(
        caller_id=generation.user_id,
        roles=frozenset(await work.users.roles_of(generation.user_id) or []),
        purpose=Purpose.ROADMAP,
        prompt=NODE_PROMPT,
        longest=_NODE_TOKENS,
        values={"level": asked["level"], "variant": variant},
        quoted={
            "topic": asked["topic"],
            "node": found.title,
            "others": "\n".join(node.title for node in nodes if node.key != key),
        },
    )
    return request, key


async def store_node(
    work: GenerationWork, act: Act, generation: Generation, written: Written[DraftNode]
) -> GenerationResult:
    """Replace what one node says, while the draft has the version that was asked for; all else stays.

    Raises DraftConflictError, NotFoundError, ForbiddenError or NotADraftError.
    """
    assert generation.version_id is not None  # noqa: S101 - set where it was started
    node = written.value
    names = ("title", "description", "kind", "difficulty", "minutes")
    operation = ChangeNode(key=node.key, values={name: getattr(node, name) for name in names})
    await draft_edits.edit(
        work,
        act,
        version_id=generation.version_id,
        revision=int(generation.asked["version"]),
        operations=[operation],
    )
    result = GenerationResult(version_id=generation.version_id)
    await work.generations.finish(generation.id, authorship(written, NODE_PROMPT), result, now=act.now)
    return result


def slug_of(generation: Generation) -> str:
    """Return a slug that no other draft has: the subject in ASCII, and the end of the generation's id."""
    plain = unicodedata.normalize("NFKD", generation.subject).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_SLUG].strip("-")
    return f"{words or 'generated'}-{generation.id[-12:].lower()}"


def by(act: Act, generation: Generation) -> Act:
    """Return the act of the generation's user."""
    return replace(act, actor_id=generation.user_id)
