"""Arguments: derived from a resolver's signature, checked before the resolver is called."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_args, get_origin

from graphql import GraphQLError
from strawberry.types.base import get_object_definition
from strawberry.types.unset import UNSET

from domain import ids, paging
from domain.paging import Window

PAGING = {
    "first": "How many items from the start or after `after`: 0 to 100, 20 unless told.",
    "after": "Only items after this cursor.",
    "last": "How many items from the end or before `before`: 0 to 100; not together with `first`.",
    "before": "Only items before this cursor.",
}
"""Relay's four paging arguments, which every resolver with a parameter `window: Window` gets."""


def takes_parent(function: Callable[..., Any]) -> bool:
    """Tell whether a resolver wants the object that its field belongs to, before the context."""
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
    """Turn what a client sent into what the resolver takes; raises GraphQLError or InvalidInputError."""
    check_ids(prefixes, sent)
    arguments = {name: value for name, value in sent.items() if value is not UNSET}
    if "first" in signature.parameters:
        relay = {name: arguments.pop(name, None) for name in PAGING}
        arguments["window"] = paging.window(**relay)
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


def check_ids(prefixes: dict[str, str], given: dict[str, Any]) -> None:
    """Refuse an identifier of another kind, or a malformed one, with BAD_USER_INPUT and its argument."""
    for path, prefix in prefixes.items():
        name, _, inner = path.partition(".")
        value = given.get(name)
        if inner and value:
            value = getattr(value, inner)
        if value is None or value is UNSET:
            continue
        if not all(ids.is_id(item, prefix) for item in (value if isinstance(value, list) else [value])):
            field = camel_case(inner or name)
            raise GraphQLError(
                f"{field} must be an id that starts with {prefix}_.",
                extensions={"code": "BAD_USER_INPUT", "field": field},
            )


def _leaves(annotation: Any) -> list[Any]:
    """Return the types inside optional, list and Annotated."""
    if get_origin(annotation) is Annotated:
        return _leaves(get_args(annotation)[0])
    inner = get_args(annotation)
    return [leaf for part in inner for leaf in _leaves(part)] if inner else [annotation]


def camel_case(name: str) -> str:
    """Write a Python name as the schema spells it."""
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)
