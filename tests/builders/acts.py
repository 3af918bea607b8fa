"""Builders of acts."""

from datetime import UTC, datetime
from typing import Any

from domain.acts import NOWHERE, Act
from tests.builders import mint

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def an_act(**values: Any) -> Act:
    return Act(**{"actor_id": None, "origin": NOWHERE, "now": NOON, "mint": mint} | values)
