"""Roadmap files: our own format, Exercism tracks, and what either refuses or loses."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.content.prerequisites import PrerequisiteMode
from domain.content.questions import Difficulty
from domain.content.roadmap_nodes import Completion, NodeKind
from domain.content.roadmaps import Visibility
from domain.errors import InvalidInputError
from domain.imports import roadmap_files
from domain.imports.reports import Finding, ImportOutcome
from domain.imports.roadmap_plans import PlannedNode
from tests.builders.roadmaps import a_file, a_node, a_quiz_node, a_track

CONTENT = Path(__file__).parents[3] / "content" / "roadmaps"


def refused(text: str) -> list[Finding]:
    return roadmap_files.read(text).findings.refused


def losses(text: str) -> list[Finding]:
    return roadmap_files.read(text).findings.losses


def planned(text: str) -> dict[str, PlannedNode]:
    file = roadmap_files.read(text)
    assert file.plan is not None
    assert file.findings.refused == []
    return {node.key: node for node in file.plan.nodes}


@pytest.mark.parametrize("path", sorted(CONTENT.glob("*.json")), ids=lambda path: path.stem)
def test_the_demo_roadmaps_are_read_without_a_loss(path: Path) -> None:
    file = roadmap_files.read(path.read_text("utf-8"))

    assert file.plan is not None
    assert file.findings.refused == []
    assert file.findings.losses == []
    assert file.accepted == len(file.plan.nodes) == len(json.loads(path.read_text("utf-8"))["nodes"])


def test_every_field_of_a_node_is_kept() -> None:
    node = a_node(
        "knots",
        description="Lines\nof text.",
        kind="READING",
        weight=7,
        optional=False,
        difficulty="HARD",
        minutes=90,
        resources=[{"title": "Knots", "url": "https://example.org/knots"}],
    )
    last = a_quiz_node("exam", quiz="knots-exam") | {
        "prerequisites": [{"mode": "K_OF_N", "k": 1, "nodes": ["knots"]}, {"mode": "ANY", "nodes": ["knots"]}]
    }

    found = planned(a_file(node, last))

    knots = found["knots"]
    assert (knots.kind, knots.weight, knots.difficulty, knots.minutes) == (
        NodeKind.READING,
        7,
        Difficulty.HARD,
        90,
    )
    assert knots.resources[0].url == "https://example.org/knots"
    assert knots.description == "Lines\nof text."
    assert (found["exam"].completion, found["exam"].quiz_slug) == (Completion.QUIZ, "knots-exam")
    assert [(n.mode, n.k) for n in found["exam"].needs] == [
        (PrerequisiteMode.K_OF_N, 1),
        (PrerequisiteMode.ANY, None),
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": ""}, "title must hold"),
        ({"title": 5}, "title must be a text"),
        ({"title": "a\0b"}, "control characters"),
        ({"title": "x" * 900_000}, "may hold at most"),
        ({"title": "\ud800"}, "control characters"),
        ({"key": "Not A Slug"}, "key must be"),
        ({"key": None}, "key must be a text"),
        ({"weight": 0}, "weight must be an integer"),
        ({"weight": -1}, "weight must be an integer"),
        ({"weight": 10**30}, "weight must be an integer"),
        ({"weight": True}, "weight must be an integer"),
        ({"weight": 1.5}, "weight must be an integer"),
        ({"minutes": "many"}, "minutes must be an integer"),
        ({"optional": "yes"}, "optional must be true or false"),
        ({"kind": "GAME"}, "kind must be one of"),
        ({"difficulty": "TRIVIAL"}, "difficulty must be one of"),
        ({"completion": "QUIZ"}, "quiz names a quiz exactly where"),
        ({"quiz": "some-quiz"}, "quiz names a quiz exactly where"),
        ({"resources": [{"title": "t", "url": "http://example.org"}]}, "https"),
        ({"resources": [{"title": "t", "url": "javascript:alert(1)"}]}, "https"),
        ({"resources": "all"}, "resources must be a list"),
        ({"resources": ["all"]}, "must be an object"),
        ({"resources": [{"title": "t", "url": "https://example.org"}] * 21}, "at most 20"),
        ({"prerequisites": [{"nodes": []}]}, "needs nodes"),
        ({"prerequisites": [{"nodes": [1]}]}, "texts only"),
        ({"prerequisites": [{"nodes": ["first", "first"]}]}, "names first twice"),
        ({"prerequisites": [{"nodes": ["ghost"]}]}, "ghost, which is not in the roadmap"),
        ({"prerequisites": [{"mode": "K_OF_N", "nodes": ["first"]}]}, "k is given exactly where"),
        (
            {"prerequisites": [{"mode": "K_OF_N", "k": 2, "nodes": ["first"]}]},
            "k must be an integer from 1 to 1",
        ),
        ({"prerequisites": [{"mode": "ALL", "k": 1, "nodes": ["first"]}]}, "k is given exactly where"),
        ({"prerequisites": [{"mode": "MOST", "nodes": ["first"]}]}, "mode must be one of"),
    ],
)
def test_a_bad_field_of_a_node_is_refused_with_its_line(change: dict[str, Any], reason: str) -> None:
    found = refused(a_file(a_node("first"), a_node("second") | change))

    assert any(reason in finding.reason and finding.line == 7 for finding in found), found


def test_each_bad_node_is_refused_and_the_good_ones_are_counted() -> None:
    text = a_file(a_node("good"), a_node("bad", weight=0), a_node("fine"), a_node("worse", kind="GAME"))

    file = roadmap_files.read(text)
    report = file.findings.report(format=file.format, content_hash=text, accepted=file.accepted)

    assert [(finding.line, finding.item) for finding in report.refused] == [(7, "bad"), (9, "worse")]
    assert report.accepted == 2
    assert report.outcome is ImportOutcome.REFUSED


@pytest.mark.parametrize(
    "fault",
    [
        {"resources": [{"title": 5, "url": "https://example.org"}]},
        {"prerequisites": [{"nodes": ["good"], "mode": "MOST"}]},
        {"key": "Not A Slug"},
        {"key": "good"},
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_a_fault_inside_a_node_refuses_the_node(fault: dict[str, Any], indent: int | None) -> None:
    text = json.dumps(
        json.loads(a_file(a_node("good"), a_node("bad") | fault, a_node("x" * 80))), indent=indent
    )

    file = roadmap_files.read(text)

    assert (len(file.findings.refused), file.accepted) == (1, 2)


def test_a_missing_prerequisite_names_every_node_behind_it() -> None:
    file = roadmap_files.read(
        a_file(
            a_node("start"), a_node("a", "ghost"), a_node("b", "a"), a_node("c", "b"), a_node("d", "start")
        )
    )

    found = [(finding.line, finding.item) for finding in file.findings.refused]
    assert found == [(7, "a"), (8, "b"), (9, "c")]
    assert [("can never be reached" in finding.reason) for finding in file.findings.refused] == [
        False,
        True,
        True,
    ]
    assert file.accepted == 2


def test_a_malformed_key_is_the_only_fault_of_the_nodes_that_need_it() -> None:
    file = roadmap_files.read(a_file(a_node("start"), a_node("Not A Slug"), a_node("b", "Not A Slug")))

    assert [finding.line for finding in file.findings.refused] == [7]


def test_a_cycle_refuses_the_file_by_name() -> None:
    (finding,) = refused(a_file(a_node("start"), a_node("a", "b"), a_node("b", "a")))

    assert finding.line in {7, 8}
    assert "a -> b" in finding.reason or "b -> a" in finding.reason


def test_two_nodes_with_one_key_refuse_the_file() -> None:
    (finding,) = refused(a_file(a_node("knots"), a_node("knots")))

    assert (finding.line, finding.item) == (7, "knots")


def test_a_name_that_occurs_twice_in_an_object_refuses_the_file() -> None:
    (finding,) = refused(
        a_file(a_node("knots")).replace('"slug": "sailing",', '"slug": "sailing", "slug": "x",')
    )

    assert finding.item == "slug"


@pytest.mark.parametrize("nodes", [None, [], {}, "all", 5])
def test_a_roadmap_needs_nodes(nodes: object) -> None:
    text = json.dumps({"format": "questpath-roadmap/1", "slug": "a", "title": "A", "nodes": nodes})

    assert any("nodes must be" in finding.reason for finding in refused(text))


def test_more_than_5000_nodes_are_refused() -> None:
    found = refused(a_file(*(a_node(f"n{number}") for number in range(5_001))))

    assert any("at most 5000" in finding.reason for finding in found)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "5", '"x"', "::GIFT:: {T}", '{"format": "questpath-roadmap/2"}']
)
def test_a_file_that_is_something_else_is_refused(text: str) -> None:
    file = roadmap_files.read(text)

    assert file.plan is None
    assert len(file.findings.refused) == 1
    assert file.accepted == 0


def test_a_file_beyond_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(InvalidInputError):
        roadmap_files.read(" " * 1_000_001)


def test_an_unknown_field_is_a_loss_with_its_line() -> None:
    (loss,) = losses(a_file(a_node("knots"), a_node("sails", colour="white")))

    assert (loss.line, loss.item) == (7, "sails")
    assert "colour" in loss.reason


def test_an_exercism_track_becomes_concepts_and_exercises() -> None:
    found = planned(a_track())

    assert list(found) == [
        "exercise:first-knot",
        "concept:knots",
        "exercise:first-trip",
        "concept:steering",
        "exercise:round-the-buoy",
        "concept:stars",
    ]
    assert found["concept:knots"].kind is NodeKind.CONCEPT
    assert found["exercise:first-trip"].needs[0].of == ("concept:knots",)
    assert found["concept:steering"].needs[0].of == ("exercise:first-trip",)
    assert found["exercise:round-the-buoy"].difficulty is Difficulty.MEDIUM
    assert found["concept:stars"].needs == []


def test_what_a_track_says_beyond_a_roadmap_is_lost_with_a_reason() -> None:
    found = {finding.reason.split()[0] for finding in losses(a_track(tags=["wind"]))}

    assert found == {"keelhauling", "version", "tags", "uuid", "practices", "difficulty"}


def exercise(slug: str, status: str, **values: Any) -> dict[str, Any]:
    return {"slug": slug, "name": slug, "prerequisites": [], "status": status} | values


def track_with(*exercises: dict[str, Any]) -> str:
    track = json.loads(a_track())
    track["exercises"]["concept"] += exercises
    return json.dumps(track, indent=2)


def test_a_deprecated_exercise_is_lost() -> None:
    text = track_with(exercise("old-knot", "deprecated"))

    assert "exercise:old-knot" not in planned(text)
    assert any(loss.item == "exercise:old-knot" and "deprecated" in loss.reason for loss in losses(text))


def test_an_exercise_in_progress_is_optional_and_may_need_what_is_not_written_yet() -> None:
    text = track_with(exercise("new-knot", "wip", prerequisites=["knots", "tides"], concepts=["stars"]))

    found = planned(text)

    assert found["exercise:new-knot"].optional
    assert found["exercise:new-knot"].needs[0].of == ("concept:knots",)
    assert found["concept:stars"].needs == []
    assert any("tides" in loss.reason for loss in losses(text))


@pytest.mark.parametrize("status", ["beta", "active", "wip"])
def test_an_unknown_concept_is_dropped_and_reported(status: str) -> None:
    text = track_with(exercise("new-knot", status, prerequisites=["tides", "knots"], concepts=["tides"]))

    found = planned(text)

    assert found["exercise:new-knot"].needs[0].of == ("concept:knots",)
    lost = [loss for loss in losses(text) if "tides" in loss.reason]
    assert {loss.item for loss in lost} == {"exercise:new-knot"}
    assert [text.splitlines()[loss.line - 1].strip(" ,") for loss in lost] == ['"tides"', '"tides"']


def test_a_track_whose_concepts_need_each_other_is_refused() -> None:
    text = track_with(exercise("knot", "beta", prerequisites=["steering"], concepts=["knots"]))
    twisted = json.loads(text)
    twisted["exercises"]["concept"][0]["prerequisites"] = ["steering"]

    assert any("need each other" in finding.reason for finding in refused(json.dumps(twisted)))


@pytest.mark.parametrize(
    "change", [{"exercises": {"concept": 5}}, {"concepts": "all"}, {"slug": 7}, {"concepts": [3]}]
)
def test_a_malformed_track_is_refused(change: dict[str, Any]) -> None:
    assert refused(a_track(**change))


def test_an_inactive_track_is_unlisted() -> None:
    file = roadmap_files.read(a_track(active=False))

    assert file.plan is not None
    assert file.plan.visibility is Visibility.UNLISTED
