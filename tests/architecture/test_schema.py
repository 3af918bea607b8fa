"""Schema: the committed SDL, a rule for every coordinate, a description for everything, a row rule for every batch."""

import importlib
import pkgutil

import pytest
import strawberry
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

import resolvers
from graph.access_rules import UnruledError, rules_of
from graph.directives import public
from graph.fields import attribute
from graph.schema import executable, sdl
from resolvers.batches import Batch, Rows
from tests.architecture.layout import ROOT, modules


def test_the_committed_sdl_is_the_schema() -> None:
    assert (ROOT / "schema.graphql").read_text("utf-8") == sdl(), "run `make schema`"


def test_every_coordinate_has_a_rule() -> None:
    assert all(rules_of(executable()).values())


def test_a_coordinate_without_a_rule_stops_the_start_with_its_name() -> None:
    @strawberry.type(directives=[public()])
    class Fine:
        name: str = attribute("Fine.")

    @strawberry.type
    class Query:
        fine: Fine = attribute("Public by its type, but a root field needs a rule of its own.")

    with pytest.raises(UnruledError, match=r"Query\.fine"):
        rules_of(executable(strawberry.Schema(query=Query)))


def test_everything_in_the_schema_is_described() -> None:
    undescribed = []
    for type_ in executable().type_map.values():
        if type_.name.startswith("__") or type_.name in {"Query", "Mutation", "Subscription"}:
            members = {}
        elif isinstance(type_, GraphQLEnumType):
            members = type_.values
        else:
            members = {}
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            members = {} if type_.name.startswith("__") else type_.fields
        if not type_.description and type_.name not in {"Query", "Mutation", "Subscription"}:
            undescribed.append(type_.name)
        for name, member in members.items():
            if not member.description:
                undescribed.append(f"{type_.name}.{name}")
            arguments = getattr(member, "args", None) or {}
            undescribed += [
                f"{type_.name}.{name}({a})" for a, arg in arguments.items() if not arg.description
            ]

    assert undescribed == []


def test_every_batch_declares_whose_rows_it_returns() -> None:
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(resolvers.__path__, "resolvers.")
    ]

    batches = {value for module in modules for value in vars(module).values() if isinstance(value, Batch)}

    assert len(batches) > 10
    assert all(isinstance(batch.rows, Rows) for batch in batches)


def test_every_mutation_is_in_a_test() -> None:
    mutations = executable().mutation_type
    texts = [(ROOT / path).read_text("utf-8") for path in modules("tests")]

    assert mutations is not None
    assert [name for name in mutations.fields if not any(name in text for text in texts)] == []
