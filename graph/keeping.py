"""Keeping: how long an answer may be kept and by whom, from what the schema declares of all that it holds."""

from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, get_named_type, is_leaf_type

from domain.entities import entity
from graph.caching import CacheControl, CacheControlScope, passing
from graph.declarations import Declaration
from graph.directives import Public
from graph.documents import Prepared
from graph.engine.answers import declaration_of
from graph.rules import rules_of
from resolvers.batches import Rows


@entity
class Policy:
    """How many seconds an answer may be kept, and whether caches may share it."""

    max_age: int
    is_shared: bool


@entity
class Say:
    """What one coordinate says of that; its `max_age` is None where it leaves the time to others."""

    max_age: int | None
    is_shared: bool


Says = dict[str, Say]
"""What every coordinate says that may be kept; an answer with any other one may not."""


class Keeping:
    """Knows what the answers of every operation may be kept for; each operation is looked through once."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._says = says_of(schema)
        self._known: WeakKeyDictionary[Prepared, Policy | None] = WeakKeyDictionary()

    def policy(self, prepared: Prepared, variables: dict[str, Any]) -> Policy | None:
        """Return the policy of an operation that was run; None where its answer must not be kept."""
        try:
            return self._known[prepared]
        except KeyError:
            _, coordinates = prepared.survey(variables)
            found = None if prepared.introspects else policy_of(self._says, coordinates)
            self._known[prepared] = found
            return found


def says_of(schema: GraphQLSchema) -> Says:
    """Read what may be kept: nothing that not everyone may read, and nothing that a mutation or subscription tells."""
    rules = rules_of(schema)
    found: Says = {}
    for type_ in schema.type_map.values():
        if not isinstance(type_, GraphQLObjectType) or type_.name.startswith("__"):
            continue
        if type_ in (schema.mutation_type, schema.subscription_type):
            continue
        for name, field in type_.fields.items():
            coordinate = f"{type_.name}.{name}"
            if all(isinstance(rule, Public) for rule in rules[coordinate]) and (said := _said(type_, field)):
                found[coordinate] = said
    return found


def policy_of(says: Says, coordinates: Iterable[str]) -> Policy | None:
    """Return the strictest of what the coordinates of an operation say; None where its answer must not be kept."""
    ages: list[int] = []
    is_shared = True
    for coordinate in coordinates:
        said = says.get(coordinate)
        if said is None or said.max_age == 0:
            return None
        is_shared &= said.is_shared
        if said.max_age is not None:
            ages.append(said.max_age)
    return Policy(max_age=min(ages), is_shared=is_shared) if ages else None


def _said(type_: GraphQLObjectType, field: GraphQLField) -> Say | None:
    """Return what a field says: its own word, else that of the type that it yields; a leaf leaves it to its object.

    What rows a caller sees is no matter here: an answer is shared only where nobody in particular asked.
    """
    named = get_named_type(field.type)
    inherited = _directive(type_) and passing() if is_leaf_type(named) else _directive(named)
    word = _directive(field) or inherited
    declaration = declaration_of(field)
    if word is None or declaration is None or _is_of_caller(declaration):
        return None
    is_shared = word.scope is not CacheControlScope.PRIVATE and not declaration.personal
    return Say(max_age=None if word.inherit_max_age else word.max_age or 0, is_shared=is_shared)


def _is_of_caller(declaration: Declaration) -> bool:
    return declaration.batch is not None and declaration.batch.rows is Rows.VIEWER


def _directive(thing: Any) -> CacheControl | None:
    definition = (thing.extensions or {}).get("strawberry-definition")
    said = [d for d in getattr(definition, "directives", ()) or () if isinstance(d, CacheControl)]
    return said[0] if said else None
