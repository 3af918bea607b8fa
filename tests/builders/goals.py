"""Builders of goals."""

from datetime import UTC, datetime
from typing import Any

from domain.ids import GoalId
from domain.learning.goals import Goal, GoalKind, GoalState
from tests.builders import mint
from tests.builders.streaks import ADA

MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)


def a_goal(**values: Any) -> Goal:
    given = {
        "id": GoalId(mint("goal")),
        "owner_id": ADA,
        "title": "Pass the exam",
        "description": "",
        "kind": GoalKind.MANUAL,
        "state": GoalState.DRAFT,
        "version": 1,
        "deadline": None,
        "target_xp": None,
        "roadmap_id": None,
        "exam_type_id": None,
        "target_mastery": None,
        "created_at": MORNING,
        "completed_at": None,
    }
    return Goal(**(given | values))
