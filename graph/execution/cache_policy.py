"""Cache policy: how long a response may be cached and by whom, from the cache hints of all its fields."""

from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, get_named_type, is_leaf_type

from domain.entities import entity
from graph.access_rules import rules_of
from graph.cache_control import CacheControl, CacheControlScope, passing
from graph.declarations import Declaration, declaration_of, directives_of
from graph.directives import Public
from graph.documents.prepared import PreparedOperation
from resolvers.batches import Rows


@entity
class CachePolicy:
    """How many seconds a response may be cached, and whether shared caches may store it."""

    max_age: int
    is_shared: bool


@entity
class CacheHint:
    """The cache hint of one coordinate; a `max_age` of None leaves the time to other coordinates."""

    max_age: int | None
    is_shared: bool


CacheHints = dict[str, CacheHint]
"""The hints of all cacheable coordinates; a response with any other one must not be cached."""


class CachePolicies:
    """The cache policies of operations, each computed once."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._hints = cache_hints(schema)
        self._known: WeakKeyDictionary[PreparedOperation, CachePolicy | None] = WeakKeyDictionary()

    def policy(self, prepared: PreparedOperation) -> CachePolicy | None:
        """Return the policy of an operation; None when its response must not be cached."""
        try:
            return self._known[prepared]
        except KeyError:
            policy = None if prepared.introspects else policy_of(self._hints, prepared.coordinates)
            self._known[prepared] = policy
            return policy


def cache_hints(schema: GraphQLSchema) -> CacheHints:
    """Collect the cacheable coordinates: public fields, and none of mutations or subscriptions."""
    rules = rules_of(schema)
    hints: CacheHints = {}
    for type_ in schema.type_map.values():
        if not isinstance(type_, GraphQLObjectType) or type_.name.startswith("__"):
            continue
        if type_ in (schema.mutation_type, schema.subscription_type):
            continue
        for name, field in type_.fields.items():
            coordinate = f"{type_.name}.{name}"
            if all(isinstance(rule, Public) for rule in rules[coordinate]) and (hint := _hint(type_, field)):
                hints[coordinate] = hint
    return hints


def policy_of(hints: CacheHints, coordinates: Iterable[str]) -> CachePolicy | None:
    """Return the strictest of the hints of an operation's coordinates; None when its response must not be cached."""
    ages: list[int] = []
    is_shared = True
    for coordinate in coordinates:
        hint = hints.get(coordinate)
        if hint is None or hint.max_age == 0:
            return None
        is_shared &= hint.is_shared
        if hint.max_age is not None:
            ages.append(hint.max_age)
    return CachePolicy(max_age=min(ages), is_shared=is_shared) if ages else None


def _hint(type_: GraphQLObjectType, field: GraphQLField) -> CacheHint | None:
    """Return the hint of a field: its own, else that of the type it yields; a leaf leaves the time to its object.

    Fields whose rows depend on the caller may be shared, because only responses to anonymous callers are.
    """
    named = get_named_type(field.type)
    inherited = _directive(type_) and passing() if is_leaf_type(named) else _directive(named)
    directive = _directive(field) or inherited
    declaration = declaration_of(field)
    if directive is None or declaration is None or _is_of_caller(declaration):
        return None
    is_shared = directive.scope is not CacheControlScope.PRIVATE and not declaration.personal
    return CacheHint(
        max_age=None if directive.inherit_max_age else directive.max_age or 0, is_shared=is_shared
    )


def _is_of_caller(declaration: Declaration) -> bool:
    return declaration.batch is not None and declaration.batch.rows is Rows.VIEWER


def _directive(thing: Any) -> CacheControl | None:
    return next(iter(directives_of(thing, CacheControl)), None)
