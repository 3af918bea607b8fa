"""Mirror: the attributes of a graph type are those of its domain object, by name and nullability."""

import dataclasses
import importlib
import pkgutil
import typing
from typing import Any

import pytest
from graphql import GraphQLNonNull, GraphQLObjectType

import domain
import resolvers
from graph.declarations import declaration_of, definition_of
from graph.schema import executable

SCHEMA = executable()
NO_ENTITY = ("Connection", "Edge", "EncodedResponse")


def entities() -> dict[str, type[Any]]:
    """Return every entity of the domain and the resolvers, by its name."""
    found: dict[str, type[Any]] = {}
    for package in (domain, resolvers):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(info.name)
            found |= {
                name: value for name, value in vars(module).items() if _is_entity_of(module.__name__, value)
            }
    return found


def _is_entity_of(module: str, value: object) -> bool:
    return isinstance(value, type) and dataclasses.is_dataclass(value) and value.__module__ == module


ALL = entities()
MIRRORED = sorted(
    name
    for name, type_ in SCHEMA.type_map.items()
    if isinstance(type_, GraphQLObjectType) and name in ALL and not name.endswith(NO_ENTITY)
)


def test_most_types_have_an_entity_of_their_name() -> None:
    assert len(MIRRORED) > 15


@pytest.mark.parametrize("name", MIRRORED)
def test_every_attribute_of_the_type_is_one_of_its_entity(name: str) -> None:
    type_ = SCHEMA.type_map[name]
    assert isinstance(type_, GraphQLObjectType)
    hints = typing.get_type_hints(ALL[name])
    differences = []
    for field_name, field in type_.fields.items():
        declaration = declaration_of(field)
        if declaration is None or declaration.word != "attribute":
            continue
        attribute = definition_of(field).python_name
        if not hasattr(ALL[name], attribute) and attribute not in hints:
            differences.append(f"{field_name}: no attribute {attribute}")
        elif attribute in hints:
            optional = type(None) in typing.get_args(hints[attribute])
            if optional == isinstance(field.type, GraphQLNonNull):
                differences.append(f"{field_name}: {field.type} but {hints[attribute]}")
    assert differences == []


def test_every_batch_is_keyed_by_an_attribute_of_its_parent() -> None:
    differences = []
    for name in MIRRORED:
        type_ = SCHEMA.type_map[name]
        assert isinstance(type_, GraphQLObjectType)
        for field_name, field in type_.fields.items():
            declaration = declaration_of(field)
            if (
                declaration is not None
                and declaration.key is not None
                and not hasattr(ALL[name], declaration.key)
            ):
                differences.append(f"{name}.{field_name}: {declaration.key}")
    assert differences == []
