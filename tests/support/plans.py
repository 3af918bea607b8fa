"""Plans of Postgres in tests: how many rows a statement has read."""

from typing import Any


def rows_read(plan: dict[str, Any]) -> int:
    """Add the rows that the scans of a plan returned or left out."""
    own = 0
    if "Relation Name" in plan:
        own = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return int(own) + sum(map(rows_read, plan.get("Plans", [])))
