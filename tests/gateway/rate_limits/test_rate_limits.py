"""Rate limits over real HTTP and websockets: statuses, headers, costs, and shared buckets."""

from typing import Any

import pytest

from tests.gateway.conftest import Live, running
from tests.support.clients.websockets import HELLO, INIT, hear, say, socket
from tests.support.servers.redis import redis_running

FEW = {"rate_reads": 3, "rate_address_reads": 3, "rate_writes": 2}
LIMITS = """{ rateLimit {
  limit remaining resetAt degraded cost { requested available restoreRate } buckets { name limit remaining }
} }"""
READ = "{ viewer { user { handle } } }"
RENAME = 'mutation { updateProfile(input: {displayName: "Ada"}) { userErrors { __typename } } }'
LOGIN = 'mutation { login(input: {email: "x@example.org", password: "wrong horse battery"}) { accessToken } }'
WITH_COST = {"x-questpath-cost": "1"}


@pytest.fixture
def overrides() -> dict[str, Any]:
    return FEW


async def remaining(live: Live, token: str | None = None) -> dict[str, int]:
    response = await live.post(LIMITS, token=token)
    return {bucket["name"]: bucket["remaining"] for bucket in response.json()["data"]["rateLimit"]["buckets"]}


async def test_the_request_after_the_last_is_a_429_that_says_when_to_come_back(live: Live) -> None:
    for _ in range(3):
        assert (await live.post(READ)).status_code == 200

    refused = await live.post(READ)

    assert refused.status_code == 429
    (error,) = refused.json()["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert error["extensions"]["requestId"] == refused.headers["x-request-id"]
    assert "try again in 20 seconds" in error["message"]
    assert refused.headers["retry-after"] == "20"
    assert refused.headers["ratelimit-policy"].startswith('"reads";q=3;w=60, "cost";q=')
    assert refused.headers["ratelimit"].startswith('"reads";r=0;t=60, "cost";r=')
    assert set(refused.json()["extensions"]["cost"]) == {"requested", "actual", "available", "restoreRate"}
    assert "data" not in refused.json()


async def test_a_response_has_its_cost_and_what_is_left_on_request(live: Live) -> None:
    text = "{ users(first: 50) { nodes { id } } }"

    plain = await live.post(text)
    with_cost = await live.client.post("/graphql", json={"query": text}, headers=WITH_COST)

    assert "extensions" not in plain.json()
    assert "ratelimit" not in plain.headers
    cost = with_cost.json()["extensions"]["cost"]
    assert 0 < cost["actual"] < cost["requested"]
    assert with_cost.headers["ratelimit"].startswith('"reads";r=1;')
    assert int(with_cost.headers["content-length"]) == len(with_cost.content)


async def test_reading_the_limits_spends_nothing(live: Live) -> None:
    token = await live.register("ada")

    readings = [(await live.post(LIMITS, token=token)).json()["data"]["rateLimit"] for _ in range(5)]

    assert all((limits["limit"], limits["remaining"]) == (3, 3) for limits in readings)
    assert not readings[0]["degraded"]


async def test_each_user_has_buckets_and_anonymous_callers_share_those_of_their_address(
    live: Live,
) -> None:
    ada, bob = await live.register("ada"), await live.register("bob")
    await live.post(READ, token=ada)
    await live.post(READ, token=ada)
    await live.post("{ __typename }")

    left = [(await remaining(live, token))["reads"] for token in (ada, bob, None)]

    assert left == [1, 3, 2]


async def test_a_mutation_is_a_write_and_not_a_read(live: Live) -> None:
    token = await live.register("ada")

    first = await live.post(RENAME, token=token)
    left = await remaining(live, token)

    assert "errors" not in first.json()
    assert left == {"reads": 3, "writes": 1, "generation": left["generation"]}
    await live.post(RENAME, token=token)
    assert (await live.post(RENAME, token=token)).status_code == 429


@pytest.mark.parametrize("overrides", [{"rate_login": 2}])
async def test_sign_ins_are_counted_one_by_one_and_by_address(live: Live) -> None:
    aliases = " ".join(f"a{n}: {LOGIN[11:-2]}" for n in range(4))

    wrong = await live.post(f"mutation {{ {aliases} }}")
    refused = await live.post(LOGIN)

    assert wrong.status_code == 200
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["limit"]) == (429, "login")
    assert (await live.post(READ)).status_code == 200


async def test_a_websocket_gets_an_error_message_and_stays_open(live: Live) -> None:
    async with socket(live) as opened:
        await say(opened, INIT, *(HELLO | {"id": str(number)} for number in range(4)), {"type": "ping"})

        messages = [await hear(opened) for _ in range(9)]

    errors = [message for message in messages if message["type"] == "error"]
    assert sorted(message["type"] for message in messages) == sorted(
        ["connection_ack", *["next", "complete"] * 3, "error", "pong"]
    )
    extensions = errors[0]["payload"][0]["extensions"]
    assert (extensions["code"], extensions["retryAfter"]) == ("RATE_LIMITED", 20)


async def test_the_start_of_a_subscription_is_a_read(live: Live) -> None:
    text = "subscription { leaderboardChanged(scope: GLOBAL, window: ALL_TIME) { __typename } }"

    async with socket(live) as opened:
        await say(opened, INIT, {"id": "1", "type": "subscribe", "payload": {"query": text}})
        assert [(await hear(opened))["type"] for _ in range(2)] == ["connection_ack", "next"]

        assert (await remaining(live))["reads"] == 2


async def test_two_processes_share_the_buckets_and_outlive_their_redis(database_url: str) -> None:
    with redis_running() as redis:
        both = FEW | {"redis_url": redis.connection_url}
        async with running(database_url, **both) as here, running(database_url, **both) as there:
            token = await here.register("ada")

            statuses = [
                (await live.post(READ, token=token)).status_code for live in (here, there, here, there)
            ]
            redis.stop()
            login = await here.post(LOGIN)
            degraded = await there.post("{ __typename }")

            assert statuses == [200, 200, 200, 429]
            assert login.json()["data"]["login"] == {"accessToken": None}
            assert degraded.status_code == 200
            assert degraded.json()["extensions"]["cost"]["degraded"] is True


SIGN_IN = """mutation ($input: LoginInput!) {
  login(input: $input) { accessToken userErrors { ... on UserError { code } } }
}"""
RESET = 'mutation { requestPasswordReset(input: {email: "ada@example.org"}) { requested } }'


async def test_people_register_and_sign_in_while_redis_is_gone_by_the_limits_in_postgres(
    database_url: str,
) -> None:
    with redis_running() as redis:
        url = {"redis_url": redis.connection_url}
        async with running(database_url, **url) as here, running(database_url, **url) as there:
            redis.stop()
            right = {"email": "ada@example.org", "password": "correct horse battery"}
            token = await here.register("ada")

            signed_in = (await there.post(SIGN_IN, input=right)).json()["data"]["login"]
            reset = await here.post(RESET)
            who = await there.post(READ, token=token)
            codes = [
                (await live.post(SIGN_IN, input=right | {"password": "wrong"})).json()["data"]["login"][
                    "userErrors"
                ][0]["code"]
                for live in (here, there) * 6
            ]

            assert signed_in["userErrors"] == []
            assert reset.json()["data"]["requestPasswordReset"] == {"requested": True}
            assert who.json()["data"]["viewer"]["user"]["handle"] == "ada"
            assert codes == ["INVALID_CREDENTIALS"] * 10 + ["TOO_MANY_ATTEMPTS"] * 2
