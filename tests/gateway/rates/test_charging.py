"""Charging: what a document has to pay, whatever its shape."""

import asyncio
from typing import Any

import orjson
import pytest

from domain.rate_rules import Figures, RateRules
from gateway.rates import charging
from gateway.rates.leases import Leases
from gateway.rates.tolls import RateLimitedError, Receipt, Toll
from graph.documents import Documents, RefusedDocumentError
from graph.limits import Limits
from graph.schema import executable
from persistence.buckets_local import LocalBuckets
from tests.gateway.rates.test_tolls import ADA, Gone

ADDRESS = "192.0.2.7"
NOW = 10**12
DOCUMENTS = Documents(executable(), limits=Limits(), hide_suggestions=True)
LOGIN = 'login(input: {email: "a@example.org", password: "x"}) { accessToken }'


@pytest.fixture
def toll() -> Toll:
    return Toll(RateRules(Figures()), Leases(LocalBuckets(clock=still), clock=still), clock=still)


def still() -> int:
    return NOW


async def charged(toll: Toll, text: str, viewer: Any = ADA, **variables: Any) -> Receipt:
    return await charging.charge(toll, DOCUMENTS.prepare(text, None), variables, viewer, lambda: ADDRESS)


def told(receipt: Receipt) -> list[tuple[str, str, int]]:
    """Tell by bucket and payer how much was paid so far."""
    return [(x.quota.name, x.key, x.quota.burst - x.free(NOW)) for x in receipt.leases]


async def test_a_query_pays_a_read_and_the_cost_that_its_survey_found(toll: Toll) -> None:
    text = "query ($n: Int) { users(first: $n) { nodes { id handle } } }"

    small = told(await charged(toll, text, n=2))
    both = told(await charged(toll, text, n=50))

    assert [(name, paid) for name, _, paid in both] == [("reads", 2), ("cost", both[1][2])]
    assert 0 < small[1][2] < both[1][2] - small[1][2]


@pytest.mark.parametrize("text", ["{ __typename }", "{ __schema { types { name } } }"])
async def test_asking_about_the_schema_is_a_read(toll: Toll, text: str) -> None:
    assert told(await charged(toll, text)) == [("reads", "user_ada", 1), ("cost", "user_ada", 0)]


async def test_nobody_signed_in_pays_by_address(toll: Toll) -> None:
    assert {subject for _, subject, _ in told(await charged(toll, "{ __typename }", viewer=None))} == {
        ADDRESS
    }


@pytest.mark.parametrize(
    "text",
    [
        f"mutation {{ a: {LOGIN} b: {LOGIN} c: {LOGIN} }}",
        f"mutation {{ ...X b: {LOGIN} ...X }} fragment X on Mutation {{ a: {LOGIN} ... {{ c: {LOGIN} }} }}",
    ],
)
async def test_sign_ins_in_one_document_are_counted_one_by_one(toll: Toll, text: str) -> None:
    receipt = await charged(toll, text, viewer=None)

    assert told(receipt)[0] == ("login", ADDRESS, 3)
    assert [name for name, _, _ in told(receipt)] == ["login", "cost"]
    assert receipt.fixed == receipt.requested > 0


async def test_looking_at_the_limits_alone_is_free(toll: Toll) -> None:
    alone = await charged(toll, "{ __typename rateLimit { remaining } }")
    with_more = await charged(toll, "{ rateLimit { remaining } viewer { user { id } } }")

    assert told(alone) == []
    assert told(with_more)[0] == ("reads", "user_ada", 1)


async def test_a_document_that_is_too_large_pays_nothing(toll: Toll) -> None:
    wide = " ".join(f"a{n}: users(first: 100) {{ nodes {{ id }} }}" for n in range(25))

    with pytest.raises(RefusedDocumentError):
        await charged(toll, f"{{ {wide} }}")

    assert len(toll._leases._leases) == 0


async def test_saving_answers_pays_fifths(toll: Toll) -> None:
    prepared = DOCUMENTS.prepare(
        "mutation ($i: AnswerQuestionInput!) { answerQuestion(input: $i) { userErrors { __typename } } }",
        None,
    )

    receipt = await charging.charge(toll, prepared, {}, ADA, lambda: ADDRESS)

    assert told(receipt)[0] == ("writes", "user_ada", 1)


async def test_a_response_gets_its_cost_where_it_was_asked_for(toll: Toll) -> None:
    receipt = await charged(toll, "{ users(first: 50) { nodes { id } } }")
    body = orjson.dumps({"data": {"users": {"nodes": [{"id": "1"}]}}})

    told_, headers = charging.settle(toll, receipt, body, asked=True)

    cost = orjson.loads(told_)["extensions"]["cost"]
    assert cost["actual"] == 2 < cost["requested"]
    assert cost["available"] == 20_000 - 2
    assert [name for name, _ in headers] == [b"ratelimit-policy", b"ratelimit"]


async def test_a_response_is_left_as_it_is_otherwise(toll: Toll) -> None:
    body = orjson.dumps({"data": {"__typename": "Query"}})

    unasked, _ = charging.settle(toll, await charged(toll, "{ __typename }"), body, asked=False)
    free, headers = charging.settle(toll, Receipt([]), body, asked=True)

    assert unasked == free == body
    assert headers == []


async def test_a_response_says_degraded_without_being_asked() -> None:
    toll = Toll(RateRules(Figures()), Leases(Gone()))

    receipt = await charged(toll, "{ __typename }")
    body, _ = charging.settle(toll, receipt, orjson.dumps({"data": {"__typename": "Query"}}), asked=False)
    with pytest.raises(RateLimitedError):
        await charged(toll, f"mutation {{ {LOGIN} }}")

    assert orjson.loads(body)["extensions"]["cost"]["degraded"] is True


async def test_what_is_opened_ends_with_its_block(redis_url: str) -> None:
    async with charging.opened(Figures(), redis_url) as toll:
        assert (await charged(toll, "{ __typename }")).leases

    assert [task for task in asyncio.all_tasks() if "keep" in repr(task)] == []
