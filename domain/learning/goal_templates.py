"""Goal templates: goals that learners often set, as data, and the verb that makes a goal from one."""

from datetime import timedelta

from domain.acts import Act
from domain.content.quizzes import checked_slug
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.idempotency import checked_key
from domain.ids import RoadmapId
from domain.learning import goal_creation
from domain.learning.goals import Goal, GoalKind
from domain.learning.work import LearningWork
from domain.refusals import all_at_once


@entity
class GoalTemplate:
    """A goal without its learner; `days` is the time until its deadline."""

    code: str
    title: str
    description: str
    kind: GoalKind
    days: int
    target_xp: int | None = None
    target_mastery: int | None = None


TEMPLATES = {
    template.code: template
    for template in (
        GoalTemplate(
            code="first-week",
            title="A good first week",
            description="Earn 300 XP within a week: about three short quizzes a day.",
            kind=GoalKind.XP_TARGET,
            days=7,
            target_xp=300,
        ),
        GoalTemplate(
            code="steady-month",
            title="A steady month",
            description="Earn 2 000 XP within 30 days. A little on most days gets there more surely than a weekend.",
            kind=GoalKind.XP_TARGET,
            days=30,
            target_xp=2_000,
        ),
        GoalTemplate(
            code="finish-roadmap",
            title="Finish a roadmap",
            description="Complete every required step of a roadmap within 90 days.",
            kind=GoalKind.ROADMAP,
            days=90,
        ),
        GoalTemplate(
            code="roadmap-sprint",
            title="Finish a roadmap in a month",
            description="Complete every required step of a roadmap within 30 days.",
            kind=GoalKind.ROADMAP,
            days=30,
        ),
        GoalTemplate(
            code="pass-mark",
            title="Reach the pass mark",
            description="Answer 70 % of your latest 50 questions of an exam right, within 30 days.",
            kind=GoalKind.MASTERY_TARGET,
            days=30,
            target_mastery=70,
        ),
        GoalTemplate(
            code="exam-ready",
            title="Be ready for the exam",
            description="Answer 85 % of your latest 50 questions of an exam right, within 60 days.",
            kind=GoalKind.MASTERY_TARGET,
            days=60,
            target_mastery=85,
        ),
        GoalTemplate(
            code="book-the-exam",
            title="Sit the exam",
            description="Book a date, and tick this off when you have sat the exam.",
            kind=GoalKind.MANUAL,
            days=90,
        ),
    )
}
"""Every template, by its code."""


async def create(
    work: LearningWork,
    act: Act,
    *,
    template: str,
    title: str | None,
    roadmap_id: RoadmapId | None,
    exam_type: str | None,
    key: str,
) -> Goal:
    """Create a draft of the actor's from a template, whose deadline is counted from now.

    Raises InvalidInputErrors, all at once, and as `goal_creation.create` does.
    """
    with all_at_once() as each:
        with each:
            found = _known(template)
        with each:
            title = None if title is None else goal_creation.checked_title(title)
        with each:
            key = checked_key(key)
        with each:
            exam_type = None if exam_type is None else checked_slug(exam_type, field="examType")
    return await goal_creation.create(
        work,
        act,
        title=found.title if title is None else title,
        description=found.description,
        kind=found.kind,
        deadline=act.now + timedelta(days=found.days),
        target_xp=found.target_xp,
        roadmap_id=roadmap_id,
        exam_type=exam_type,
        target_mastery=found.target_mastery,
        key=key,
        template=found.code,
    )


def _known(code: str) -> GoalTemplate:
    found = TEMPLATES.get(code)
    if found is None:
        raise InvalidInputError(
            f"template must be the code of a template: {', '.join(TEMPLATES)}.", field="template"
        )
    return found
