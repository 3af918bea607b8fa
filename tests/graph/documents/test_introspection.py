"""Introspection in the strict profile: none for anonymous callers, and what the others may read."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import (
    GraphQLSchema,
    build_client_schema,
    execute_sync,
    get_introspection_query,
    get_named_type,
    is_union_type,
    parse,
)

from domain.accounts.scopes import Scope
from domain.accounts.users import Role, Viewer
from graph.documents.limits import Limits
from graph.documents.prepared import DocumentCache
from graph.schema import executable
from persistence.database import Database
from tests.builders import mint
from tests.support.schema_client import Asker, asker_on, viewer_of

WHOLE = get_introspection_query()
DOCUMENTS = DocumentCache(executable(), limits=Limits(), hide_suggestions=True, guard_introspection=True)
ROLES = [Role.LEARNER, Role.AUTHOR, Role.MODERATOR]


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
    """Return the schema that introspection describes."""
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


def readable(viewer: Viewer) -> set[str]:
    return {
        coordinate
        for coordinate, rules in DOCUMENTS.rules.items()
        if not any(rule.refusal(viewer) for rule in rules)
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "viewer", [*(viewer_of(mint("user"), role) for role in ROLES), key_with(Scope.READ_LEARNING)]
)
def test_a_caller_sees_what_they_may_read_and_nothing_else(viewer: Viewer) -> None:
    schema = seen_by(viewer)
    seen = coordinates(schema)

    assert seen <= readable(viewer)
    for type_name, name in (coordinate.split(".") for coordinate in readable(viewer) - seen):
        yielded = get_named_type(executable().type_map[type_name].fields[name].type)
        assert schema.get_type(type_name) is None or schema.get_type(yielded.name) is None, (
            "only the unreachable"
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


def test_a_schema_is_filtered_once_for_each_set_of_grants() -> None:
    first, second = viewer_of(mint("user")), viewer_of(mint("user"))

    assert DOCUMENTS.introspection.schema_for(first) is DOCUMENTS.introspection.schema_for(second)
    assert DOCUMENTS.introspection.schema_for(first) is not DOCUMENTS.introspection.schema_for(key_with())


async def test_a_learner_sees_the_possible_types_that_they_may_read(ask: Asker) -> None:
    by_name = '{ __type(name: "AdminUser") { name } node: __type(name: "Node") { possibleTypes { name fields { name } } } }'

    data = await ask.data(by_name, viewer_of(mint("user")))

    assert data["__type"] is None
    types = {type_["name"]: {f["name"] for f in type_["fields"]} for type_ in data["node"]["possibleTypes"]}
    assert "deletesAt" in types["User"]
    nodes = {type_.name for type_ in executable().get_possible_types(executable().type_map["Node"])}
    hidden = {
        "AiCall",
        "Suppression",
        "WebhookEndpoint",
        "WebhookDelivery",
        "EmailTemplate",
        "Segment",
        "Campaign",
    }
    of_authors = {"QuizDraft"}
    assert set(types) == nodes - hidden - of_authors  # which operators and authors alone read


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
async def test_anonymous_callers_have_to_sign_in(ask: Asker, text: str) -> None:
    response = await ask(text)

    (error,) = response["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert error["extensions"]["coordinate"] in {"Query.__schema", "Query.__type"}
    assert "data" not in response


async def test_typename_is_open_to_all(ask: Asker) -> None:
    text = "{ __typename leaderboard { __typename } }"

    assert await ask.data(text) == {"__typename": "Query", "leaderboard": {"__typename": "Leaderboard"}}


async def test_callers_with_a_filtered_schema_must_introspect_in_a_request_of_its_own(ask: Asker) -> None:
    mixed = "{ __schema { queryType { name } } leaderboard { __typename } }"

    refused = await ask(mixed, viewer_of(mint("user")))
    allowed = await ask.data(mixed, viewer_of(mint("user"), Role.ADMIN))

    assert refused["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert allowed["__schema"] == {"queryType": {"name": "Query"}}


async def test_the_whole_schema_may_be_read_but_not_many_times_over(ask: Asker) -> None:
    admin = viewer_of(mint("user"), Role.ADMIN)
    many: Any = " ".join(
        f"a{n}: types {{ fields {{ name args {{ name type {{ name }} }} }} }}" for n in range(28)
    )

    whole = await ask.data(WHOLE, admin)
    refused = await ask("{ __schema { " + many + " } }", admin)

    assert len(whole["__schema"]["types"]) == len(executable().type_map)
    assert refused["errors"][0]["extensions"]["code"] == "COST_LIMIT_EXCEEDED"


async def test_the_refusal_of_a_value_suggests_no_other(ask: Asker) -> None:
    text = "mutation ($i: CreateApiKeyInput!) { createApiKey(input: $i) { secret } }"

    response = await ask(text, viewer_of(mint("user")), i={"name": "a", "scopes": ["READ_PROFIL"], "nam": 1})

    assert response["errors"]
    assert "Did you mean" not in str(response)
