"""The SDL as the contract: sorted, so that a diff of `schema.graphql` shows what changed and nothing else."""

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
_SAID = {"oneOf": "Exactly one field of the input is given, and it is not null."}
_SORTED_PARTS = ("fields", "arguments", "values")


def print_sorted(schema: strawberry.Schema) -> str:
    """Print the schema: directives, scalars, then types by name, each with sorted fields, arguments and values."""
    document = parse(schema.as_str())
    definitions = sorted(document.definitions, key=_place)
    return print_ast(replace(document, definitions=tuple(map(_told, definitions)))) + "\n"


def _told(definition: DefinitionNode) -> Any:
    """Sort the parts of a definition, and describe what Strawberry leaves without words."""
    name = getattr(definition, "name", None)
    if definition.kind == "directive_definition" and name and name.value in _SAID:
        definition = replace(definition, description=StringValueNode(value=_SAID[name.value], block=True))  # type: ignore[call-arg]
    return _with_sorted_parts(definition)


def _place(definition: DefinitionNode) -> tuple[int, str]:
    kind = definition.kind
    name = getattr(definition, "name", None)
    return (_ORDER.index(kind) if kind in _ORDER else len(_ORDER), name.value if name else "")


def _with_sorted_parts(node: Any) -> Any:
    parts = {
        part: tuple(map(_with_sorted_parts, sorted(filter(_says_something, members), key=_name)))
        for part in _SORTED_PARTS
        if (members := getattr(node, part, None))
    }
    if directives := getattr(node, "directives", None):
        parts["directives"] = tuple(map(_with_sorted_parts, directives))
    return replace(node, **parts) if parts else node


def _name(node: Any) -> str:
    return str(node.name.value)


def _says_something(node: Any) -> bool:
    """Tell whether a part is worth printing: an argument of a directive that is null is not."""
    return not (isinstance(node, ConstArgumentNode | ArgumentNode) and isinstance(node.value, NullValueNode))
