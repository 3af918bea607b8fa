"""Charges of documents: what an operation pays, whatever the shape of its document."""

import orjson
import pytest

from domain.rate_limits.rules import RateFigures
from gateway.rate_limits.cost_reports import CostReceipt
from gateway.rate_limits.rate_limiter import RateLimiter
from graph.documents.prepared import RefusedDocumentError
from tests.support.rate_limits import (
    ADDRESS,
    LOGIN,
    FrozenClock,
    UnavailableBuckets,
    a_limiter,
    charged,
)

NOW = FrozenClock().now
BODY = orjson.dumps({"data": {"__typename": "Query"}})


@pytest.fixture
def limiter() -> RateLimiter:
    return a_limiter(FrozenClock(), RateFigures())


def paid(receipt: CostReceipt) -> list[tuple[str, str, int]]:
    """Return what was paid so far, by bucket and subject."""
    return [(x.quota.name, x.key, x.quota.burst - x.free(NOW)) for x in receipt.leases]


async def test_a_query_pays_a_read_and_its_measured_cost(limiter: RateLimiter) -> None:
    text = "query ($n: Int) { users(first: $n) { nodes { id handle } } }"

    small = paid(await charged(limiter, text, n=2))
    both = paid(await charged(limiter, text, n=50))

    assert [(name, tokens) for name, _, tokens in both] == [("reads", 2), ("cost", both[1][2])]
    assert 0 < small[1][2] < both[1][2] - small[1][2]


@pytest.mark.parametrize("text", ["{ __typename }", "{ __schema { types { name } } }"])
async def test_introspection_is_a_read(limiter: RateLimiter, text: str) -> None:
    assert paid(await charged(limiter, text)) == [("reads", "user_ada", 1), ("cost", "user_ada", 0)]


async def test_an_anonymous_caller_pays_by_address(limiter: RateLimiter) -> None:
    receipt = await charged(limiter, "{ __typename }", None)

    assert {subject for _, subject, _ in paid(receipt)} == {ADDRESS}


@pytest.mark.parametrize(
    "text",
    [
        f"mutation {{ a: {LOGIN} b: {LOGIN} c: {LOGIN} }}",
        f"mutation {{ ...X b: {LOGIN} ...X }} fragment X on Mutation {{ a: {LOGIN} ... {{ c: {LOGIN} }} }}",
    ],
)
async def test_sign_ins_in_one_document_are_counted_one_by_one(limiter: RateLimiter, text: str) -> None:
    receipt = await charged(limiter, text, None)

    assert paid(receipt)[0] == ("login", ADDRESS, 3)
    assert [name for name, _, _ in paid(receipt)] == ["login", "cost"]
    assert receipt.fixed == receipt.requested > 0


async def test_a_query_of_the_rate_limits_alone_is_free(limiter: RateLimiter) -> None:
    alone = await charged(
        limiter, "{ __typename ...R } fragment R on Query { left: rateLimit { remaining } }"
    )
    with_more = await charged(limiter, "{ rateLimit { remaining } viewer { user { id } } }")

    assert paid(alone) == []
    assert paid(with_more)[0] == ("reads", "user_ada", 1)


async def test_a_document_that_is_too_large_pays_nothing(limiter: RateLimiter) -> None:
    wide = " ".join(f"a{n}: users(first: 100) {{ nodes {{ id }} }}" for n in range(25))

    with pytest.raises(RefusedDocumentError):
        await charged(limiter, f"{{ {wide} }}")

    assert len(limiter._leases._leases) == 0


async def test_an_answer_pays_a_fifth_of_a_write(limiter: RateLimiter) -> None:
    text = "mutation ($i: AnswerQuestionInput!) { answerQuestion(input: $i) { userErrors { __typename } } }"

    receipt = await charged(limiter, text)

    assert paid(receipt)[0] == ("writes", "user_ada", 1)


async def test_a_response_has_its_cost_on_request(limiter: RateLimiter) -> None:
    receipt = await charged(limiter, "{ users(first: 50) { nodes { id } } }")
    body = orjson.dumps({"data": {"users": {"nodes": [{"id": "1"}]}}})

    limiter.refund(receipt, body)
    reported, headers = limiter.report(receipt, body, with_cost=True)

    cost = orjson.loads(reported)["extensions"]["cost"]
    assert cost["actual"] == 2 < cost["requested"]
    assert cost["available"] == 20_000 - 2
    assert [name for name, _ in headers] == [b"ratelimit-policy", b"ratelimit"]


async def test_other_extensions_are_left_alone(limiter: RateLimiter) -> None:
    receipt = await charged(limiter, "{ __typename }")
    body = b'{"data":null,"extensions":{"other":1}}'

    reported, headers = limiter.report(receipt, body, with_cost=True, is_extended=True)

    assert reported == body
    assert [name for name, _ in headers] == [b"ratelimit-policy", b"ratelimit"]


async def test_any_other_response_is_left_as_it_is(limiter: RateLimiter) -> None:
    unasked, _ = limiter.report(await charged(limiter, "{ __typename }"), BODY, with_cost=False)
    free, headers = limiter.report(CostReceipt([]), BODY, with_cost=True)

    assert unasked == free == BODY
    assert headers == []


async def test_a_degraded_response_has_its_cost_without_request() -> None:
    limiter = a_limiter(FrozenClock(), RateFigures(), buckets=UnavailableBuckets())

    receipt = await charged(limiter, "{ __typename }")
    body, _ = limiter.report(receipt, BODY, with_cost=False)

    assert orjson.loads(body)["extensions"]["cost"]["degraded"] is True
