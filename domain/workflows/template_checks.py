"""Template checks: everything that is wrong with a template, each finding with its step and field."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace

from domain import text
from domain.errors import InvalidInputError
from domain.jobs.job_kinds import JobKind
from domain.refusals import all_at_once
from domain.workflows import paths, shapes, step_arguments
from domain.workflows.paths import ITEM, RESULTS
from domain.workflows.shapes import UNKNOWN, Shape
from domain.workflows.step_arguments import StepScope
from domain.workflows.templates import (
    StepTemplate,
    TemplateFinding,
    TemplateRefusedError,
    WorkflowTemplate,
)
from domain.workflows.vocabulary import LONGEST_CONDITION, ConditionError, Vocabulary

MOST_STEPS = 100
MOST_INPUTS = 50
LONGEST_DESCRIPTION = 500
LARGEST_BYTES = 65_536
"""How many bytes a template holds at most, as JSON."""
MOST_FINDINGS = 100
_NAME_IS = "1 to 64 of a-z, 0-9 and _, and begin with a letter"
_is_template_name = re.compile(r"[a-z][a-z0-9_]{0,63}").fullmatch
_Found = Iterator[TemplateFinding]


def check(template: WorkflowTemplate, vocabulary: Vocabulary) -> None:
    """Raise everything that is wrong with a template.

    That is an InvalidInputError for its name and its description, and a TemplateRefusedError for its inputs and for
    its steps. Steps are checked against inputs that have their own names.
    """
    with all_at_once() as each:
        with each:
            if not _is_template_name(template.name):
                raise InvalidInputError(f"name must be {_NAME_IS}.", field="name")
        with each:
            text.prose(template.description, field="description", longest=LONGEST_DESCRIPTION, shortest=1)
        for field, findings in (
            ("inputs", list(_about_inputs(template))),
            ("steps", step_findings(template, vocabulary)),
        ):
            with each:
                if findings:
                    raise TemplateRefusedError(findings, field=field)


def step_findings(template: WorkflowTemplate, vocabulary: Vocabulary) -> list[TemplateFinding]:
    """Return what is wrong with the steps of a template, at most 100 findings."""
    found = list(_about_number(template))
    if not found:
        found = [*_about_names([each.key for each in template.steps], "steps", "step")]
        found += _about_order(template.steps)
        before = _before(template.steps)
        results = {
            step.key: shapes.of_result(vocabulary.kinds.get(step.kind), is_list=step.for_each is not None)
            for step in template.steps
        }
        for step in template.steps:
            known = {key: results[key] for key in before[step.key]}
            found += _about_step(step, template, known, vocabulary)
    return found[:MOST_FINDINGS]


def _about_inputs(template: WorkflowTemplate) -> _Found:
    if len(template.inputs) > MOST_INPUTS:
        yield _finding("inputs", f"A template has at most {MOST_INPUTS} inputs.")
    yield from _about_names([each.name for each in template.inputs], "inputs", "input")


def _about_number(template: WorkflowTemplate) -> _Found:
    if not 1 <= len(template.steps) <= MOST_STEPS:
        yield _finding("steps", f"A template has 1 to {MOST_STEPS} steps.")
    written = [asdict(step) for step in template.steps]
    if len(json.dumps(written, default=str)) > LARGEST_BYTES:
        yield _finding("steps", f"The steps may hold at most {LARGEST_BYTES} bytes.")


def _about_names(names: list[str], field: str, what: str) -> _Found:
    if not all(paths.is_name(name) for name in names):
        yield _finding(field, f"The name of each {what} must be {paths.NAME_IS}.")
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        yield _finding(field, f"The name of each {what} must be its own; more than once: {', '.join(twice)}.")


def _about_order(steps: list[StepTemplate]) -> _Found:
    keys = {step.key for step in steps}
    for step in steps:
        for key in step.after:
            if key not in keys:
                yield _finding("after", "after names a step that there is not.", step)
        if len(set(step.after)) < len(step.after):
            yield _finding("after", "after names a step more than once.", step)
    for step, before in ((step, _before(steps)[step.key]) for step in steps):
        if step.key in before:
            others = sorted(key for key in before if key != step.key and step.key in _before(steps)[key])
            around = f" with {', '.join(others)}" if others else ""
            yield _finding("after", f"The step waits for itself{around}; leave out one of these.", step)


def _before(steps: list[StepTemplate]) -> dict[str, set[str]]:
    """Return the keys of all steps that each step waits for, also by others."""
    direct = {step.key: set(step.after) for step in steps}
    found: dict[str, set[str]] = {}
    for key, nearest in direct.items():
        reached: set[str] = set()
        new = nearest
        while further := new - reached:
            reached |= further
            new = set().union(*(direct.get(each, set()) for each in further))
        found[key] = reached & direct.keys()
    return found


def _about_step(
    step: StepTemplate, template: WorkflowTemplate, results: Mapping[str, Shape], vocabulary: Vocabulary
) -> _Found:
    scope = StepScope(inputs={each.name: each for each in template.inputs}, results=results)
    if step.for_each is not None:
        yield from _about_list(step, step.for_each, scope)
        scope = replace(scope, item=_item_of(step.for_each, scope))
    kind = vocabulary.kinds.get(step.kind)
    own = vocabulary.kinds_of(template.name) or frozenset()
    if kind is None or not (template.is_shipped or _is_startable(kind) or kind.name in own):
        names = ", ".join(
            sorted(name for name, each in vocabulary.kinds.items() if _is_startable(each) or name in own)
        )
        yield _finding("kind", f"kind must be one of {names}.", step)
    else:
        for name, message in step_arguments.findings_of(step, kind, scope):
            yield _finding(name, message, step)
    if step.condition is not None:
        yield from _about_condition(step, step.condition, scope, vocabulary)


def _is_startable(kind: JobKind) -> bool:
    """Tell whether operators, who save templates, may start jobs of the kind."""
    return kind.starter is step_arguments.STARTER


def _about_list(step: StepTemplate, for_each: str, scope: StepScope) -> _Found:
    try:
        path = paths.read(for_each)
    except InvalidInputError as refused:
        yield _finding("forEach", refused.message, step)
        return
    wrong = "An item has no items of its own." if path[0] == ITEM else scope.refusal_of(path)
    if wrong is None and path[0] == RESULTS and len(path) < len(("results", "step", "name")):
        wrong = f"A result is an object; name a list in it, like results.{path[1]}.items."
    if wrong is None and scope.shape_of(path).kind not in {None, list}:
        wrong = f"{for_each} is no list."
    if wrong is not None:
        yield _finding("forEach", wrong, step)


def _item_of(for_each: str, scope: StepScope) -> Shape:
    """Return what is known of an item of a list; nothing where the list was found to be none."""
    try:
        path = paths.read(for_each)
    except InvalidInputError:
        return UNKNOWN
    return UNKNOWN if scope.refusal_of(path) is not None else scope.shape_of(path).items or UNKNOWN


def _about_condition(step: StepTemplate, condition: str, scope: StepScope, vocabulary: Vocabulary) -> _Found:
    if not 1 <= len(condition) <= LONGEST_CONDITION:
        yield _finding("condition", f"condition must have 1 to {LONGEST_CONDITION} characters.", step)
        return
    try:
        read = vocabulary.conditions.paths(condition)
    except ConditionError as refused:
        yield _finding("condition", refused.message, step)
        return
    wrong = [
        "A condition is about the step, not about an item." if path[0] == ITEM else scope.refusal_of(path)
        for path in read
    ]
    if not any(wrong):
        try:
            vocabulary.conditions.check(condition, scope.shape_of)
        except ConditionError as refused:
            wrong = [refused.message]
    for message in wrong:
        if message is not None:
            yield _finding("condition", message, step)


def _finding(field: str, message: str, step: StepTemplate | None = None) -> TemplateFinding:
    return TemplateFinding(step=None if step is None else step.key, field=field, message=message)
