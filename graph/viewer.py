"""The viewer: everything that is the caller's own."""

import strawberry

from domain.scopes import Scope
from graph.analytics import Analytics
from graph.attempts import QuizAttempt
from graph.audit import AuditEntry
from graph.costs import weighed
from graph.dashboards import Dashboard
from graph.directives import public, reads_learning, requires_scopes
from graph.enrolments import Enrolment
from graph.fields import loaded_by, resolved_by
from graph.goals import Goal
from graph.paging import Connection
from graph.streaks import Streak
from graph.users import User
from graph.xp import LevelProgress, XpEntry
from resolvers import analytics, attempts, audit, dashboards, enrolments, goals, loaders, streaks, users, xp


@strawberry.type(
    description="The signed-in caller and all that is theirs.",
    directives=[*reads_learning()],
)
class Viewer:
    """The caller's own view."""

    user: User | None = loaded_by(
        loaders.users_by_id,
        key="user_id",
        description="The caller's profile; their private fields are filled.",
        rule=requires_scopes(Scope.READ_PROFILE),
    )
    streak: Streak | None = resolved_by(
        streaks.viewer_streak, description="How many days in a row the caller did something that counts."
    )
    analytics: Analytics | None = resolved_by(
        analytics.viewer_analytics, description="What the caller's graded attempts add up to."
    )
    dashboard: Dashboard | None = weighed(
        resolved_by(dashboards.viewer_dashboard, description="Where the caller stands, at a glance."), 10
    )
    goals: Connection[Goal] | None = resolved_by(
        goals.viewer_goals,
        description="The caller's goals, newest first.",
        args={"state": "Only goals in this state; all where it is left out."},
    )
    level_progress: LevelProgress | None = resolved_by(
        xp.level_progress, description="The caller's level, and how far it is to the next one."
    )
    xp: Connection[XpEntry] | None = resolved_by(
        xp.viewer_xp, description="The caller's XP, entry by entry, newest first."
    )
    attempts: Connection[QuizAttempt] | None = resolved_by(
        attempts.viewer_attempts, description="The caller's attempts at quizzes, newest first."
    )
    enrolments: Connection[Enrolment] | None = resolved_by(
        enrolments.viewer_enrolments, description="The roadmaps that the caller learns on, newest first."
    )
    audit_log: Connection[AuditEntry] | None = resolved_by(
        audit.viewer_audit_log,
        description="What the caller did and what was done to them, newest first.",
        rule=requires_scopes(Scope.ADMIN_READ),
    )


@strawberry.type
class ViewerQueries:
    """The root field of the caller."""

    viewer: Viewer | None = resolved_by(
        users.viewer, description="The signed-in caller; null for an anonymous one.", rule=public()
    )
