"""Template checks: what is wrong with a template is found before it is stored, with the step and the field."""

from typing import Any

import pytest

from domain import workflow_table
from domain.errors import InvalidInputError
from domain.refusals import RefusalsError
from domain.workflows import template_checks
from domain.workflows.templates import (
    StepTemplate,
    TemplateRefusedError,
    WorkflowInput,
    WorkflowInputType,
    WorkflowTemplate,
)
from gateway.workflows.conditions import SafeConditions
from tests.builders.jobs import a_kind
from tests.builders.workflows import a_step, a_template, a_vocabulary, an_input

LISTS = [
    an_input("n", WorkflowInputType.INTEGER, required=True),
    an_input("maybe", WorkflowInputType.INTEGER),
    an_input("name", WorkflowInputType.STRING),
    an_input("names", WorkflowInputType.STRINGS),
    an_input("share", WorkflowInputType.NUMBER),
]


def findings(*steps: StepTemplate, **values: Any) -> list[tuple[str | None, str]]:
    template = a_template(*steps, **{"inputs": LISTS} | values)
    found = template_checks.step_findings(
        template, a_vocabulary(a_kind(), a_kind(name="secret", starter=None))
    )
    assert all(each.message for each in found)
    return [(each.step, each.field) for each in found]


def given(value: Any) -> dict[str, Any]:
    return {"to": {"from": value}}


def test_a_sound_template_has_no_findings() -> None:
    assert (
        findings(
            a_step("a", arguments=given("inputs.n") | {"word": {"from": "inputs.name"}}),
            a_step("b", "a", arguments=given("results.a.to"), condition="results.a.to > inputs.share"),
            a_step("c", "b", for_each="results.a.parts", arguments=given("item.n")),
            a_step("d", "c", for_each="inputs.names", arguments={"to": 1, "word": {"from": "item"}}),
            a_step("e", arguments={"to": 1, "words": {"from": "inputs.names"}}),
            a_step("f", "d", "e", arguments={"to": 1, "user_id": {"from": "inputs.name"}}),
        )
        == []
    )


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([a_step("a", "a")], [("a", "after")]),
        ([a_step("a", "b"), a_step("b", "a")], [("a", "after"), ("b", "after")]),
        ([a_step("a", "nothing")], [("a", "after")]),
        ([a_step("a"), a_step("b", "a", "a")], [("b", "after")]),
        ([a_step("a", kind="make_coffee")], [("a", "kind")]),
        ([a_step("a", kind="secret")], [("a", "kind")]),
        ([a_step("a", arguments={})], [("a", "arguments.to")]),
        ([a_step("a", arguments={"to": "one"})], [("a", "arguments.to")]),
        ([a_step("a", arguments={"to": {"one": 1}})], [("a", "arguments.to")]),
        ([a_step("a", arguments={"to": 1, "other": 1})], [("a", "arguments")]),
        ([a_step("a", arguments={"to": 1, "words": [1]})], [("a", "arguments.words")]),
        ([a_step("a", arguments=given("inputs.name"))], [("a", "arguments.to")]),
        ([a_step("a", arguments=given("inputs.share"))], [("a", "arguments.to")]),
        ([a_step("a", arguments=given("inputs.maybe"))], [("a", "arguments.to")]),
        ([a_step("a", arguments=given("inputs.nothing"))], [("a", "arguments.to")]),
        ([a_step("a", arguments=given("inputs.n.more"))], [("a", "arguments.to")]),
        ([a_step("a", arguments=given("inputs"))], [("a", "arguments.to")]),
        ([a_step("a", arguments=given("item"))], [("a", "arguments.to")]),
        ([a_step("a", arguments=given("__class__.x"))], [("a", "arguments.to")]),
        ([a_step("a", arguments=given("inputs..n"))], [("a", "arguments.to")]),
        ([a_step("a"), a_step("b", arguments=given("results.a.to"))], [("b", "arguments.to")]),
        ([a_step("a", arguments=given("results.a.to"))], [("a", "arguments.to")]),
        ([a_step("a", for_each="inputs.n")], [("a", "forEach")]),
        ([a_step("a", for_each="item")], [("a", "forEach")]),
        ([a_step("a", for_each="not a path")], [("a", "forEach")]),
        ([a_step("a"), a_step("b", "a", for_each="results.a")], [("b", "forEach")]),
        ([a_step("a", condition="")], [("a", "condition")]),
        ([a_step("a", condition="inputs.nothing > 1")], [("a", "condition")]),
        ([a_step("a", condition="results.a.x > 1")], [("a", "condition")]),
        ([a_step("a", condition="item == 1", for_each="inputs.names")], [("a", "condition")]),
        ([a_step("a", condition="inputs.n >")], [("a", "condition")]),
        ([a_step("a", condition="f(inputs.n)")], [("a", "condition")]),
        ([a_step("a", condition="1 < " * 200 + "2")], [("a", "condition")]),
        ([], [(None, "steps")]),
        ([a_step("a"), a_step("a")], [(None, "steps")]),
        ([a_step("a b")], [(None, "steps")]),
        ([a_step(f"s{n}") for n in range(101)], [(None, "steps")]),
        ([a_step("a", arguments={"to": 1, "word": "x" * 70_000})], [(None, "steps")]),
    ],
)
def test_what_is_wrong_is_found_with_its_step(
    steps: list[StepTemplate], expected: list[tuple[str | None, str]]
) -> None:
    assert findings(*steps) == expected


