"""Demo fork: a fork of a demo roadmap, with a reviewer, and with evidence that waits for a review."""

from domain.accounts.users import User
from domain.acts import NOWHERE, Act
from domain.authoring import collaborations, draft_edits, forks
from domain.authoring.draft_operations import Describe, Operation
from domain.authoring.drafts import DraftNode
from domain.authoring.node_operations import AddNode
from domain.content.collaborators import CollaboratorRole
from domain.content.releases import publishing
from domain.content.roadmap_nodes import EvidenceRule, NodeKind
from domain.ids import RoadmapId
from domain.learning import enrolments
from domain.learning.reviews import evidence_submissions
from domain.unit_of_work import Meter
from domain.work import Work
from gateway import secrets_and_ids
from persistence.work import Postgres

AUTHOR, REVIEWER, LEARNER = "noor", "grace", "ada"
ORIGIN, SLUG = "web-and-http", "web-in-a-week"
_NODE = DraftNode(
    key="a-page-of-your-own",
    title="A page of your own",
    description="Publish one page that says who you are and what you learn, and show where it is.",
    kind=NodeKind.PROJECT,
    optional=True,
    minutes=90,
    evidence=EvidenceRule.REVIEWED,
)


async def fork(postgres: Postgres) -> None:
    """Fork the roadmap, add a node that a reviewer judges, and submit evidence for it."""
    async with postgres.open_work(Meter()) as work:
        author, reviewer, learner = [await work.users.by_handle(name) for name in (AUTHOR, REVIEWER, LEARNER)]
        origin = await work.roadmaps.by_slug(ORIGIN, viewer_id=None)
        if author is None or reviewer is None or learner is None or origin is None:
            return
        roadmap_id = await _published(work, _act(author), origin.id)
        await _review_together(work, author, reviewer, roadmap_id)
        await _submit(work, _act(learner), roadmap_id)


def _act(user: User) -> Act:
    return Act(actor_id=user.id, origin=NOWHERE, now=secrets_and_ids.now(), mint=secrets_and_ids.mint)


async def _published(work: Work, act: Act, origin_id: RoadmapId) -> RoadmapId:
    made = await forks.fork(work, act, roadmap_id=origin_id, slug=SLUG, key="demo fork")
    operations: list[Operation] = [
        Describe(values={"title": "The web in a week"}).checked(""),
        AddNode(node=_NODE, at_end=True).checked(""),
    ]
    await draft_edits.edit(work, act, version_id=made.version.id, revision=1, operations=operations)
    await publishing.publish(work, act, roadmap_id=made.roadmap.id)
    return made.roadmap.id


async def _review_together(work: Work, author: User, reviewer: User, roadmap_id: RoadmapId) -> None:
    act = _act(author)
    await collaborations.invite(
        work,
        act,
        roadmap_id=roadmap_id,
        handle=reviewer.handle,
        email=None,
        role=CollaboratorRole.REVIEWER,
        public_url="http://localhost:8000",
    )


async def _submit(work: Work, act: Act, roadmap_id: RoadmapId) -> None:
    enrolment = await enrolments.enrol(
        work.enrolments, work.roadmaps, work.receipts, act, roadmap_id=roadmap_id, key="demo fork"
    )
    nodes = await work.nodes.of_versions([enrolment.version_id], viewer_id=act.user_id)
    await evidence_submissions.submit(
        work,
        act,
        enrolment_id=enrolment.id,
        node_id=nodes[0][-1].id,
        text="My page is up. It has three links and a picture.",
        url="https://ada.example.org/",
    )
