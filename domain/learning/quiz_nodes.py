"""Nodes that a quiz completes: passing it finishes them, and awards each."""

from datetime import date, datetime

from domain.content.prerequisites import Step
from domain.gamification.xp import Award
from domain.ids import UserId
from domain.learning.enrolments import Enrolments, LearnerPath, award_for, complete_if_done
from domain.learning.progress import NodeState


async def nodes_passed(
    enrolments: Enrolments,
    *,
    user_id: UserId,
    quiz_slug: str,
    is_own_quiz: bool,
    is_unreviewed: bool = False,
    earned: int,
    now: datetime,
    local_date: date,
) -> list[Award]:
    """Complete the learner's open nodes that this quiz completes, and return their awards.

    A node counts where it is available or in progress; a locked one waits for another pass of the quiz. `earned` is
    the XP of nodes on this local date so far. `is_unreviewed` says that the attempt earns nothing because it asked
    generated questions that were unreviewed. A node that is in a roadmap and in a fork of it is awarded once.
    """
    locked = await enrolments.lock_for_quiz(user_id, quiz_slug)
    if not locked:
        return []
    awards: dict[str, Award] = {}
    paths = await enrolments.paths([enrolment.id for enrolment in locked], viewer_id=user_id)
    for enrolment, path in zip(locked, paths, strict=True):
        passed = [] if path is None else _passed_by(path, quiz_slug)
        if path is None or not passed:
            continue
        lineages = [path.lineages[step.key] for step in passed]
        await enrolments.set_states(enrolment.id, lineages, NodeState.DONE, now=now)
        await complete_if_done(enrolments, enrolment, path.with_state(passed, NodeState.DONE), now=now)
        for step in passed:
            award = award_for(
                path,
                step,
                user_id=user_id,
                earned=earned + sum(award.amount for award in awards.values()),
                occurred_at=now,
                local_date=local_date,
                is_own_quiz=is_own_quiz,
                is_unreviewed=is_unreviewed,
            )
            if award is not None:
                awards.setdefault(award.source_id, award)
    return list(awards.values())


def _passed_by(path: LearnerPath, quiz_slug: str) -> list[Step]:
    open_states = {NodeState.AVAILABLE, NodeState.IN_PROGRESS}
    standing = path.standings()
    return [s for s in path.steps if s.quiz_slug == quiz_slug and standing[s.key].state in open_states]
