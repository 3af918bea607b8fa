"""Changes of a schema: each has its coordinate, and is as critical as graphql-core says."""

from pathlib import Path

import pytest
from graphql import build_schema, find_breaking_changes, find_dangerous_changes

from gateway.schema_changes import changelog
from gateway.schema_changes.changes import BREAKING, DANGEROUS, SAFE, Criticality, changes
from graph import schema
from tests.architecture.layout import ROOT

OLD = """
directive @limited(by: Int, to: Int) repeatable on FIELD_DEFINITION | OBJECT
interface Named { name: String }
type Query { goal(id: ID!, first: Int = 10): Goal  goals: [Goal]  found: Found }
type Goal implements Named { name: String  title: String!  state: State }
type Quiz { title: String }
union Found = Goal | Quiz
enum State { OPEN DONE }
input GoalInput { title: String! note: String }
type Mutation { add(input: GoalInput!): Goal }
"""
EDITS = [
    ("type Quiz { title: String }", "type Quiz { title: String! }", SAFE, "Quiz.title"),
    ("title: String!  state", "title: String  state", BREAKING, "Goal.title"),
    ("  state: State }", " }", BREAKING, "Goal.state"),
    ("  goals: [Goal]", "  goals: [Goal]  best: Goal", SAFE, "Query.best"),
    ("  goals: [Goal]", "  goals: [Goal!]!", SAFE, "Query.goals"),
    ("first: Int = 10", "first: Int = 20", DANGEROUS, "Query.goal(first:)"),
    ("first: Int = 10", "first: Int! = 10", BREAKING, "Query.goal(first:)"),
    (", first: Int = 10", "", BREAKING, "Query.goal(first:)"),
    ("id: ID!, ", "id: ID!, after: ID, ", DANGEROUS, "Query.goal(after:)"),
    ("id: ID!, ", "id: ID!, after: ID!, ", BREAKING, "Query.goal(after:)"),
    ("Goal | Quiz", "Goal", BREAKING, "Found"),
    ("Goal | Quiz", "Goal | Quiz | Query", DANGEROUS, "Found"),
    ("OPEN DONE", "OPEN", BREAKING, "State.DONE"),
    ("OPEN DONE", "OPEN DONE LATE", DANGEROUS, "State.LATE"),
    ("note: String }", "note: String day: Int }", DANGEROUS, "GoalInput.day"),
    ("note: String }", "note: String day: Int! }", BREAKING, "GoalInput.day"),
    (" note: String }", " }", BREAKING, "GoalInput.note"),
    ("title: String! note", "title: String note", SAFE, "GoalInput.title"),
    ("Goal implements Named", "Goal", BREAKING, "Goal"),
    ("type Quiz {", "type Quiz implements Named { name: String", DANGEROUS, "Quiz"),
    ("input GoalInput", "scalar Day input GoalInput", SAFE, "Day"),
    ("type Goal implements Named {", "enum Goal {", BREAKING, "Goal"),
    ("by: Int, to: Int", "by: Int", BREAKING, "@limited(to:)"),
    (" repeatable", "", BREAKING, "@limited"),
    (" | OBJECT", "", BREAKING, "@limited"),
    (
        "directive @limited(by: Int, to: Int) repeatable on FIELD_DEFINITION | OBJECT",
        "",
        BREAKING,
        "@limited",
    ),
]


@pytest.mark.parametrize(("before", "after", "criticality", "coordinate"), EDITS)
def test_a_change_has_its_coordinate_and_is_as_critical_as_graphql_core_says(
    before: str, after: str, criticality: Criticality, coordinate: str
) -> None:
    edited = OLD.replace(before, after)
    if after.startswith("enum"):
        edited = edited.replace("{ name: String  title: String!  state: State }", "{ NAME }")
        edited = edited.replace("Goal | Quiz", "Quiz").replace("GoalInput!): Goal", "GoalInput!): Goal")
    old, new = build_schema(OLD), build_schema(edited, assume_valid=True)

    found = changes(old, new)

    assert (criticality, coordinate) in {(change.criticality, change.coordinate) for change in found}
    assert any(change.criticality is BREAKING for change in found) == bool(find_breaking_changes(old, new))
    assert any(change.criticality is DANGEROUS for change in found) == bool(find_dangerous_changes(old, new))


def test_a_deprecation_is_a_safe_change_with_its_reason() -> None:
    new = OLD.replace("state: State }", 'state: State @deprecated(reason: "Removed after 2027-03-01.") }')

    (change,) = changes(build_schema(OLD), build_schema(new))

    assert change == (SAFE, "Goal.state", "deprecated: Removed after 2027-03-01.")


def test_the_changelog_has_every_change_since_the_last_release_by_coordinate(tmp_path: Path) -> None:
    """`make changelog` writes it."""
    released = build_schema((ROOT / "docs/releases/schema.graphql").read_text("utf-8"))
    written = tmp_path / "CHANGELOG.md"
    before = (ROOT / "CHANGELOG.md").read_text("utf-8")
    written.write_text(before, "utf-8")

    found = changes(released, build_schema(schema.sdl()))
    changelog.write(written, found)

    assert written.read_text("utf-8") == before
    breaking = [change for change in found if change.criticality is BREAKING]
    assert len(breaking) == len(find_breaking_changes(released, build_schema(schema.sdl())))
    assert all(f"- `{change.coordinate}` " in before for change in breaking)
