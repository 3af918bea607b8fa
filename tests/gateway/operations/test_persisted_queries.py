"""Automatic persisted queries: sent by their hash on every transport, and registered once if they are valid."""

import json
from typing import Any

import pytest

from domain.documents.persisted_queries import digest_of
from tests.gateway.conftest import Live, running
from tests.support.clients.persisted_queries import ANSWER, HELLO, WATCH, code_of, named
from tests.support.clients.websockets import INIT, hear, say, socket


async def test_a_hash_is_unknown_then_registered_then_known(live: Live) -> None:
    unknown = await live.client.post("/graphql", json=named(HELLO))
    registered = await live.client.post("/graphql", json=named(HELLO, query=HELLO))
    known = await live.client.post("/graphql", json=named(HELLO))

    assert unknown.status_code == 200
    assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert code_of(unknown) == "PERSISTED_QUERY_NOT_FOUND"
    assert "data" not in unknown.json()
    assert registered.json() == known.json() == ANSWER


async def test_a_hash_works_in_a_get_and_as_a_document_id(live: Live) -> None:
    extensions = json.dumps(named(HELLO)["extensions"])
    document_id = f"sha256:{digest_of(HELLO)}"

    unknown = await live.client.get("/graphql", params={"extensions": extensions})
    registered = await live.client.get("/graphql", params={"extensions": extensions, "query": HELLO})
    known = await live.client.get("/graphql", params={"extensions": extensions})
    by_id = await live.client.get("/graphql", params={"documentId": document_id})

    assert code_of(unknown) == "PERSISTED_QUERY_NOT_FOUND"
    assert unknown.headers["cache-control"] == "no-store"
    assert registered.json() == known.json() == by_id.json() == ANSWER


async def test_a_document_is_registered_under_no_other_hash(live: Live) -> None:
    wrong = named("{ other: __typename }", query=HELLO)

    refused = await live.client.post("/graphql", json=wrong)
    after = await live.client.post("/graphql", json=named("{ other: __typename }"))

    assert code_of(refused) == "PERSISTED_QUERY_HASH_MISMATCH"
    assert code_of(after) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize("text", ["{", "{ nope }", "{ " + "__typename " * 4_000 + "}"])
async def test_only_valid_documents_are_registered(live: Live, text: str) -> None:
    refused = await live.client.post("/graphql", json=named(text, query=text))
    after = await live.client.post("/graphql", json=named(text))

    assert "errors" in refused.json()
    assert code_of(after) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    "persisted",
    [5, {}, {"version": 2, "sha256Hash": digest_of(HELLO)}, {"version": 1, "sha256Hash": 5}, {"version": 1}],
)
async def test_a_malformed_hash_is_a_coded_400(live: Live, persisted: Any) -> None:
    response = await live.client.post("/graphql", json={"extensions": {"persistedQuery": persisted}})

    assert (response.status_code, code_of(response)) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize("document_id", ["", "sha256:", "sha256:xyz", "app/unknown", "\x00", "x" * 10_000])
async def test_an_unknown_id_is_not_found(live: Live, document_id: str) -> None:
    response = await live.client.post("/graphql", json={"documentId": document_id})

    assert code_of(response) == ("PERSISTED_QUERY_NOT_FOUND" if document_id else "BAD_USER_INPUT")


async def test_an_id_that_is_no_hash_is_not_registered(live: Live) -> None:
    response = await live.client.post("/graphql", json={"documentId": "mine", "query": HELLO})

    assert (response.status_code, code_of(response)) == (400, "BAD_USER_INPUT")


async def test_several_operations_of_one_document_are_chosen_by_name(live: Live) -> None:
    text = "query A { a: __typename } query B { b: __typename }"
    await live.client.post("/graphql", json=named(text, query=text, operationName="A"))

    with_name = await live.client.post("/graphql", json=named(text, operationName="B"))
    without_name = await live.client.post("/graphql", json=named(text))

    assert with_name.json() == {"data": {"b": "Query"}}
    assert code_of(without_name) == "OPERATION_RESOLUTION_FAILURE"


async def test_a_mutation_by_hash_is_refused_in_a_get(live: Live) -> None:
    text = "mutation { logout { signedOut } }"
    await live.client.post("/graphql", json=named(text, query=text))

    response = await live.client.get("/graphql", params={"documentId": f"sha256:{digest_of(text)}"})

    assert response.status_code == 405


