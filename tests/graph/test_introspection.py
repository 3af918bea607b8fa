"""Introspection in the strict profile: nothing for the anonymous, what they reach for everybody else."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import (
    GraphQLSchema,
    build_client_schema,
    execute_sync,
    get_introspection_query,
    is_union_type,
    parse,
)

from domain.scopes import Scope
from domain.users import Role, Viewer
from graph.documents import Documents
from graph.limits import Limits
from graph.schema import executable
from persistence.engine import Database
from tests.asking import Asker, asker_on, viewer_of
from tests.builders import mint

WHOLE = get_introspection_query()
DOCUMENTS = Documents(executable(), limits=Limits(), hide_suggestions=True, guard_introspection=True)
ROLES = [Role.LEARNER, Role.AUTHOR, Role.MODERATOR, Role.SERVICE]


@pytest.fixture
async def ask(database: Database) -> AsyncIterator[Asker]:
    async with asker_on(database) as asker:
        asker.executor.documents = DOCUMENTS
        yield asker


def key_with(*scopes: Scope) -> Viewer:
    person = viewer_of(mint("user"), *Role)
    return Viewer(
        user_id=person.user_id, session_id=person.session_id, roles=person.roles, scopes=frozenset(scopes)
    )


def seen_by(viewer: Viewer) -> GraphQLSchema:
    """Return the schema as its introspection tells it."""
    result = execute_sync(DOCUMENTS.introspection.schema_for(viewer), parse(WHOLE))
    assert result.errors is None
    return build_client_schema(result.data)  # type: ignore[arg-type]


def coordinates(schema: GraphQLSchema) -> set[str]:
    return {
        f"{type_.name}.{field}"
        for type_ in schema.type_map.values()
        if not type_.name.startswith("__") and hasattr(type_, "interfaces")
        for field in type_.fields
    }


def reached(viewer: Viewer) -> set[str]:
    return {at for at, rules in DOCUMENTS.rules.items() if not any(rule.refusal(viewer) for rule in rules)}


@pytest.mark.slow
@pytest.mark.parametrize(
    "viewer", [*(viewer_of(mint("user"), role) for role in ROLES), key_with(Scope.READ_LEARNING)]
)
def test_a_caller_sees_what_they_reach_and_nothing_else(viewer: Viewer) -> None:
    schema = seen_by(viewer)
    seen = coordinates(schema)

    assert seen <= reached(viewer)
    hidden = {at.partition(".")[0] for at in reached(viewer) - seen}
    assert all(schema.get_type(name) is None for name in hidden), (
        "only types to which nothing leads are left out"
    )
    assert "Query.leaderboard" in seen
    for type_ in schema.type_map.values():
        if is_union_type(type_):
            assert all(schema.get_type(member.name) for member in type_.types)


def test_an_admin_sees_everything() -> None:
    assert coordinates(seen_by(viewer_of(mint("user"), Role.ADMIN))) == coordinates(executable())


def test_a_learner_sees_no_administration() -> None:
    schema = seen_by(viewer_of(mint("user")))

    assert schema.get_type("AdminUser") is None
    assert schema.get_type("SetRolesInput") is None
    assert "setRoles" not in schema.mutation_type.fields  # type: ignore[union-attr]
    assert "goal" in schema.query_type.fields  # type: ignore[union-attr]


def test_a_schema_is_cut_once_for_each_set_of_powers() -> None:
    one, two = viewer_of(mint("user")), viewer_of(mint("user"))

    assert DOCUMENTS.introspection.schema_for(one) is DOCUMENTS.introspection.schema_for(two)
    assert DOCUMENTS.introspection.schema_for(one) is not DOCUMENTS.introspection.schema_for(key_with())


async def test_a_learner_is_told_what_possible_types_there_are_for_them(ask: Asker) -> None:
    by_name = '{ __type(name: "AdminUser") { name } node: __type(name: "Node") { possibleTypes { name fields { name } } } }'

    data = await ask.data(by_name, viewer_of(mint("user")))

    assert data["__type"] is None
    told = {type_["name"]: {f["name"] for f in type_["fields"]} for type_ in data["node"]["possibleTypes"]}
    assert "deletesAt" in told["User"]
    assert set(told) == {"User", "Goal", "Quiz", "QuizAttempt", "Roadmap", "RoadmapVersion", "ExamType"}


@pytest.mark.parametrize(
    "text",
    [
        "{ __schema { types { name } } }",
        '{ __type(name: "User") { name } }',
        "{ ... { s: __schema { description } } }",
        "{ ...F } fragment F on Query { __schema { description } }",
        "{ leaderboard { total } __schema { description } }",
    ],
)
async def test_the_anonymous_are_told_to_sign_in(ask: Asker, text: str) -> None:
    response = await ask(text)

    (error,) = response["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert error["extensions"]["coordinate"] in {"Query.__schema", "Query.__type"}
    assert "data" not in response


async def test_typename_is_for_everybody(ask: Asker) -> None:
    text = "{ __typename leaderboard { __typename } }"

    assert await ask.data(text) == {"__typename": "Query", "leaderboard": {"__typename": "Leaderboard"}}


async def test_the_schema_is_asked_for_apart_by_those_who_see_a_part_of_it(ask: Asker) -> None:
    mixed = "{ __schema { queryType { name } } leaderboard { __typename } }"

    refused = await ask(mixed, viewer_of(mint("user")))
    told = await ask.data(mixed, viewer_of(mint("user"), Role.ADMIN))

    assert refused["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert told["__schema"] == {"queryType": {"name": "Query"}}


async def test_the_whole_schema_may_be_asked_for_but_not_many_times_over(ask: Asker) -> None:
    admin = viewer_of(mint("user"), Role.ADMIN)
    many: Any = " ".join(
        f"a{n}: types {{ fields {{ name args {{ name type {{ name }} }} }} }}" for n in range(28)
    )

    whole = await ask.data(WHOLE, admin)
    refused = await ask("{ __schema { " + many + " } }", admin)

    assert len(whole["__schema"]["types"]) == len(executable().type_map)
    assert refused["errors"][0]["extensions"]["code"] == "COST_LIMIT_EXCEEDED"


async def test_no_refusal_of_a_value_suggests_another(ask: Asker) -> None:
    text = "mutation ($i: CreateApiKeyInput!) { createApiKey(input: $i) { secret } }"

    response = await ask(text, viewer_of(mint("user")), i={"name": "a", "scopes": ["READ_PROFIL"], "nam": 1})

    assert response["errors"]
    assert "Did you mean" not in str(response)
