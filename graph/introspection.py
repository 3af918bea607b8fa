"""Introspection: who may read the schema, which part of it, and how much of it at once."""

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from math import ceil
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    execute_sync,
    get_introspection_query,
    get_named_type,
    parse,
)

from domain.scopes import Scope
from domain.users import Role, Viewer
from graph.directives import UNAUTHENTICATED
from graph.limits import BEYOND, COST, refusal
from graph.rules import Rules
from graph.visibility import visible

META = frozenset({"__schema", "__type"})
_MOST_SCHEMAS = 16
_MOST_STANDARD_QUERIES = 3
"""How much may be read at once, in multiples of what tools read when they ask for the whole schema."""
_LONGEST_CHAIN = 3
"""A type is wrapped at most so often: a required list of required items."""
_Powers = tuple[frozenset[Role], frozenset[Scope] | None]


class Introspection:
    """Guards what is told of the schema; with `open_to_all`, everybody sees everything."""

    def __init__(self, schema: GraphQLSchema, rules: Rules, *, open_to_all: bool) -> None:
        self._schema = schema
        self._rules = rules
        self._open_to_all = open_to_all
        self._schemas: OrderedDict[_Powers, GraphQLSchema] = OrderedDict()
        self._lengths = _lengths(schema)
        self.largest = _MOST_STANDARD_QUERIES * self.parts(parse(get_introspection_query()))
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="introspection")

    def judge(self, document: DocumentNode, roots: set[str], viewer: Viewer | None) -> None:
        """Raise GraphQLError, with its code, where the caller may not read of the schema, or not in this way."""
        if not self._open_to_all and viewer is None:
            coordinate = f"Query.{min(roots & META)}"
            raise GraphQLError(
                "Sign in and send an access token to read the schema.",
                extensions={"code": UNAUTHENTICATED, "coordinate": coordinate},
            )
        if not self._sees_all(viewer) and roots - META - {"__typename"}:
            raise GraphQLError(
                "Ask for __schema and __type in a request of their own.",
                extensions={"code": "GRAPHQL_VALIDATION_FAILED"},
            )
        parts = self.parts(document)
        if parts > self.largest:
            raise refusal(COST, "number of parts of the schema", parts, self.largest)

    def schema_for(self, viewer: Viewer | None) -> GraphQLSchema:
        """Return the schema as the caller sees it; made once for each set of roles and scopes."""
        if self._sees_all(viewer) or viewer is None:
            return self._schema
        powers = (viewer.roles, viewer.scopes)
        known = self._schemas.get(powers)
        if known is None:
            known = self._schemas[powers] = visible(
                self._schema, lambda at: not any(rule.refusal(viewer) for rule in self._rules.get(at, ()))
            )
            if len(self._schemas) > _MOST_SCHEMAS:
                self._schemas.popitem(last=False)
        return known

    async def answer(
        self, document: DocumentNode, name: str | None, variables: dict[str, Any], viewer: Viewer | None
    ) -> tuple[dict[str, Any] | None, list[GraphQLError] | None]:
        """Return data and errors of an operation that reads the schema alone.

        It asks nobody but memory and takes tens of milliseconds: in a thread, one after the other, so that others are
        served meanwhile.
        """
        run = partial(
            execute_sync,
            self.schema_for(viewer),
            document,
            variable_values=variables,
            operation_name=name,
        )
        result = await asyncio.get_running_loop().run_in_executor(self._thread, run)
        return result.data, result.errors

    def parts(self, document: DocumentNode) -> int:
        """Reckon how many parts of the schema a document reads."""
        return _Reading(document, self._lengths).parts()

    def _sees_all(self, viewer: Viewer | None) -> bool:
        return self._open_to_all or (
            viewer is not None and viewer.scopes is None and Role.ADMIN in viewer.roles
        )


class _Reading:
    """Counts what introspection fields read, each fragment once for each length of the chain before it."""

    def __init__(self, document: DocumentNode, lengths: dict[str, int]) -> None:
        self._document = document
        self._lengths = lengths
        self._fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self._known: dict[tuple[str, int], int] = {}

    def parts(self) -> int:
        total = 0
        for definition in self._document.definitions:
            total += self._roots(getattr(definition, "selection_set", None))
        return min(total, BEYOND)

    def _roots(self, selections: SelectionSetNode | None) -> int:
        """Count below the introspection fields of an operation, or of a fragment that it may spread."""
        total = 0
        for node in selections.selections if selections else ():
            if isinstance(node, InlineFragmentNode):
                total += self._roots(node.selection_set)
            elif isinstance(node, FieldNode) and node.name.value in META and node.selection_set:
                total += self._selections(node.selection_set, 0)
        return total

    def _selections(self, selections: SelectionSetNode, chain: int) -> int:
        total = 0
        for node in selections.selections:
            if isinstance(node, FieldNode) and node.selection_set:
                total += self._field(node.name.value, node.selection_set, chain)
            elif isinstance(node, InlineFragmentNode):
                total += self._selections(node.selection_set, chain)
            elif isinstance(node, FragmentSpreadNode):
                key = node.name.value, chain
                if key not in self._known:
                    self._known[key] = self._selections(self._fragments[key[0]].selection_set, chain)
                total += self._known[key]
        return min(total, BEYOND)

    def _field(self, name: str, selections: SelectionSetNode, chain: int) -> int:
        if name == "ofType":
            return 1 + self._selections(selections, chain + 1) if chain < _LONGEST_CHAIN else 0
        return self._lengths.get(name, 1) * (1 + self._selections(selections, 0))


def _lengths(schema: GraphQLSchema) -> dict[str, int]:
    """Return how long the lists of introspection are on average, where types are met by way of fields."""
    types = list(schema.type_map.values())
    fielded = [t for t in types if isinstance(t, GraphQLObjectType | GraphQLInterfaceType)]
    fields: list[Any] = [field for type_ in fielded for field in type_.fields.values()]
    inputs = [len(t.fields) for t in types if isinstance(t, GraphQLInputObjectType)]
    given = [len(getattr(get_named_type(field.type), "fields", ())) for field in fields]
    return {
        "types": len(types),
        "fields": max(ceil(len(fields) / len(types)), _mean(given)),
        "inputFields": ceil(sum(inputs) / len(types)),
        "args": _mean([len(field.args) for field in fields]),
        "enumValues": 1,
        "interfaces": 1,
        "possibleTypes": 1,
        "directives": len(schema.directives),
    }


def _mean(lengths: list[int]) -> int:
    return ceil(sum(lengths) / max(1, len(lengths)))
