"""Demo certificate: a short roadmap that a demo learner has finished, with a certificate for it."""

import os

from domain.acts import NOWHERE, Act
from domain.authoring import draft_edits, roadmap_creation
from domain.authoring.draft_operations import Operation
from domain.authoring.drafts import Details, DraftNode
from domain.authoring.node_operations import AddNode
from domain.certificates import issuance
from domain.content.releases import publishing
from domain.content.roadmap_nodes import NodeKind
from domain.content.roadmaps import Visibility
from domain.ids import RoadmapId
from domain.learning import enrolments, node_progress
from domain.learning.progress import NodeState
from domain.unit_of_work import Meter
from domain.work import Work
from gateway import secrets_and_ids
from persistence.work import Postgres

AUTHOR, LEARNER, NAME = "noor", "ada", "Ada Lovelace"
SLUG = "first-week"
_STEPS = {
    "look-around": ("Look around", "Find the roadmaps, the quizzes and your dashboard."),
    "set-a-goal": ("Set a goal", "Write down what you want to reach, and by when."),
    "keep-a-streak": ("Keep a streak", "Do one small thing on three days in a row."),
}


async def certify(postgres: Postgres) -> None:
    """Publish the roadmap, finish it, and issue the certificate."""
    async with postgres.open_work(Meter()) as work:
        author, learner = await work.users.by_handle(AUTHOR), await work.users.by_handle(LEARNER)
        if author is None or learner is None:
            return
        now, mint = secrets_and_ids.now(), secrets_and_ids.mint
        roadmap_id = await _published(work, Act(actor_id=author.id, origin=NOWHERE, now=now, mint=mint))
        await _finish(work, Act(actor_id=learner.id, origin=NOWHERE, now=now, mint=mint), roadmap_id)


async def _published(work: Work, act: Act) -> RoadmapId:
    details = Details(
        title="Your first week",
        description="Three small steps to feel at home.",
        visibility=Visibility.PUBLIC,
    )
    made = await roadmap_creation.create(work, act, slug=SLUG, details=details, key="demo certificate")
    operations: list[Operation] = [
        AddNode(
            node=DraftNode(key=key, title=title, description=words, kind=NodeKind.EXERCISE), at_end=True
        ).checked("")
        for key, (title, words) in _STEPS.items()
    ]
    await draft_edits.edit(work, act, version_id=made.version.id, revision=1, operations=operations)
    await publishing.publish(work, act, roadmap_id=made.roadmap.id)
    return made.roadmap.id


async def _finish(work: Work, act: Act, roadmap_id: RoadmapId) -> None:
    enrolment = await enrolments.enrol(
        work.enrolments, work.roadmaps, work.receipts, act, roadmap_id=roadmap_id, key="demo certificate"
    )
    (nodes,) = await work.nodes.of_versions([enrolment.version_id], viewer_id=act.user_id)
    for node in nodes:
        await node_progress.set_state(
            work, act, enrolment_id=enrolment.id, node_id=node.id, state=NodeState.DONE
        )
    await issuance.issue(work, act, enrolment_id=enrolment.id, name=NAME, randomness=os.urandom)
