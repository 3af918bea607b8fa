"""Dashboards: what the schema tells of a learner at a glance."""

from datetime import datetime, timedelta

import strawberry

from domain.dashboards import LATEST_ACTIVITIES
from domain.streaks import ActivityKind
from graph.described import declare_enum
from graph.directives import reads_learning
from graph.fields import attribute
from graph.scalars import BigInt
from graph.streaks import Streak

declare_enum(
    ActivityKind,
    "What keeps a streak alive.",
    QUIZ_ATTEMPT="A practice attempt was submitted with at least one answer.",
    NODE_COMPLETED="A node of a roadmap was completed.",
    STUDY="At least five questions were answered in study mode.",
    REVIEWS="At least ten cards were reviewed.",
    DAILY_TARGET="A daily target was reached.",
)


@strawberry.type(description="Something that the learner did.", directives=[*reads_learning()])
class ActivityEvent:
    """One activity."""

    kind: ActivityKind = attribute("What kind of activity it was.")
    summary: str = attribute("A line to show.")
    occurred_at: datetime = attribute("When it happened.")


@strawberry.type(
    description="Where the caller stands, at a glance.",
    directives=[*reads_learning()],
)
class Dashboard:
    """Totals, the streak and the latest activities."""

    xp_total: BigInt = attribute("All settled XP.")
    level: int = attribute("The level that the XP total has reached.")
    total_quizzes: int = attribute("How many quizzes were finished and graded.")
    time_spent: timedelta = attribute("The time spent in quizzes.")
    active_goals: int = attribute("How many goals are active and not overdue.")
    nodes_completed: int = attribute("How many nodes of roadmaps are done.")
    streak: Streak = attribute("How many days in a row the caller did something that counts.")
    recent_activities: list[ActivityEvent] = attribute(
        "The latest activities, newest first.", at_most=LATEST_ACTIVITIES
    )
