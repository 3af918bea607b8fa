"""The type of the caller's dashboard."""

from datetime import datetime, timedelta

import strawberry

from domain.analytics.dashboards import LATEST_ACTIVITIES
from domain.gamification.streaks import ActivityKind
from graph.directives import reads_learning
from graph.enums import declare_enum
from graph.fields import attribute
from graph.gamification.streaks import Streak
from graph.scalars import BigInt

declare_enum(
    ActivityKind,
    "An activity that counts for the streak.",
    QUIZ_ATTEMPT="A practice attempt was submitted with at least one answer.",
    NODE_COMPLETED="A node of a roadmap was completed.",
    DAILY_TARGET="A daily target was reached.",
    STUDY="Five questions were answered in study mode on one local date.",
    REVIEWS="Ten review cards were reviewed on one date.",
)


@strawberry.type(description="An activity of the learner.", directives=[*reads_learning()])
class ActivityEvent:
    """One activity."""

    kind: ActivityKind = attribute("The kind of activity.")
    summary: str = attribute("A one-line summary.")
    occurred_at: datetime = attribute("When it happened.")


@strawberry.type(description="The caller's dashboard.", directives=[*reads_learning()])
class Dashboard:
    """Totals, the streak and the latest activities."""

    xp_total: BigInt = attribute("The sum of all settled XP.")
    level: int = attribute("The level that the XP total has reached.")
    total_quizzes: int = attribute("How many quizzes were finished and graded.")
    time_spent: timedelta = attribute("The time spent in quizzes and in study mode.")
    active_goals: int = attribute("How many goals are active and not overdue.")
    nodes_completed: int = attribute("How many roadmap nodes are done.")
    streak: Streak = attribute("The caller's streak.")
    recent_activities: list[ActivityEvent] = attribute(
        "The latest activities, newest first.", at_most=LATEST_ACTIVITIES
    )
