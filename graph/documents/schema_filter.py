"""Schema filter: the part of the schema that a caller's roles and scopes may read, for introspection."""

from collections.abc import Callable
from typing import Any, cast

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)

MayRead = Callable[[str], bool]
"""Returns whether the caller may read a coordinate (`Type.field`)."""
_Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType


def filtered(schema: GraphQLSchema, may_read: MayRead) -> GraphQLSchema:
    """Return a schema without the fields that may not be read and the types that become unreachable."""
    return _FilteredCopy(schema, may_read).schema()


class _FilteredCopy:
    """Copies the composite types of a schema without hidden fields; inputs, enums and scalars are shared."""

    def __init__(self, schema: GraphQLSchema, may_read: MayRead) -> None:
        self._schema = schema
        self._composites = {
            type_.name: type_
            for type_ in schema.type_map.values()
            if isinstance(type_, _Composite) and not type_.name.startswith("__")
        }
        self._fields: dict[str, dict[str, GraphQLField]] = {
            name: {n: f for n, f in type_.fields.items() if may_read(f"{name}.{n}")}
            for name, type_ in self._composites.items()
            if not isinstance(type_, GraphQLUnionType)
        }
        self._copies: dict[str, GraphQLNamedType] = {}
        self._hide_empty()

    def schema(self) -> GraphQLSchema:
        """Return the copy."""
        roots = (self._schema.query_type, self._schema.mutation_type, self._schema.subscription_type)
        query, mutation, subscription = (self._root(root) for root in roots)
        reached = self._reached([root.name for root in roots if root and root.name in self._fields])
        return GraphQLSchema(
            query=query,
            mutation=mutation,
            subscription=subscription,
            types=[self._copy(name) for name in sorted(reached)],
            directives=self._schema.directives,
            description=self._schema.description,
            assume_valid=True,
        )

    def _hide_empty(self) -> None:
        """Drop empty types and the fields that yield them, until nothing changes."""
        empty = {""}
        while empty:
            empty = {name for name, fields in self._fields.items() if not fields}
            empty |= {name for name in self._unions() if not self._members(name)}
            for name in empty:
                self._composites.pop(name)
                self._fields.pop(name, None)
            for name, fields in self._fields.items():
                self._fields[name] = {n: f for n, f in fields.items() if self._yields_visible(f)}

    def _yields_visible(self, field: GraphQLField) -> bool:
        named = get_named_type(field.type)
        return not isinstance(named, _Composite) or named.name in self._composites

    def _unions(self) -> list[str]:
        return [name for name, type_ in self._composites.items() if isinstance(type_, GraphQLUnionType)]

    def _members(self, name: str) -> list[str]:
        union = cast("GraphQLUnionType", self._composites[name])
        return [member.name for member in union.types if member.name in self._composites]

    def _reached(self, roots: list[str]) -> set[str]:
        reached: set[str] = set()
        waiting = roots
        while waiting:
            name = waiting.pop()
            if name in reached or name not in self._composites:
                continue
            reached.add(name)
            waiting += [get_named_type(field.type).name for field in self._fields.get(name, {}).values()]
            type_ = self._composites[name]
            if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
                waiting += [interface.name for interface in type_.interfaces]
            if not isinstance(type_, GraphQLObjectType):
                waiting += [possible.name for possible in self._schema.get_possible_types(type_)]
        return reached

    def _root(self, root: GraphQLObjectType | None) -> Any:
        return self._copy(root.name) if root and root.name in self._composites else None

    def _copy(self, name: str) -> GraphQLNamedType:
        known = self._copies.get(name)
        if known is None:
            known = self._copies[name] = self._make_copy(self._composites[name])
        return known

    def _make_copy(self, type_: _Composite) -> GraphQLNamedType:
        name, description = type_.name, type_.description
        if isinstance(type_, GraphQLUnionType):
            members = self._members(name)
            return GraphQLUnionType(name, lambda: [self._copy(m) for m in members], description=description)  # type: ignore[misc]
        kind = type(type_) if isinstance(type_, GraphQLInterfaceType) else GraphQLObjectType
        interfaces = [i.name for i in type_.interfaces if self._still_implements(name, i.name)]
        make: Any = GraphQLInterfaceType if kind is not GraphQLObjectType else GraphQLObjectType
        return cast(
            "GraphQLNamedType",
            make(
                name,
                lambda: {n: self._field(field) for n, field in self._fields[name].items()},
                interfaces=lambda: [self._copy(i) for i in interfaces],
                description=description,
            ),
        )

    def _still_implements(self, name: str, interface: str) -> bool:
        """Tell whether a type shows every field that its interface shows."""
        return interface in self._composites and self._fields[interface].keys() <= self._fields[name].keys()

    def _field(self, field: GraphQLField) -> GraphQLField:
        return GraphQLField(
            self._type(field.type),
            field.args,
            description=field.description,
            deprecation_reason=field.deprecation_reason,
        )

    def _type(self, type_: Any) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return GraphQLNonNull(self._type(type_.of_type))
        if isinstance(type_, GraphQLList):
            return GraphQLList(self._type(type_.of_type))
        return self._copy(type_.name) if isinstance(type_, _Composite) else type_
