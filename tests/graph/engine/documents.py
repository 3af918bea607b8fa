"""Generated documents: operations of any schema, with every form that a selection can have."""

import re
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
    is_union_type,
)
from hypothesis import strategies as st

SCALARS: dict[str, list[tuple[str, Any]]] = {
    "Int": [("1", 1), ("3", 3)],
    "Float": [("1.5", 1.5), ("2", 2)],
    "Boolean": [("true", True), ("false", False)],
    "String": [('"a"', "a"), ('"ü\\""', 'ü"')],
    "ID": [('"i1"', "i1"), ("7", "7")],
    "Moment": [('"t1"', "t1"), ('"wrong"', "wrong")],
    "DateTime": [('"2026-03-02T09:00:00Z"', "2026-03-02T09:00:00Z")],
    "LocalDate": [('"2026-03-02"', "2026-03-02")],
}
"""Literals of each scalar, each with the equal value of a variable."""

Arguments = dict[str, list[str]]
"""Argument texts to choose from, by coordinate, where random ones would find nothing."""


@dataclass
class Case:
    """An operation with its variables."""

    text: str
    variables: dict[str, Any]


@dataclass
class _Writer:
    draw: Any
    schema: GraphQLSchema
    given: Arguments
    fragments: list[tuple[str, str, str]] = field(default_factory=list)
    variables: dict[str, tuple[str, Any]] = field(default_factory=dict)

    def one_of(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def rarely(self, of: int = 8) -> bool:
        return bool(self.draw(st.integers(0, of - 1)) == of - 1)

    def selection(self, type_: Any, depth: int) -> str:
        parts = [self.part(type_, depth) for _ in range(self.draw(st.integers(1, 4)))]
        return "{ " + " ".join(parts) + " }"

    def part(self, type_: Any, depth: int) -> str:
        fields = {} if is_union_type(type_) else type_.fields
        if not fields or (depth > 0 and self.rarely(4)):
            return self.fragment(type_, depth) if depth > 0 else "__typename"
        if self.rarely(10):
            return self.one_of("__typename", "kind: __typename") + self.condition()
        return self.field(type_, self.one_of(*fields), depth)

    def field(self, type_: Any, name: str, depth: int) -> str:
        definition = type_.fields[name]
        named = get_named_type(definition.type)
        if not is_leaf_type(named) and depth <= 0:
            return "__typename"
        arguments = self.arguments(type_, name)
        key = re.sub(r"[^a-zA-Z0-9]", "", f"{name}{definition.type}{arguments}")
        alias = f"{key}: " if arguments or self.rarely(3) else ""
        inner = "" if is_leaf_type(named) else " " + self.selection(named, depth - 1)
        return f"{alias}{name}{arguments}{self.condition()}{inner}"

    def fragment(self, type_: Any, depth: int) -> str:
        condition = self.one_of(*self.conditions(type_))
        known = [name for name, of, _ in self.fragments if of == condition]
        if known and self.rarely(3):
            return f"...{self.one_of(*known)}{self.condition()}"
        inner = self.selection(self.schema.type_map[condition], depth - 1)
        if self.rarely(3):
            name = f"F{len(self.fragments)}"
            self.fragments.append((name, condition, f"fragment {name} on {condition} {inner}"))
            return f"...{name}{self.condition()}"
        on = "" if condition == type_.name and self.rarely(2) else f" on {condition}"
        return f"...{on}{self.condition()} {inner}"

    def conditions(self, type_: Any) -> list[str]:
        if is_abstract_type(type_):
            return [type_.name, *(possible.name for possible in self.schema.get_possible_types(type_))]
        return [type_.name, *(interface.name for interface in type_.interfaces)]

    def condition(self) -> str:
        if not self.rarely(10):
            return ""
        if self.rarely(2):
            value = self.one_of("true", "false")
        else:
            name = self.one_of("b0", "b1")
            self.variables.setdefault(name, ("Boolean!", self.draw(st.booleans())))
            value = f"${name}"
        return f" @{self.one_of('skip', 'include')}(if: {value})"

    def arguments(self, type_: Any, name: str) -> str:
        texts = self.given.get(f"{type_.name}.{name}")
        if texts is not None:
            return str(self.one_of(*texts))
        written = [
            f"{key}: {self.argument(argument.type)}"
            for key, argument in type_.fields[name].args.items()
            if is_required_argument(argument) or self.rarely(2)
        ]
        return f"({', '.join(written)})" if written else ""

    def argument(self, type_: Any) -> str:
        literal, value = self.sample(type_)
        if not self.rarely(2):
            return literal
        name = f"v{len(self.variables)}"
        absent = not is_non_null_type(type_) and self.rarely(4)
        self.variables[name] = str(type_), ... if absent else value
        return f"${name}"

    def sample(self, type_: Any) -> tuple[str, Any]:
        """Return a literal of an input type and the equal value of a variable."""
        if not is_non_null_type(type_) and self.rarely(8):
            return "null", None
        inner = get_nullable_type(type_)
        if is_list_type(inner):
            items = [self.sample(inner.of_type) for _ in range(self.draw(st.integers(0, 2)))]
            return f"[{', '.join(i for i, _ in items)}]", [value for _, value in items]
        if isinstance(inner, GraphQLEnumType):
            name = self.one_of(*inner.values)
            return name, name
        if isinstance(inner, GraphQLInputObjectType):
            return self.object(inner)
        literal, value = self.one_of(*SCALARS.get(inner.name, SCALARS["String"]))
        return literal, value

    def object(self, type_: GraphQLInputObjectType) -> tuple[str, Any]:
        names = [n for n, f in type_.fields.items() if is_required_input_field(f) or self.rarely(2)]
        if type_.is_one_of:
            names = [self.one_of(*type_.fields)]
        found = {}
        for name in names:
            kind: Any = type_.fields[name].type
            found[name] = self.sample(kind)
            while type_.is_one_of and found[name][1] is None:
                found[name] = self.sample(kind)
        text = ", ".join(f"{name}: {literal}" for name, (literal, _) in found.items())
        return f"{{{text}}}", {name: value for name, (_, value) in found.items()}


@st.composite
def operations(
    draw: Any,
    schema: GraphQLSchema,
    *,
    kinds: tuple[str, ...] = ("query",),
    depth: int = 4,
    given: Arguments | None = None,
) -> Case:
    """Draw an operation; most are valid, the few whose fields cannot be merged are not."""
    writer = _Writer(draw, schema, given or {})
    kind = draw(st.sampled_from(kinds))
    root = {"query": schema.query_type, "mutation": schema.mutation_type}[kind]
    assert isinstance(root, GraphQLObjectType)
    body = writer.selection(root, depth)
    used = {n: v for n, v in writer.variables.items() if f"${n}" in body + str(writer.fragments)}
    declared = ", ".join(f"${name}: {type_}" for name, (type_, _) in used.items())
    head = f"{kind} Q({declared}) " if declared else f"{kind} Q "
    text = " ".join([head + body, *(text for _, _, text in writer.fragments)])
    return Case(text, {name: value for name, (_, value) in used.items() if value is not ...})
