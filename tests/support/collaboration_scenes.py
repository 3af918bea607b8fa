"""Collaboration scenes: roadmaps with evidence that waits, collaborators, and forks with conflicts."""

from typing import Any

from domain.accounts.users import Role, Viewer
from domain.content.collaborators import Collaborator, CollaboratorRole
from domain.ids import CollaboratorId, EvidenceId, RoadmapId, UserId
from domain.learning.evidence import Evidence, EvidenceState
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.support.accounts import accepted
from tests.support.clients import collaborators, evidence, forks
from tests.support.clients.drafts import add, create_roadmap, edited
from tests.support.clients.migrations import enrolment_of, publish
from tests.support.clients.roadmaps import enrol
from tests.support.fork_effects import AUTHORS, conflicting
from tests.support.list_fields import ListPaths
from tests.support.schema_client import Asker
from tests.support.seen_fields import WatchingAsker, everything


async def evidence_on_a_roadmap_of(ask: Asker, author: Viewer) -> str:
    """Let a learner submit evidence that the author may review; return its id."""
    _, learner = await ask.learner()
    roadmap_id = await reviewed_roadmap(ask, author)
    await enrol(ask, learner, roadmap_id, key=mint("key"))
    found: str = (await evidence.submit(ask, learner, roadmap_id, "a"))["evidence"]["id"]
    return found


async def reviewed_roadmap(ask: Asker, author: Viewer, slug: str | None = None) -> str:
    """Publish a roadmap with a node that reviewed evidence completes; return its id."""
    made = await create_roadmap(ask, author, slug=slug or mint("reviewed").lower().replace("_", "-"))
    await edited(ask, author, made["version"], add("a", evidence="REVIEWED"), add("b", "a"))
    await publish(ask, author, made["roadmap"]["id"])
    found: str = made["roadmap"]["id"]
    return found


async def collaborators_of(ask: Asker, owner: Viewer, roadmap_id: str) -> tuple[str, str]:
    """Invite a user to a roadmap of the owner's, and the owner to one of another; return both ids."""
    _, author = await ask.learner(roles=AUTHORS)
    made = await create_roadmap(ask, author, slug=mint("others").lower().replace("_", "-"))
    helper, _ = await ask.learner()
    first = await invitation(ask, roadmap_id, helper.id, owner.user_id)
    second = await invitation(ask, made["roadmap"]["id"], owner.user_id, author.user_id)
    return first, second


async def invitation(ask: Asker, roadmap_id: str, user_id: UserId, by: UserId) -> str:
    """Store an invitation; return its id."""
    invited = Collaborator(
        id=CollaboratorId(mint("collaborator")),
        roadmap_id=RoadmapId(roadmap_id),
        user_id=user_id,
        role=CollaboratorRole.REVIEWER,
        invited_by_id=by,
        invited_at=ask.clock(),
        accepted_at=None,
        by_email=False,
    )
    async with ask.postgres.open_work(Meter()) as work:
        await work.collaborators.invite(invited, since=ask.clock())
    return invited.id


async def known_to_each_other(ask: Asker, one: Viewer, other: Viewer) -> None:
    """Let two authors work on a roadmap of each other's, and learn there; the first reviews the second."""
    mine, theirs = await reviewed_roadmap(ask, one), await reviewed_roadmap(ask, other, slug="of-other")
    await invitation(ask, mine, other.user_id, one.user_id)
    await invitation(ask, theirs, one.user_id, other.user_id)
    await enrol(ask, one, theirs, key=mint("key"))
    await evidence.submit(ask, one, theirs, "a")
    await enrol(ask, other, mine, key=mint("key"))
    submitted = await evidence.submit(ask, other, mine, "a")
    await evidence.review(ask, one, submitted["evidence"]["id"])


async def collaborations_of_size(ask: Asker, viewer: Viewer, roadmap_ids: list[str], size: int) -> None:
    """Give the first roadmap `size` collaborators and pieces of evidence, and the viewer as many invitations."""
    for roadmap_id in roadmap_ids:
        await invitation(ask, roadmap_id, viewer.user_id, viewer.user_id)
    for _ in range(size):
        helper, _ = await ask.learner()
        await invitation(ask, roadmap_ids[0], helper.id, viewer.user_id)
    enrolment = await enrolment_of(ask, viewer, roadmap_ids[0])
    for node in enrolment["pinnedVersion"]["nodes"]:
        await waiting_evidence(ask, viewer, roadmap_ids[0], enrolment["id"], node)


async def waiting_evidence(
    ask: Asker, viewer: Viewer, roadmap_id: str, enrolment_id: Any, node: dict[str, Any]
) -> None:
    """Store evidence of the viewer's that waits."""
    found = Evidence(
        id=EvidenceId(mint("evidence")),
        enrolment_id=enrolment_id,
        roadmap_id=RoadmapId(roadmap_id),
        node_id=node["id"],
        lineage_id=node["lineageId"],
        user_id=viewer.user_id,
        text="Done.",
        url=None,
        state=EvidenceState.SUBMITTED,
        comment=None,
        reviewer_id=None,
        submitted_at=ask.clock(),
        reviewed_at=None,
    )
    async with ask.postgres.open_work(Meter()) as work:
        await work.evidence.save(found)


async def work_together(ask: WatchingAsker) -> None:
    """Review evidence, invite a collaborator, and compare a fork with its origin; look at everything."""
    paths = ListPaths({})
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    other, learner = await ask.learner()
    roadmap_id = await reviewed_roadmap(ask, author)
    await enrol(ask, learner, roadmap_id, key=mint("key"))
    link = {"text": "Done.", "url": "https://example.org/"}
    submitted = await evidence.submit(ask, learner, roadmap_id, "a", **link)
    look = "query ($id: ID!) { roadmap(by: {id: $id}) { %s } }"
    waiting = f"evidenceToReview(first: 5) {everything('EvidenceConnection', 2, paths)}"
    await ask.data(look % waiting, author, id=roadmap_id)
    await evidence.review(ask, author, submitted["evidence"]["id"], "RETURN", comment="More.")
    text = "query ($id: ID!) { node(id: $id) { ... on Evidence %s } }" % everything("Evidence", 2, paths)
    await ask.data(text, learner, id=submitted["evidence"]["id"])
    await accepted(ask, learner, "saveNote", targetId=submitted["node"]["id"], text="A note.")
    mine = "currentVersion { nodes { myEvidence { id } myNote { id } } }"
    await ask.data(look % mine, learner, id=roadmap_id)
    await collaborators.joined(ask, author, roadmap_id, learner, other.handle, "REVIEWER")
    people = f"collaborators(first: 5) {everything('CollaboratorConnection', 2, paths)}"
    await ask.data(look % people, author, id=roadmap_id)
    forker, mine_, fork_id = await conflicting(ask)
    diff = f"forkedFrom {{ id }} upstreamDiff {everything('UpstreamDiff', 3, paths)}"
    await ask.data(look % diff, forker, id=fork_id)
    shown = await forks.upstream_diff(ask, forker, fork_id)
    await forks.pull(ask, forker, mine_, shown["upstream"]["id"])
    await forks.pull_choosing(ask, forker, fork_id, "TAKE_THEIRS")
