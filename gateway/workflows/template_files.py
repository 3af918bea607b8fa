"""Template files: a template of a workflow as JSON, with the names that the schema has."""

import json
from dataclasses import MISSING, asdict, fields
from datetime import datetime
from typing import Any, get_args, get_origin, get_type_hints

from domain.errors import InvalidInputError
from domain.refusals import all_at_once
from domain.workflows.templates import (
    StepTemplate,
    WaitFor,
    WorkflowInput,
    WorkflowInputType,
    WorkflowTemplate,
)

_WORDS: dict[str, str] = {"wait_for": "waitFor", "for_each": "forEach"}
_OPTIONAL: dict[str, type[Any]] = {"arguments": dict, "after": list}
_ENUMS = (WaitFor, WorkflowInputType)


def written(template: WorkflowTemplate) -> dict[str, Any]:
    """Return the file of a template, which `read` reads."""
    return {
        "name": template.name,
        "description": template.description,
        "inputs": [_written(each) for each in template.inputs],
        "steps": [_written(each) for each in template.steps],
    }


def read(text: str, *, now: datetime) -> WorkflowTemplate:
    """Return the template in a file; raises InvalidInputErrors that name the parts that are no such thing."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise InvalidInputError("The file must hold a JSON object.", field="file")
    with all_at_once() as each:
        with each:
            _refuse_unknown(given, {"name", "description", "inputs", "steps"}, "the file")
        for name in ("name", "description"):
            with each:
                if not isinstance(given.get(name), str):
                    raise InvalidInputError(f"{name} must be a string.", field=name)
        with each:
            inputs = [_read(WorkflowInput, one, f"inputs[{n}]") for n, one in _items(given, "inputs")]
        with each:
            steps = [_read(StepTemplate, one, f"steps[{n}]") for n, one in _items(given, "steps")]
    return WorkflowTemplate(
        name=given["name"],
        version=0,
        description=given["description"],
        inputs=inputs,
        steps=steps,
        is_shipped=False,
        saved_at=now,
    )


def _written(value: WorkflowInput | StepTemplate) -> dict[str, Any]:
    facts: dict[str, Any] = asdict(value)
    return {
        _WORDS.get(name, name): fact.value if isinstance(fact, _ENUMS) else fact
        for name, fact in facts.items()
        if fact is not None
    }


def _items(given: dict[str, Any], name: str) -> list[tuple[int, Any]]:
    items = given.get(name, [])
    if not isinstance(items, list):
        raise InvalidInputError(f"{name} must be a list.", field=name)
    return list(enumerate(items))


def _read(kind: type[Any], given: Any, place: str) -> Any:
    if not isinstance(given, dict):
        raise InvalidInputError(f"{place} must be an object.", field=place)
    hints = get_type_hints(kind)
    _refuse_unknown(given, {_WORDS.get(name, name) for name in hints}, place)
    values = {}
    with all_at_once() as each:
        for field in fields(kind):
            word = _WORDS.get(field.name, field.name)
            with each:
                if word in given:
                    values[field.name] = _value(given[word], hints[field.name], f"{place}.{word}")
                elif field.default is MISSING and field.name not in _OPTIONAL:
                    raise InvalidInputError(f"{place} needs {word}.", field=f"{place}.{word}")
                elif field.name in _OPTIONAL:
                    values[field.name] = _OPTIONAL[field.name]()
    return kind(**values)


def _value(value: Any, hint: Any, place: str) -> Any:
    wanted = get_args(hint)[0] if type(None) in get_args(hint) else hint
    if wanted in _ENUMS:
        names = [member.value for member in wanted]
        if value not in names:
            raise InvalidInputError(f"{place} must be one of {', '.join(names)}.", field=place)
        return wanted(value)
    if get_origin(wanted) is list:
        is_right = isinstance(value, list) and all(isinstance(one, str) for one in value)
        needed = "a list of strings"
    else:
        is_right = type(value) is (get_origin(wanted) or wanted) or (value is None and wanted is not hint)
        needed = {str: "a string", bool: "true or false"}.get(wanted, "an object")
    if not is_right:
        raise InvalidInputError(f"{place} must be {needed}.", field=place)
    return value


def _refuse_unknown(given: dict[str, Any], known: set[str], place: str) -> None:
    if given.keys() - known:
        raise InvalidInputError(
            f"{place} has a name that templates do not know; they know: {', '.join(sorted(known))}.",
            field=place,
        )
