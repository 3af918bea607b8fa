"""All tables, for the migrations and the check that the two are in step."""

from persistence import (
    analytics,
    attempt_tables,
    exam_types,
    goal_tables,
    idempotency,
    import_reports,
    leaderboards,
    questions,
    quizzes,
    roadmap_tables,
    sessions,
    streaks,
    users,
    xp,
)
from persistence.base import metadata

__all__ = [
    "analytics",
    "attempt_tables",
    "exam_types",
    "goal_tables",
    "idempotency",
    "import_reports",
    "leaderboards",
    "metadata",
    "questions",
    "quizzes",
    "roadmap_tables",
    "sessions",
    "streaks",
    "users",
    "xp",
]