COUNTED = a_kind(result={"count": int, "names": list, "facts": dict, "outcome": str})


def findings_of_second(**values: Any) -> list[str]:
    """Return what is wrong with a step after one whose result is declared, and after one for each item."""
    steps = [a_step("a"), a_step("each", for_each="inputs.names", arguments={"to": 1})]
    template = a_template(*steps, a_step("b", "a", "each", **values), inputs=LISTS)
    return [each.message for each in template_checks.step_findings(template, a_vocabulary(COUNTED))]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"arguments": given("results.a.cuont")},
            "results.a has no cuont; it has count, facts, names, outcome.",
        ),
        ({"arguments": given("results.a.count.more")}, "results.a.count has no parts."),
        (
            {"arguments": given("results.a.outcome")},
            "results.a.outcome is a string; count takes a whole number for to.",
        ),
        ({"arguments": given("results.a")}, "results.a is an object; count takes a whole number for to."),
        ({"arguments": given("results.each.count")}, "results.each has no count; it has items."),
        ({"for_each": "results.a.count"}, "results.a.count is no list."),
        (
            {"for_each": "results.each.items", "arguments": given("item.nothing")},
            "item has no nothing; it has",
        ),
        ({"for_each": "inputs.names", "arguments": given("item.more")}, "item has no parts."),
        (
            {"for_each": "inputs.names", "arguments": given("item")},
            "item is a string; count takes a whole number",
        ),
        ({"condition": "results.a.cuont > 1"}, "results.a has no cuont"),
        ({"condition": "results.a.count"}, "results.a.count is a whole number, and neither true nor false"),
        ({"condition": "inputs.n"}, "inputs.n is a whole number, and neither true nor false"),
        ({"condition": "'yes'"}, "'yes' is a string, and neither true nor false"),
        (
            {"condition": "inputs.names and inputs.n > 1"},
            "inputs.names is a list, and neither true nor false",
        ),
        ({"condition": "inputs.n == '1'"}, "inputs.n is a whole number and '1' is a string"),
        ({"condition": "inputs.name > 1"}, "inputs.name is a string and 1 is a whole number"),
        (
            {"condition": "results.a.outcome < inputs.share"},
            "results.a.outcome is a string and inputs.share is a number",
        ),
        ({"condition": "inputs.n < None"}, "None is None"),
        ({"condition": "inputs.n in inputs.names"}, "inputs.n is a whole number and inputs.names is a list"),
        ({"condition": "1 in inputs.n"}, "inputs.n is a whole number"),
        (
            {"condition": "not (inputs.n > 1 or inputs.name < 2)"},
            "inputs.name is a string and 2 is a whole number",
        ),
        ({"condition": "1 < inputs.n < 'x'"}, "inputs.n is a whole number and 'x' is a string"),
    ],
)
def test_values_that_cannot_fit_are_found_by_their_names(values: dict[str, Any], message: str) -> None:
    (found,) = findings_of_second(**values)

    assert message in found


