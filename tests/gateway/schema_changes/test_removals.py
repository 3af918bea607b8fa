"""Removals: what clients may use stays until its date is over and no request came for a month."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from graphql import build_schema

from gateway.schema_changes import removals
from gateway.schema_changes.changes import BREAKING, Change

TODAY = date(2027, 3, 2)
OLD = build_schema("""
type Query {
  promised(first: Int): Int @deprecated(reason: "Use `best`. Removed after 2027-03-02.")
  over(first: Int): Int @deprecated(reason: "Use `best`. Removed after 2027-03-01.")
  undated: Int @deprecated(reason: "Use `best`.")
  kept(first: Int, last: Int @deprecated(reason: "Removed after 2027-03-01.")): Kept
  old: Old @deprecated(reason: "Removed after 2027-03-01.")
}
type Kept { mode: Mode }
type Old { id: ID }
enum Mode { A B @deprecated(reason: "Removed after 2027-03-01.") }
""")


@pytest.mark.parametrize(
    ("coordinate", "usage", "is_allowed", "why"),
    [
        ("Query.kept", {}, False, "it was not deprecated in a release"),
        ("Query.undated", {}, False, "its deprecation has no `Removed after YYYY-MM-DD`"),
        ("Query.promised", {}, False, "it is promised until 2027-03-02"),
        ("Query.over", {"Query.over": 1_200}, False, "it had 1,200 requests in 30 days"),
        ("Query.over", {}, True, "promised until 2027-03-01, no request in 30 days"),
        ("Query.over", None, True, "promised until 2027-03-01, its requests were not read"),
        ("Query.over(first:)", {"Query.over": 1}, False, "it had 1 requests in 30 days"),
        ("Query.kept(last:)", {}, True, "promised until 2027-03-01, no request in 30 days"),
        ("Query.kept(first:)", {}, False, "it was not deprecated in a release"),
        ("Mode.B", {}, True, "promised until 2027-03-01, no request in 30 days"),
        ("Mode.A", {}, False, "it was not deprecated in a release"),
        ("Old", {}, True, "promised until 2027-03-01, no request in 30 days"),
        ("Kept", {}, False, "it was not deprecated in a release"),
        ("@limited", {}, False, "it was not deprecated in a release"),
    ],
)
def test_a_removal_waits_for_its_date_and_for_the_last_client(
    coordinate: str, usage: Mapping[str, int] | None, is_allowed: bool, why: str
) -> None:
    change = Change(BREAKING, coordinate, "removed")

    verdict = removals.verdict(change, OLD, today=TODAY, usage=usage, decided=frozenset())

    assert (verdict.is_allowed, verdict.why) == (is_allowed, why)


@pytest.mark.parametrize("named", ["Query.kept(first:)", "Query.kept.first"])
def test_a_decision_page_allows_what_it_names(tmp_path: Path, named: str) -> None:
    (tmp_path / "0001-first.md").write_text(f"# 1. First\n\nIt removes `{named}`.\n", "utf-8")
    change = Change(BREAKING, "Query.kept(first:)", "removed")

    decided = removals.decided_in(tmp_path)

    assert removals.verdict(change, OLD, today=TODAY, usage=None, decided=decided).is_allowed