async def test_a_persisted_query_leaves_a_megabyte_for_variables(live: Live) -> None:
    text = "query ($name: String!) { __type(name: $name) { name } }"
    await live.client.post("/graphql", json=named(text, query=text, variables={"name": "User"}))
    large, too_large = {"name": "x" * 900_000}, {"name": "x" * 1_100_000}

    by_name = await live.client.post("/graphql", json=named(text, variables=large))
    by_text = await live.client.post("/graphql", json={"query": text, "variables": large})
    registering = await live.client.post("/graphql", json=named(text, query=text, variables=large))
    beyond = await live.client.post("/graphql", json=named(text, variables=too_large))

    assert by_name.status_code == 200
    assert [r.status_code for r in (by_text, registering, beyond)] == [413] * 3


async def test_subscribe_on_a_websocket_takes_a_hash(live: Live) -> None:
    def subscribe(id_: str, payload: dict[str, Any]) -> dict[str, Any]:
        return {"id": id_, "type": "subscribe", "payload": payload}

    async with socket(live) as opened:
        await say(opened, INIT, subscribe("1", named(WATCH)))
        await hear(opened)
        unknown = await hear(opened)
        await say(opened, subscribe("2", named(WATCH, query=WATCH)))
        registered = await hear(opened)
        await say(opened, subscribe("3", named(WATCH)))
        known = await hear(opened)

    assert (unknown["id"], unknown["type"]) == ("1", "error")
    assert unknown["payload"][0]["message"] == "PersistedQueryNotFound"
    assert (registered["id"], registered["type"]) == ("2", "next")
    assert (known["id"], known["payload"]) == ("3", registered["payload"])


async def test_a_stream_of_events_takes_a_hash(live: Live) -> None:
    headers = {"accept": "text/event-stream"}
    await live.client.post("/graphql", json=named(HELLO, query=HELLO))

    known = await live.client.post("/graphql", json=named(HELLO), headers=headers)
    unknown = await live.client.post("/graphql", json=named(WATCH), headers=headers)

    assert known.headers["content-type"].startswith("text/event-stream")
    assert '{"data":{"__typename":"Query"}}' in known.text
    assert "PERSISTED_QUERY_NOT_FOUND" in unknown.text


async def test_a_response_to_a_hash_is_cached_like_one_to_a_text(live: Live) -> None:
    text = "{ leaderboard { version } }"
    params = {"documentId": f"sha256:{digest_of(text)}"}
    await live.client.post("/graphql", json=named(text, query=text))

    by_text = await live.client.get("/graphql", params={"query": text})
    by_hash = await live.client.get("/graphql", params=params)
    again = await live.client.get(
        "/graphql", params=params, headers={"if-none-match": by_hash.headers["etag"]}
    )

    assert by_hash.headers["cache-control"] == by_text.headers["cache-control"] != "no-store"
    assert by_hash.headers["etag"] == by_text.headers["etag"]
    assert again.status_code == 304


async def test_processes_share_registered_documents_through_redis(database_url: str, redis_url: str) -> None:
    text = "query Shared { __typename }"
    async with (
        running(database_url, REDIS_URL=redis_url) as first,
        running(database_url, REDIS_URL=redis_url) as second,
    ):
        await first.client.post("/graphql", json=named(text, query=text))

        response = await second.client.post("/graphql", json=named(text))

    assert response.json() == ANSWER


async def test_everyone_reads_a_public_id_through_node_on_every_transport(live: Live) -> None:
    await live.register("ada")
    (ada,) = (await live.post("{ users { nodes { id } } }")).json()["data"]["users"]["nodes"]
    text = f'{{ node(id: "{ada["id"]}") {{ id }} users {{ nodes {{ id }} }} }}'
    answer = {"data": {"node": ada, "users": {"nodes": [ada]}}}

    posted = await live.post(text)
    registered = await live.client.post("/graphql", json=named(text, query=text))
    persisted = await live.client.post("/graphql", json=named(text))
    got = await live.client.get("/graphql", params={"query": text})
    async with socket(live) as opened:
        await say(opened, INIT, {"id": "1", "type": "subscribe", "payload": {"query": text}})
        await hear(opened)
        heard = await hear(opened)

    assert [each.json() for each in (posted, registered, persisted, got)] == [answer] * 4
    assert heard["payload"] == answer
