"""SDL: prints the schema sorted, so that a diff of `schema.graphql` shows only what changed."""

from dataclasses import replace
from typing import Any

import strawberry
from graphql import (
    ArgumentNode,
    ConstArgumentNode,
    DefinitionNode,
    NullValueNode,
    StringValueNode,
    parse,
    print_ast,
)

_ORDER = ("schema_definition", "directive_definition", "scalar_type_definition")
_DESCRIPTIONS = {"oneOf": "Exactly one field of the input is given, and it is not null."}
_SORTED_PARTS = ("fields", "arguments", "values")


def print_sorted(schema: strawberry.Schema) -> str:
    """Print the schema: directives, scalars, then types by name, each with sorted fields, arguments and values."""
    document = parse(schema.as_str())
    definitions = sorted(document.definitions, key=_sort_key)
    return print_ast(replace(document, definitions=tuple(map(_described, definitions)))) + "\n"


def _described(definition: DefinitionNode) -> Any:
    """Sort the parts of a definition, and add the descriptions that Strawberry leaves out."""
    name = getattr(definition, "name", None)
    if definition.kind == "directive_definition" and name and name.value in _DESCRIPTIONS:
        definition = replace(
            definition, description=StringValueNode(value=_DESCRIPTIONS[name.value], block=True)
        )  # type: ignore[call-arg]
    return _with_sorted_parts(definition)


def _sort_key(definition: DefinitionNode) -> tuple[int, str]:
    kind = definition.kind
    name = getattr(definition, "name", None)
    return (_ORDER.index(kind) if kind in _ORDER else len(_ORDER), name.value if name else "")


def _with_sorted_parts(node: Any) -> Any:
    parts = {
        part: tuple(map(_with_sorted_parts, sorted(filter(_is_printed, members), key=_name)))
        for part in _SORTED_PARTS
        if (members := getattr(node, part, None))
    }
    if directives := getattr(node, "directives", None):
        parts["directives"] = tuple(map(_with_sorted_parts, directives))
    return replace(node, **parts) if parts else node


def _name(node: Any) -> str:
    return str(node.name.value)


def _is_printed(node: Any) -> bool:
    """Tell whether to print a part: an argument of a directive that is null is left out."""
    return not (isinstance(node, ConstArgumentNode | ArgumentNode) and isinstance(node.value, NullValueNode))
