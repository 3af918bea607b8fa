"""A walk of the whole schema: for each root field documents that select every field below it, to a depth."""

import re
from collections.abc import Iterator, Mapping

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from domain.accounts.users import Viewer
from graph.access_matrix import REFUSED, cell
from graph.access_rules import rules_of
from graph.schema import executable

RULES = rules_of(executable())
WALKED_ELSEWHERE = {"Query.nodes", "SearchHit.object", "Bookmark.target", "Note.target"}
"""Fields that lead to objects of many types; what is below those is walked from `node` and the fields of each type."""
_ID = re.compile(r'"([a-z]+_[0-9A-HJKMNP-TV-Z]{26})"')
BACK_TO_THE_VIEWER = {"viewerBookmark", "viewerNote"}
"""Fields of all content whose objects are walked where the viewer lists them; else each would lead to all others."""


class Walk:
    """Writes documents that select every field together, but for abstract types: each has one type of their objects.

    `arguments` are written after the field of each coordinate; a field that requires others is left out. Ids in them
    become `variables`, so that walks through other objects send the same documents, which are prepared once.
    """

    def __init__(self, depth: int, arguments: Mapping[str, str]) -> None:
        self._depth = depth
        self._ids: dict[str, str] = {}
        self._arguments = {
            coordinate: self._with_variables(coordinate, written) for coordinate, written in arguments.items()
        }

    def documents(self, viewer: Viewer | None) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield the documents of every root field that the viewer may ask for, each with its variables."""
        root = executable().query_type
        assert root is not None
        for name, field in self._free(root).items():
            if cell(RULES, f"Query.{name}", viewer) != REFUSED:
                written = self._written(root, name)
                depth = 0 if _is_walked_elsewhere("Query", name) else self._depth
                for tree in self._trees(get_named_type(field.type), depth, ()):
                    text = f"{{ {name}{written} {tree} }}"
                    variables = {v: id_ for v, id_ in self._ids.items() if f"${v}" in text}
                    declared = ", ".join(f"${v}: ID!" for v in variables)
                    yield f"query ({declared}) {text}" if variables else text, variables

    def left_out(self) -> set[str]:
        """The root fields that no document asks for."""
        root = executable().query_type
        assert root is not None
        return root.fields.keys() - self._free(root).keys()

    def _with_variables(self, coordinate: str, written: str) -> str:
        """Put a variable in the place of each id, named after the coordinate."""
        for number, id_ in enumerate(_ID.findall(written)):
            name = f"{coordinate.replace('.', '_')}_{number}_"
            self._ids[name] = id_
            written = written.replace(f'"{id_}"', f"${name}", 1)
        return written

    def _trees(self, type_: GraphQLNamedType, depth: int, seen: tuple[str, ...]) -> list[str]:
        """Return selection sets that have every path below a type; the first has all that one can have."""
        if is_leaf_type(type_):
            return [""]
        if isinstance(type_, GraphQLUnionType):
            return self._trees_of_members(type_, depth, seen)
        assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        free = self._free(type_)
        leaves = "__typename " + " ".join(n for n, f in free.items() if is_leaf_type(get_named_type(f.type)))
        first, others = [leaves], []
        if depth and seen.count(type_.name) <= 1:
            for name, field in free.items():
                below = get_named_type(field.type)
                if not is_leaf_type(below):
                    left = 0 if _is_walked_elsewhere(type_.name, name) else depth - 1
                    tree, *more = self._trees(below, left, (*seen, type_.name))
                    written = f"{name}{self._written(type_, name)}"
                    first.append(f"{written} {tree}")
                    others += [f"{{ {leaves} {written} {other} }}" for other in more]
        if isinstance(type_, GraphQLInterfaceType):
            others += self._trees_of_members(type_, depth, seen)
        return [f"{{ {' '.join(first)} }}", *others]

    def _trees_of_members(
        self, type_: GraphQLUnionType | GraphQLInterfaceType, depth: int, seen: tuple[str, ...]
    ) -> list[str]:
        members = executable().get_possible_types(type_)
        return [f"{{ ... on {m.name} {tree} }}" for m in members for tree in self._trees(m, depth, seen)]

    def _written(self, type_: GraphQLObjectType | GraphQLInterfaceType, name: str) -> str:
        usual = "(first: 3)" if "first" in type_.fields[name].args else ""
        return self._arguments.get(f"{type_.name}.{name}", usual)

    def _free(self, type_: GraphQLObjectType | GraphQLInterfaceType) -> dict[str, GraphQLField]:
        """The fields whose arguments are given, or not required."""
        return {
            name: field
            for name, field in type_.fields.items()
            if f"{type_.name}.{name}" in self._arguments
            or not any(map(is_required_argument, field.args.values()))
        }


def _is_walked_elsewhere(type_name: str, name: str) -> bool:
    """Tell whether the leaves of what a field leads to are enough here."""
    return f"{type_name}.{name}" in WALKED_ELSEWHERE or name in BACK_TO_THE_VIEWER
