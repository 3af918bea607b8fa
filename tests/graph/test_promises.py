"""Promises: nothing is in the schema, the prices or the limits that no code keeps."""

from dataclasses import fields
from typing import Any

from graphql import (
    DirectiveDefinitionNode,
    DirectiveNode,
    GraphQLEnumType,
    Visitor,
    parse,
    visit,
)

from domain.accounts.scopes import Scope
from domain.accounts.users import Role
from domain.gamification.xp_rules import RuleSet
from domain.rate_limits import rules as rate_rules
from gateway.settings.environment import Settings
from graph.access_matrix import callers, cell
from graph.access_rules import rules_of
from graph.declarations import declaration_of, definition_of
from graph.directives import Auth, RequiresScopes
from graph.schema import executable, sdl
from tests.support.enum_effects import EFFECTS
from tests.support.produced_members import attributes_read, classes_called, produced_members

SCHEMA = executable()
RULES = rules_of(SCHEMA)
BELOW = ("domain", "resolvers", "persistence", "gateway")
FROM_FILES = {
    "Completion",
    "Difficulty",
    "Feedback",
    "NodeKind",
    "PrerequisiteMode",
    "QuestionKind",
    "Visibility",
}
"""Enums whose values come with an imported file; a test imports each."""
OF_DIRECTIVES = {"CacheControlScope": "Apollo's definition of `@cacheControl`", "RevealMoment": "one value"}
"""Enums that only directives of the schema itself take."""


def enums() -> list[GraphQLEnumType]:
    return [
        t for t in SCHEMA.type_map.values() if isinstance(t, GraphQLEnumType) and not t.name.startswith("__")
    ]


def broken_promises(given: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return the values of each enum that no code produces, no file brings and no client sends."""
    sent = {coordinate.rpartition(" ")[2] for coordinate in EFFECTS}
    found = {}
    for enum in enums():
        class_ = definition_of(enum).wrapped_cls
        missing = {member.name for member in class_} - given.get(class_.__name__, set())
        if missing and enum.name not in FROM_FILES | sent | OF_DIRECTIVES.keys():
            found[enum.name] = missing
    return found


def test_every_value_of_an_enum_is_produced() -> None:
    assert broken_promises(produced_members(*BELOW)) == {}


def test_a_value_that_is_only_asked_for_is_found() -> None:
    produced = produced_members(*BELOW)
    produced["XpStatus"] = produced["XpStatus"] - {"PENDING"}

    assert broken_promises(produced) == {"XpStatus": {"PENDING"}}


def test_every_role_opens_something_that_no_other_set_of_roles_needs() -> None:
    required = {rule.requires for rules in RULES.values() for rule in rules if isinstance(rule, Auth)}
    columns = {
        name: tuple(cell(RULES, coordinate, viewer) for coordinate in sorted(RULES))
        for name, viewer in callers().items()
    }

    assert required == set(Role)
    assert len(set(columns.values())) == len(columns) == len(Role) + 1


def test_every_scope_opens_something() -> None:
    named = {
        scope
        for rules in RULES.values()
        for rule in rules
        if isinstance(rule, RequiresScopes)
        for scopes in rule.scopes
        for scope in scopes
    }

    assert named == set(Scope)


def test_every_argument_of_a_directive_is_used() -> None:
    document = parse(sdl())
    used: dict[str, set[str]] = {}

    class Uses(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
            used.setdefault(node.name.value, set()).update(a.name.value for a in node.arguments or ())

    visit(document, Uses())
    for definition in document.definitions:
        if isinstance(definition, DirectiveDefinitionNode):
            named = {argument.name.value for argument in definition.arguments or ()}
            assert named == used.get(definition.name.value), definition.name.value


def test_every_refusal_of_a_mutation_is_raised() -> None:
    assert SCHEMA.mutation_type is not None
    declared = {name: declaration_of(field) for name, field in SCHEMA.mutation_type.fields.items()}
    refusals = {error.__name__ for each in declared.values() if each for error in each.refuses}

    assert len(refusals) > 10
    assert refusals - classes_called(*BELOW) == set()


def test_every_price_of_the_xp_rules_is_paid() -> None:
    read = attributes_read("domain", "persistence", "resolvers")

    assert {field.name for field in fields(RuleSet)} - read == set()


def test_every_limited_mutation_exists() -> None:
    assert SCHEMA.mutation_type is not None
    limited = rate_rules.CHEAP_WRITES | rate_rules.EXPENSIVE_WRITES | rate_rules.SIGN_IN_FIELDS.keys()

    assert limited - SCHEMA.mutation_type.fields.keys() == set()


def test_every_setting_is_read() -> None:
    assert Settings.model_fields.keys() - attributes_read("gateway") == set()
