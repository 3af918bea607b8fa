"""Node writes: stores what was set offline, with the awards, the streak and the completion that follow from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from domain.acts import Act
from domain.content.prerequisites import Step
from domain.content.roadmap_nodes import RoadmapNode
from domain.entities import entity
from domain.gamification import streaks, xp
from domain.gamification.xp import Award, XpReason
from domain.ids import EnrolmentId, LineageId
from domain.learning import node_progress
from domain.learning.enrolments import SOURCE_TYPE, Enrolment, LearnerPath, award_for
from domain.learning.progress import PASSED, NodeState
from domain.offline.node_marks import MarkKey, NodeMark
from domain.offline.work import OfflineWork


@entity
class NodeWrite:
    """A write of a node that an event asks for, at the time that counts, and that for streak and XP."""

    event_id: str
    enrolment_id: EnrolmentId
    step: Step
    node: RoadmapNode
    state: NodeState
    at: datetime
    earns_at: datetime
    tie_break: str

    @property
    def passes(self) -> bool:
        """Whether the node opens what comes next."""
        return self.state in PASSED

    @property
    def done_at(self) -> datetime | None:
        """When the write has done the node, as it counts for streak and XP, if it has."""
        return self.earns_at if self.state is NodeState.DONE else None

    @property
    def mark(self) -> NodeMark:
        """What is stored where the node has no mark."""
        return NodeMark(
            enrolment_id=self.enrolment_id,
            lineage_id=self.node.lineage_id,
            state=self.state,
            changed_at=self.at,
            tie_break=self.tie_break,
            passed=self.passes,
            done_at=self.done_at,
        )


@entity
class Paths:
    """Enrolments of a locked learner with their paths and marks."""

    enrolments: Mapping[EnrolmentId, Enrolment]
    paths: Mapping[EnrolmentId, LearnerPath]
    marks: Mapping[MarkKey, NodeMark]

    def step_of(self, enrolment_id: EnrolmentId, lineage_id: LineageId) -> Step | None:
        """Return the step of a lineage on the pinned version."""
        path = self.paths[enrolment_id]
        return next((step for step in path.steps if path.lineages[step.key] == lineage_id), None)

    def ever_passed(self) -> set[tuple[EnrolmentId, str]]:
        """Return the steps that were ever done or skipped."""
        return {
            (id_, key)
            for id_, path in self.paths.items()
            for key, lineage in path.lineages.items()
            if (mark := self.marks.get((id_, lineage))) is not None and mark.passed
        }


async def store(work: OfflineWork, act: Act, paths: Paths, writes: Sequence[NodeWrite]) -> None:
    """Store accepted writes; the result is the same in whatever order and parts they come."""
    if not writes:
        return
    marks = dict(paths.marks)
    for write in writes:
        known = marks.get(write.mark.key)
        marks[write.mark.key] = write.mark if known is None else _merged(known, write.mark)
    changed = [mark for key, mark in marks.items() if mark != paths.marks.get(key)]
    await work.node_marks.save(changed)
    await _reward(work, act, paths, _first_done(paths, writes))
    for enrolment_id in sorted({mark.enrolment_id for mark in changed}):
        await _complete(work, paths, marks, enrolment_id)


def _merged(known: NodeMark, new: NodeMark) -> NodeMark:
    """Return the mark after two writes: the later one stands, and what was ever done stays."""
    last = max(known, new, key=lambda mark: mark.order)
    return replace(last, passed=known.passed or new.passed, done_at=_earlier(known.done_at, new.done_at))


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


def _first_done(paths: Paths, writes: Iterable[NodeWrite]) -> list[NodeWrite]:
    """Return the first write of each lineage that has done it, where it is earlier than what was known; in order."""
    first: dict[LineageId, NodeWrite] = {}
    for write in sorted(writes, key=lambda write: (write.earns_at, write.tie_break)):
        known = paths.marks.get(write.mark.key)
        is_first = known is None or known.done_at is None or write.earns_at < known.done_at
        if write.state is NodeState.DONE and is_first:
            first.setdefault(write.node.lineage_id, write)
    return list(first.values())


async def _reward(work: OfflineWork, act: Act, paths: Paths, done: Sequence[NodeWrite]) -> None:
    """Award nodes, and record them for the streak, on the days on which they were done first."""
    if not done:
        return
    lineages = [write.node.lineage_id for write in done]
    await work.node_marks.forget_later(
        act.user_id, [(write.node.lineage_id, write.earns_at) for write in done]
    )
    entries = await work.xp.by_sources(SOURCE_TYPE, lineages, viewer_id=act.user_id)
    earned: dict[date, int] = {}
    awards: list[Award] = []
    for write, known in zip(done, entries, strict=True):
        path = paths.paths[write.enrolment_id]
        zone = await work.streaks.zone_of(act.user_id, at=write.earns_at)
        activity = node_progress.activity_of(act.user_id, path, write.step, zone=zone, at=write.earns_at)
        awards += await streaks.record(work.streaks, activity, is_locked=True)
        today = activity.local_date
        if today not in earned:
            earned[today] = await work.xp.earned_on(act.user_id, XpReason.NODE_COMPLETED, today)
        award = award_for(
            path,
            write.step,
            user_id=act.user_id,
            earned=earned[today],
            occurred_at=write.earns_at,
            local_date=today,
        )
        if award is not None and not known:
            earned[today] += award.amount
            awards.append(award)
    await xp.award(work.xp, awards, mint=act.mint, emit=work.emit)


async def _complete(
    work: OfflineWork,
    paths: Paths,
    marks: Mapping[MarkKey, NodeMark],
    enrolment_id: EnrolmentId,
) -> None:
    """Complete an enrolment each of whose required nodes was ever done, as of the last of these moments."""
    path, enrolment = paths.paths[enrolment_id], paths.enrolments[enrolment_id]
    required = [(enrolment_id, path.lineages[step.key]) for step in path.steps if not step.optional]
    done = [marks[key].done_at for key in required if key in marks]
    moments = [at for at in done if at is not None]
    if not required or len(moments) < len(required):
        return
    at = max(moments)
    await work.enrolments.complete(enrolment_id, now=at)
    if enrolment.completed_at is not None and at < enrolment.completed_at:
        await work.node_marks.completed_earlier(enrolment_id, at=at)
