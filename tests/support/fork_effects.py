"""Fork effects: what the enums of forks, evidence, collaborators and visibility do, value by value."""

from collections.abc import Sequence
from typing import Any

from domain.accounts.users import Role, Viewer
from tests.builders import mint
from tests.support.accounts import accepted
from tests.support.clients import collaborators, evidence, forks
from tests.support.clients.drafts import add, content_of, create_roadmap, edit_draft, edited, start_draft
from tests.support.clients.roadmaps import PUBLISH, enrol
from tests.support.schema_client import Asker

AUTHORS = [Role.LEARNER, Role.AUTHOR]
NODES = [add("a"), add("b"), add("n"), add("m"), add("p"), add("q")]
SEEN = "query ($id: ID!) { roadmap(by: {id: $id}) { id } roadmaps { nodes { id } } }"


def changes_of(side: int) -> list[dict[str, Any]]:
    """Change `n` and the place of `q` differently on each of two sides, which also add one more node each."""
    mine = side == 0
    values = {
        "title": f"Title {side}",
        "description": f"Description {side}",
        "kind": ["READING", "PROJECT"][side],
        "weight": 2 + side,
        "difficulty": ["EASY", "HARD"][side],
        "minutes": 1 + side,
    }
    return [
        {"changeNode": {"key": "n"} | values},
        {
            "setResources": {
                "key": "n",
                "resources": [{"title": f"Docs {side}", "url": "https://example.org/"}],
            }
        },
        {"setCompletion": {"key": "n", "evidence": ["ACCEPTED_AT_ONCE", "REVIEWED"][side]}},
        {"setPrerequisites": {"key": "n", "groups": [{"nodes": [["a"], ["b"]][side]}]}},
        {"moveNode": {"key": "q", "after": None if mine else "a"}},
        {"changeNode": {"key": "m", "weight": 9}} if mine else {"removeNode": {"key": "m"}},
        add("z", optional=mine),
    ]


async def conflicting(ask: Asker) -> tuple[Viewer, dict[str, Any], str]:
    """Fork a roadmap, and change both; return the fork's author, its draft, and its id."""
    _, author = await ask.learner(roles=AUTHORS)
    _, forker = await ask.learner(roles=AUTHORS)
    made = await create_roadmap(ask, author, slug=mint("origin").lower().replace("_", "-"))
    await edited(ask, author, made["version"], *NODES)
    await ask.data(PUBLISH, author, id=made["roadmap"]["id"])
    forked = await forks.fork(ask, forker, made["roadmap"]["id"])
    mine = await edited(ask, forker, forked["version"], *changes_of(0))
    draft = await start_draft(ask, author, made["roadmap"]["id"])
    await edited(ask, author, draft, *changes_of(1))
    await ask.data(PUBLISH, author, id=made["roadmap"]["id"])
    found: str = forked["roadmap"]["id"]
    return forker, mine, found


async def of_merge_field(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Choose for a conflict of each kind; the others are left."""
    forker, mine, fork_id = await conflicting(ask)
    diff = await forks.upstream_diff(ask, forker, fork_id)
    keys = {each["field"]: each["key"] for each in diff["conflicts"]}
    found = []
    for value in values:
        choice = {"key": keys[value], "field": value, "choice": "KEEP_MINE"}
        payload = await forks.pull(ask, forker, mine, diff["upstream"]["id"], choice)
        left = [each["field"] for each in payload["userErrors"][0]["conflicts"]]
        found.append(sorted(left))
    return found


async def of_merge_choice(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Settle all conflicts with each choice."""
    found = []
    for value in values:
        forker, mine, fork_id = await conflicting(ask)
        await forks.pull_choosing(ask, forker, fork_id, value)
        nodes = (await content_of(ask, forker, mine["id"]))["nodes"]
        found.append([(node["key"], node["title"], node["weight"]) for node in nodes])
    return found


async def of_evidence_rule(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Add a node with each rule, and read it."""
    _, author = await ask.learner(roles=AUTHORS)
    version = (await create_roadmap(ask, author, slug=mint("rule").lower().replace("_", "-")))["version"]
    await edited(ask, author, version, *(add(f"n{n}", evidence=value) for n, value in enumerate(values)))
    return [node["evidenceRule"] for node in (await content_of(ask, author, version["id"]))["nodes"]]


async def of_completion_rule(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Set each rule for a node in turn, and read it."""
    _, author = await ask.learner(roles=AUTHORS)
    version = (await create_roadmap(ask, author, slug=mint("rule").lower().replace("_", "-")))["version"]
    version = await edited(ask, author, version, add("a"))
    found = []
    for value in values:
        version = await edited(ask, author, version, {"setCompletion": {"key": "a", "evidence": value}})
        found.append((await content_of(ask, author, version["id"]))["nodes"][0]["evidenceRule"])
    return found


async def of_verdict(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Review evidence with each verdict, and look at the node."""
    found = []
    for value in values:
        _, author = await ask.learner(roles=AUTHORS)
        _, learner = await ask.learner()
        made = await create_roadmap(ask, author, slug=mint("verdict").lower().replace("_", "-"))
        await edited(ask, author, made["version"], add("a", evidence="REVIEWED"))
        await ask.data(PUBLISH, author, id=made["roadmap"]["id"])
        await enrol(ask, learner, made["roadmap"]["id"], key=mint("key"))
        submitted = await evidence.submit(ask, learner, made["roadmap"]["id"], "a")
        payload = await evidence.review(ask, author, submitted["evidence"]["id"], value, comment="Seen.")
        found.append(payload["evidence"]["state"])
    return found


async def of_collaborator_role(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Join a roadmap with each role, and try to edit it."""
    found = []
    for value in values:
        _, author = await ask.learner(roles=AUTHORS)
        user, helper = await ask.learner(roles=AUTHORS)
        made = await create_roadmap(ask, author, slug=mint("role").lower().replace("_", "-"))
        await collaborators.joined(ask, author, made["roadmap"]["id"], helper, user.handle, value)
        payload = await edit_draft(ask, helper, made["version"], add("a"))
        found.append([error["code"] for error in payload["userErrors"]])
    return found


async def of_changed_visibility(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Change a published roadmap to each visibility, and look for it."""
    found = []
    for value in values:
        _, author = await ask.learner(roles=AUTHORS)
        made = await create_roadmap(ask, author, slug=mint("shown").lower().replace("_", "-"))
        await edited(ask, author, made["version"], add("a"))
        roadmap_id = made["roadmap"]["id"]
        await ask.data(PUBLISH, author, id=roadmap_id)
        await accepted(ask, author, "changeRoadmapVisibility", roadmapId=roadmap_id, visibility=value)
        answer = await ask.data(SEEN, id=roadmap_id)
        found.append(({"id": roadmap_id} in answer["roadmaps"]["nodes"], answer["roadmap"] is not None))
    return found


EFFECTS = {
    "AddNodeInput.evidence EvidenceRule": of_evidence_rule,
    "SetCompletionInput.evidence EvidenceRule": of_completion_rule,
    "MergeChoiceInput.field MergeField": of_merge_field,
    "MergeChoiceInput.choice MergeChoice": of_merge_choice,
    "ReviewEvidenceInput.verdict EvidenceVerdict": of_verdict,
    "InviteCollaboratorInput.role CollaboratorRole": of_collaborator_role,
    "ChangeRoadmapVisibilityInput.visibility Visibility": of_changed_visibility,
}
"""What the values of each place do."""
