"""Introspection: who may read the schema, which part of it, and how much in one request."""

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

from domain.accounts.scopes import Scope
from domain.accounts.users import Role, Viewer
from graph.access_errors import UNAUTHENTICATED
from graph.access_rules import Rules
from graph.documents.limits import BEYOND, COST, refusal
from graph.documents.schema_filter import filtered

META = frozenset({"__schema", "__type"})
_MOST_SCHEMAS = 16
_MOST_STANDARD_QUERIES = 3
"""How much may be read at once, in multiples of the standard introspection query."""
_LONGEST_CHAIN = 3
"""How often a type is wrapped at most: a required list of required items."""
_Grants = tuple[frozenset[Role], frozenset[Scope] | None]


class Introspection:
    """Guards introspection; with `open_to_all`, every caller sees the whole schema."""

    def __init__(self, schema: GraphQLSchema, rules: Rules, *, open_to_all: bool) -> None:
        self._schema = schema
        self._rules = rules
        self._open_to_all = open_to_all
        self._schemas: OrderedDict[_Grants, GraphQLSchema] = OrderedDict()
        self._lengths = _lengths(schema)
        self.largest = _MOST_STANDARD_QUERIES * self.parts(parse(get_introspection_query()))
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="introspection")

    def authorize(self, document: DocumentNode, roots: set[str], viewer: Viewer | None) -> None:
        """Raise GraphQLError, with its code, when the caller may not read the schema, or not in this way."""
        if not self._open_to_all and viewer is None:
            coordinate = f"Query.{min(roots & META)}"
            raise GraphQLError(
                "Sign in and send an access token to read the schema.",
                extensions={"code": UNAUTHENTICATED, "coordinate": coordinate},
            )
        if not self._sees_all(viewer) and roots - META - {"__typename"}:
            raise GraphQLError(
                "Send __schema and __type in a request of their own.",
                extensions={"code": "GRAPHQL_VALIDATION_FAILED"},
            )
        parts = self.parts(document)
        if parts > self.largest:
            raise refusal(COST, "number of schema parts", parts, self.largest)

    def schema_for(self, viewer: Viewer | None) -> GraphQLSchema:
        """Return the schema that the caller sees; made once for each set of roles and scopes."""
        if self._sees_all(viewer) or viewer is None:
            return self._schema
        grants = (viewer.roles, viewer.scopes)
        known = self._schemas.get(grants)
        if known is None:
            known = self._schemas[grants] = filtered(
                self._schema,
                lambda coordinate: not any(rule.refusal(viewer) for rule in self._rules.get(coordinate, ())),
            )
            if len(self._schemas) > _MOST_SCHEMAS:
                self._schemas.popitem(last=False)
        return known

    async def answer(
        self, document: DocumentNode, name: str | None, variables: dict[str, Any], viewer: Viewer | None
    ) -> tuple[dict[str, Any] | None, list[GraphQLError] | None]:
        """Return data and errors of an operation that reads nothing but the schema.

        This reads memory alone and takes tens of milliseconds, so it runs in a thread, one operation after another.
        """
        run = partial(
            execute_sync, self.schema_for(viewer), document, variable_values=variables, operation_name=name
        )
        result = await asyncio.get_running_loop().run_in_executor(self._thread, run)
        return result.data, result.errors

    def parts(self, document: DocumentNode) -> int:
        """Estimate how many parts of the schema a document reads."""
        return _PartsCount(document, self._lengths).parts()

    def _sees_all(self, viewer: Viewer | None) -> bool:
        return self._open_to_all or (
            viewer is not None and viewer.scopes is None and Role.ADMIN in viewer.roles
        )


class _PartsCount:
    """Counts what introspection fields read, each fragment once per length of the `ofType` chain before it."""

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
    """Return the average lengths of the lists of introspection, for types that are reached through fields."""
    types = list(schema.type_map.values())
    fielded = [t for t in types if isinstance(t, GraphQLObjectType | GraphQLInterfaceType)]
    fields: list[Any] = [field for type_ in fielded for field in type_.fields.values()]
    inputs = [len(t.fields) for t in types if isinstance(t, GraphQLInputObjectType)]
    nested = [len(getattr(get_named_type(field.type), "fields", ())) for field in fields]
    return {
        "types": len(types),
        "fields": max(ceil(len(fields) / len(types)), _mean(nested)),
        "inputFields": ceil(sum(inputs) / len(types)),
        "args": _mean([len(field.args) for field in fields]),
        "enumValues": 1,
        "interfaces": 1,
        "possibleTypes": 1,
        "directives": len(schema.directives),
    }


def _mean(lengths: list[int]) -> int:
    return ceil(sum(lengths) / max(1, len(lengths)))
