"""The house: packages, rules of the schema, descriptions, migrations."""

import importlib
import importlib.metadata
import pkgutil
from pathlib import Path

import pytest
import strawberry
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

import resolvers
from gateway.settings import environment
from graph.directives import public
from graph.fields import attribute
from graph.rules import UnruledError, rules_of
from graph.schema import executable, sdl
from resolvers.batches import Batch, Rows

ROOT = Path(__file__).parent.parent.parent
PACKAGES = {"gateway", "graph", "resolvers", "domain", "persistence", "migrations", "content"}
LONGEST_FILE = 250


def test_no_installed_distribution_ships_a_package_of_ours() -> None:
    ours = {
        name: dists for name, dists in importlib.metadata.packages_distributions().items() if name in PACKAGES
    }

    assert all(set(dists) <= {"questpath"} for dists in ours.values()), ours


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


def test_every_loader_declares_whose_rows_it_returns() -> None:
    rooms = [
        importlib.import_module(f"resolvers.{room.name}") for room in pkgutil.iter_modules(resolvers.__path__)
    ]

    batches = {value for room in rooms for value in vars(room).values() if isinstance(value, Batch)}

    assert len(batches) > 10
    assert all(isinstance(batch.rows, Rows) for batch in batches)


def test_no_file_is_longer_than_the_wall() -> None:
    long = {
        str(path.relative_to(ROOT)): length
        for package in ("gateway", "graph", "resolvers", "domain", "persistence")
        for path in (ROOT / package).rglob("*.py")
        if (length := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE
    }

    assert long == {}


def test_the_example_environment_names_every_setting() -> None:
    written = (ROOT / ".env.example").read_text("utf-8")

    assert all(f"{name}=" in written for name in environment.EXAMPLES)
    fields = environment.Settings.model_fields
    names = {
        str(f.validation_alias.choices[0]) if f.validation_alias else f"QUESTPATH_{n.upper()}"
        for n, f in fields.items()
    }
    assert names == set(environment.EXAMPLES)


def test_the_lock_files_name_no_address() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        assert "://" not in lock.read_text("utf-8")
