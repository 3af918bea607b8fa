"""Minimal documents: the shortest operation that selects a coordinate of the schema."""

from collections import deque
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
)

SAMPLES: dict[str, str] = {
    "Int": "1",
    "Float": "1.5",
    "Boolean": "true",
    "String": '"text"',
    "DateTime": '"2026-03-02T09:00:00Z"',
    "LocalDate": '"2026-03-02"',
    "EmailAddress": '"someone@example.org"',
    "URL": '"https://example.org/"',
    "Cursor": '"WyJhIl0"',
    "LeaderboardVersion": '"1"',
}
ANY_OBJECT = {
    "Query.node",
    "Query.nodes",
    "Bookmark.target",
    "Note.target",
    "SearchHit.object",
    "LoggedActivity.object",
}
"""Fields that find objects of many types by id; the paths here use the fields of each type instead."""

Step = tuple[GraphQLObjectType | GraphQLInterfaceType, str]
"""A type and one of its fields."""


class Paths:
    """The shortest path from a root type to every type: from Query where it is reached from there."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._paths: dict[str, list[Step]] = {}
        if schema.get_type("Node") is not None:
            self._paths["Node"] = [(schema.query_type, "node")]  # type: ignore[list-item]
        for root in (schema.query_type, schema.mutation_type, schema.subscription_type):
            if root is not None:
                self._reach_from(root)
        if schema.get_type("Bookmarkable") is not None:
            bookmark: Any = schema.type_map["Bookmark"]
            self._paths["Bookmarkable"] = [*self._paths["Bookmark"], (bookmark, "target")]

    def _reach_from(self, root: Any) -> None:
        """Find the paths to the types that no root before reaches, in the order of their lengths."""
        self._paths[root.name] = []
        waiting: deque[Any] = deque([root])
        while waiting:
            type_ = waiting.popleft()
            for name, field in getattr(type_, "fields", {}).items():
                if f"{type_.name}.{name}" in ANY_OBJECT:
                    continue
                for reached in self._reached(get_named_type(field.type)):
                    if reached.name not in self._paths:
                        self._paths[reached.name] = [*self._paths[type_.name], (type_, name)]
                        waiting.append(reached)

    def document(self, type_name: str, field_name: str, selection: str | None = None) -> str | None:
        """Write the shortest operation that selects the field; None if its type cannot be reached."""
        if type_name not in self._paths:
            return None
        parent: Any = self.schema.type_map[type_name]
        steps = [*self._paths[type_name], (parent, field_name)]
        inner = selection if selection is not None else leaf_selection(parent.fields[field_name])
        text = inner
        after: str | None = None
        for owner, name in reversed(steps):
            field = owner.fields[name]
            if after is not None and get_named_type(field.type).name != after:
                text = f"{{ ... on {after} {text} }}" if text.startswith("{") else text
            text = f"{{ {name}{self.written(owner, name)} {text} }}"
            after = owner.name
        kind = {
            getattr(self.schema.mutation_type, "name", ""): "mutation ",
            getattr(self.schema.subscription_type, "name", ""): "subscription ",
        }.get(steps[0][0].name, "")
        return kind + text

    def written(self, owner: Any, name: str) -> str:
        """Write the arguments of a field: the required ones, with samples."""
        return arguments(owner.fields[name])

    def _reached(self, type_: Any) -> list[Any]:
        if isinstance(type_, GraphQLUnionType):
            return [
                type_,
                *type_.types,
                *{i.name: i for member in type_.types for i in member.interfaces}.values(),
            ]
        if isinstance(type_, GraphQLInterfaceType):
            return [type_, *self.schema.get_possible_types(type_)]
        return [type_] if isinstance(type_, GraphQLObjectType) else []


def leaf_selection(field: GraphQLField) -> str:
    """Return the smallest selection that the field's type allows."""
    return "" if is_leaf_type(get_named_type(field.type)) else "{ __typename }"


def arguments(field: GraphQLField) -> str:
    """Write the required arguments of a field, with samples of their types."""
    required = [
        f"{name}: {sample(arg.type)}" for name, arg in field.args.items() if is_required_argument(arg)
    ]
    return f"({', '.join(required)})" if required else ""


def sample(type_: Any) -> str:
    """Write a literal of an input type."""
    if isinstance(type_, GraphQLNonNull):
        return sample(type_.of_type)
    if is_list_type(type_):
        return f"[{sample(type_.of_type)}]"
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        fields = {n: f for n, f in type_.fields.items() if is_required_input_field(f)}
        if type_.is_one_of:
            fields = dict([next(iter(type_.fields.items()))])
        return "{" + ", ".join(f"{name}: {sample(field.type)}" for name, field in fields.items()) + "}"
    return SAMPLES.get(type_.name, '"sample"')
