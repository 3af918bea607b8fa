"""Arguments: derives a field's arguments from its resolver's signature, and checks them before a call."""

import inspect
from collections.abc import Callable, Iterator
from typing import Annotated, Any, get_args, get_origin

from strawberry.types.base import get_object_definition
from strawberry.types.unset import UNSET

from domain import ids, paging
from domain.errors import DomainError, InvalidInputError
from domain.paging import Window
from domain.refusals import refuse, together

PAGING = {
    "first": "How many items from the start or after `after`: 0 to 100, by default 20.",
    "after": "Only items after this cursor.",
    "last": "How many items from the end or before `before`: 0 to 100; not together with `first`.",
    "before": "Only items before this cursor.",
}
"""Relay's four paging arguments, which every resolver with a parameter `window: Window` gets."""


def takes_parent(function: Callable[..., Any]) -> bool:
    """Tell whether a resolver takes the parent object as its first parameter, before the context."""
    return next(iter(inspect.signature(function).parameters)) != "context"


def arguments_of(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """Return the arguments of a resolver's field: its keyword-only parameters, a Window as Relay's four."""
    parameters: dict[str, inspect.Parameter] = {}
    for parameter in inspect.signature(function, eval_str=True).parameters.values():
        if parameter.annotation is Window:
            parameters |= {p.name: p for p in inspect.signature(paging.window).parameters.values()}
        elif parameter.kind is inspect.Parameter.KEYWORD_ONLY:
            parameters[parameter.name] = parameter
    return parameters


def read_arguments(
    sent: dict[str, Any], signature: inspect.Signature, prefixes: dict[str, str]
) -> dict[str, Any]:
    """Turn sent arguments into those of the resolver; raises InvalidInputErrors, all at once."""
    malformed = malformed_ids(prefixes, sent) if prefixes else []
    arguments = {name: value for name, value in sent.items() if value is not UNSET}
    if "first" in signature.parameters:
        relay = {name: arguments.pop(name, None) for name in PAGING}
        try:
            arguments["window"] = paging.window(**relay)
        except DomainError as refusal:
            malformed = together(*malformed, refusal)
    refuse(malformed)
    return arguments


def id_prefixes(annotations: dict[str, Any]) -> dict[str, str]:
    """Return the prefix of each identifier among arguments and, as `input.field`, inside their input objects."""
    prefixes = {}
    for name, annotation in annotations.items():
        for leaf in _leaves(annotation):
            if leaf in ids.PREFIXES:
                prefixes[name] = ids.PREFIXES[leaf]
            elif definition := get_object_definition(leaf):
                inner = id_prefixes(inspect.get_annotations(definition.origin, eval_str=True))
                prefixes |= {f"{name}.{field}": prefix for field, prefix in inner.items()}
    return prefixes


def malformed_ids(prefixes: dict[str, str], sent: dict[str, Any]) -> list[DomainError]:
    """Return a refusal of each identifier that is malformed or of another kind, which names its argument."""
    refusals: list[DomainError] = []
    for path, prefix in prefixes.items():
        name, *inner_names = path.split(".")
        inner = ".".join(inner_names)
        if not all(ids.is_id(item, prefix) for item in _values_at(sent.get(name), inner_names)):
            field = camel_case(inner or name)
            refusals.append(
                InvalidInputError(
                    f"{field} must be an id of the form {prefix}_ and 26 characters.", field=field
                )
            )
    return refusals


def _values_at(value: Any, names: list[str]) -> Iterator[Any]:
    """Yield what is at a path of input objects, of each item where there is a list on the way."""
    if value is None or value is UNSET:
        return
    if isinstance(value, list):
        for item in value:
            yield from _values_at(item, names)
    elif names:
        yield from _values_at(getattr(value, names[0]), names[1:])
    else:
        yield value


def _leaves(annotation: Any) -> list[Any]:
    """Return the types inside optionals, lists and Annotated."""
    if get_origin(annotation) is Annotated:
        return _leaves(get_args(annotation)[0])
    inner = get_args(annotation)
    return [leaf for part in inner for leaf in _leaves(part)] if inner else [annotation]


def camel_case(name: str) -> str:
    """Write a Python name as the schema spells it."""
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)
