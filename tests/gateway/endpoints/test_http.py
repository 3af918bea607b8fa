"""GraphQL over HTTP: types, statuses, tokens and limits."""

import json
from uuid import UUID

import pytest

from tests.gateway.conftest import Live

HELLO = "{ __typename }"
GRAPHQL = "application/graphql-response+json"


async def test_a_response_has_the_accepted_type(live: Live) -> None:
    plain = await live.client.post("/graphql", json={"query": HELLO})
    preferred = await live.client.post("/graphql", json={"query": HELLO}, headers={"accept": GRAPHQL})

    assert plain.json() == preferred.json() == {"data": {"__typename": "Query"}}
    assert plain.headers["content-type"].startswith("application/json")
    assert preferred.headers["content-type"].startswith(GRAPHQL)
    assert plain.headers["vary"] == "accept, accept-encoding, origin"


async def test_the_request_id_is_accepted_or_generated_and_in_every_error(live: Live) -> None:
    accepted = await live.client.post(
        "/graphql", json={"query": "{ nope }"}, headers={"x-request-id": "my-request-1"}
    )
    generated = await live.client.post(
        "/graphql", json={"query": HELLO}, headers={"x-request-id": "no good!"}
    )

    assert accepted.headers["x-request-id"] == "my-request-1"
    assert accepted.json()["errors"][0]["extensions"]["requestId"] == "my-request-1"
    assert UUID(generated.headers["x-request-id"]).version == 7


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"not json", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"\xff\xfe", 400),
        (b'{"query": 5}', 400),
        (b'{"query": ""}', 400),
        (b'{"variables": {}}', 400),
        (b'{"query": "{ __typename }", "variables": []}', 400),
        (b'{"query": "{ __typename }", "extensions": 1}', 400),
        (b'{"query": "{ __typename }", "operationName": {}}', 400),
        (b'{"query": "{ __typename }", "variables": {"a": NaN}}', 400),
        (b'{"query": "{ __typename }", "variables": {"a": "\\u0000"}}', 400),
        (b'{"query": "{ __typename }", "variables": {"a": "\\ud800"}}', 400),
        (b'{"query": "{ user(by: {handle: \\"\\\\u0000\\"}) { id } }"}', 400),
        (b'{"query": ' + b"[" * 10_000, 400),
    ],
)
async def test_a_malformed_body_is_a_coded_400(live: Live, body: bytes, status: int) -> None:
    response = await live.client.post("/graphql", content=body, headers={"content-type": "application/json"})

    assert response.status_code == status
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "data" not in response.json()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { __typename } query B { __typename }", "OPERATION_RESOLUTION_FAILURE"),
        ("fragment F on Query { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: Int!) { users(first: $n) { nodes { id } } }", "BAD_USER_INPUT"),
    ],
)
async def test_the_status_of_a_request_that_cannot_run_depends_on_the_type(
    live: Live, query: str, code: str
) -> None:
    plain = await live.client.post("/graphql", json={"query": query})
    strict = await live.client.post("/graphql", json={"query": query}, headers={"accept": GRAPHQL})

    assert plain.status_code == 200
    assert strict.status_code == 400
    assert {e["extensions"]["code"] for e in strict.json()["errors"]} == {code}
    assert "data" not in strict.json()


async def test_a_refused_request_gets_the_right_status(live: Live) -> None:
    client = live.client

    assert (await client.put("/graphql")).status_code == 405
    assert (await client.put("/graphql")).headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert (
        await client.post("/graphql", content=b"a=b", headers={"content-type": "text/plain"})
    ).status_code == 415
    latin = {"content-type": "application/json; charset=latin-1"}
    assert (await client.post("/graphql", content=b"{}", headers=latin)).status_code == 415
    huge = json.dumps({"query": HELLO + " " * 300_000}).encode()
    assert (
        await client.post("/graphql", content=huge, headers={"content-type": "application/json"})
    ).status_code == 413
    assert (
        await client.post("/graphql", json={"query": HELLO}, headers={"accept": "text/csv"})
    ).status_code == 406


async def test_get_runs_queries_and_refuses_mutations(live: Live) -> None:
    query = await live.client.get("/graphql", params={"query": HELLO})
    mutation = await live.client.get("/graphql", params={"query": "mutation { logout { signedOut } }"})

    assert query.json() == {"data": {"__typename": "Query"}}
    assert mutation.status_code == 405
    assert mutation.headers["allow"] == "POST"


async def test_an_invalid_token_is_401_and_a_valid_one_signs_in(live: Live) -> None:
    token = await live.register("ada")

    invalid = await live.post("{ viewer { user { handle } } }", token="nonsense")
    valid = await live.post("{ viewer { user { handle } } }", token=token)

    assert invalid.status_code == 401
    assert invalid.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert valid.json() == {"data": {"viewer": {"user": {"handle": "ada"}}}}


async def test_a_mutation_with_a_refused_field_is_refused_whole(live: Live) -> None:
    response = await live.post('mutation { updateProfile(input: {bio: "x"}) { user { handle } } }')

    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert error["extensions"]["coordinate"] == "Mutation.updateProfile"
    assert "data" not in response.json()


async def test_health(live: Live) -> None:
    assert (await live.client.get("/health/live")).json() == {"status": "live"}
    ready = await live.client.get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})


async def test_a_browser_gets_the_playground_under_a_policy(live: Live) -> None:
    page = await live.client.get("/graphql", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})

    assert page.headers["content-type"].startswith("text/html")
    assert "nonce-" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert (await live.client.get("/graphiql/graphiql.js")).status_code == 200
    assert (await live.client.get("/graphiql/..%2fapp.py")).status_code == 404


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ " + "__typename " * 3_100 + "}", "COST_LIMIT_EXCEEDED"),
        ("{ " + " ".join(f"a{n}: __typename" for n in range(31)) + " }", "COST_LIMIT_EXCEEDED"),
        ("{ users(first: 100) { edges { node { id } } nodes { id handle } } }", None),
        (
            "query { "
            + "".join("...F0 " for _ in range(1))
            + "} "
            + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(40))
            + " fragment F40 on Query { users { nodes { id } } }",
            "COST_LIMIT_EXCEEDED",
        ),
        ("{ __schema { types " + "{ ofType " * 15 + "{ name }" + " }" * 15 + " } }", "DEPTH_LIMIT_EXCEEDED"),
    ],
)
async def test_limits(live: Live, query: str, code: str | None) -> None:
    response = await live.client.post("/graphql", json={"query": query}, timeout=2)

    codes = {error["extensions"]["code"] for error in response.json().get("errors", [])}
    assert codes == ({code} if code else set())