@pytest.mark.parametrize(
    "values",
    [
        {"arguments": given("results.a.count")},
        {"arguments": given("results.a.facts.deep.er")},
        {"arguments": {"to": 1, "words": {"from": "results.a.names"}}},
        {"for_each": "results.each.items", "arguments": given("item.count")},
        {"for_each": "results.a.names", "arguments": given("item.n")},
        {"condition": "results.a.count > inputs.share and results.a.outcome == 'DONE'"},
        {"condition": "not inputs.names and inputs.name in inputs.names"},
        {"condition": "inputs.n == None or inputs.n != 3"},
        {"condition": "results.a.facts.is_large"},
        {"condition": "results.a.names == inputs.names and 'x' in results.a.facts"},
        {"condition": "1<(" * 80 + "1" + ")<1" * 80},
    ],
)
def test_values_that_may_fit_are_let_through_in_a_short_time(values: dict[str, Any]) -> None:
    found = findings_of_second(**values)

    assert found == [] or "cannot be compared" in found[0]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "Not a name"}, "name"),
        ({"name": ""}, "name"),
        ({"description": " "}, "description"),
        ({"description": "x" * 501}, "description"),
        ({"inputs": LISTS + LISTS[:1]}, "inputs"),
        ({"inputs": [WorkflowInput(name="1", type=WorkflowInputType.STRING)]}, "inputs"),
        ({"inputs": [an_input(f"n{n}", WorkflowInputType.STRING) for n in range(51)]}, "inputs"),
    ],
)
def test_what_is_wrong_with_the_whole_is_found(values: dict[str, Any], field: str) -> None:
    with pytest.raises((InvalidInputError, TemplateRefusedError)) as refused:
        template_checks.check(a_template(a_step("a"), **{"inputs": LISTS} | values), a_vocabulary())

    assert refused.value.field == field


def test_everything_is_told_at_once() -> None:
    template = a_template(name="", description="", inputs=LISTS + LISTS)

    with pytest.raises(RefusalsError) as refused:
        template_checks.check(template, a_vocabulary())

    fields = [each.field for each in refused.value.refusals]
    assert fields == ["name", "description", "inputs", "steps"]


def test_the_steps_of_a_cycle_are_named() -> None:
    steps = [a_step("a"), a_step("b", "a", "d"), a_step("c", "b"), a_step("d", "c"), a_step("e", "d")]
    found = template_checks.step_findings(a_template(*steps), a_vocabulary())

    assert [(each.step, each.message) for each in found] == [
        ("b", "The step waits for itself with c, d; leave out one of these."),
        ("c", "The step waits for itself with b, d; leave out one of these."),
        ("d", "The step waits for itself with b, c; leave out one of these."),
    ]


def test_findings_are_bounded() -> None:
    steps = [a_step(f"s{n}", *(f"x{m}" for m in range(20)), arguments={}) for n in range(50)]

    assert len(findings(*steps)) == template_checks.MOST_FINDINGS


@pytest.mark.parametrize("template", workflow_table.SHIPPED, ids=lambda each: each.name)
def test_the_templates_of_the_platform_can_run(template: WorkflowTemplate) -> None:
    template_checks.check(template, workflow_table.vocabulary(SafeConditions()))

    assert template.is_shipped
