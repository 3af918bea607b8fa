"""Preparation prices: what is dearer costs more, and a client with ordinary documents stays far below the limit."""

from domain.rate_limits import preparation
from domain.rate_limits.rules import RateFigures, RateRules

LIMIT = RateRules(RateFigures()).quotas_of(None).preparation.burst
"""What may come at once, in microseconds."""


def test_prices_grow_with_the_work() -> None:
    assert preparation.of_document(100) < preparation.of_document(10_000)
    assert preparation.of_json(1_000_000, 1) < preparation.of_json(1_000_000, 100_000)
    assert 0 == preparation.of_bytes(0) < preparation.of_bytes(1_000_000)


def test_a_suite_of_a_thousand_small_invalid_documents_is_within_the_limit() -> None:
    refused = preparation.of_document(100) + preparation.REFUSAL

    assert 1_000 * refused < LIMIT


def test_an_app_of_a_hundred_documents_is_prepared_twice_within_the_limit() -> None:
    new = preparation.of_document(1_000) + preparation.of_plan(1_000)

    assert 2 * 100 * new < LIMIT


def test_documents_of_ten_kilobytes_that_fail_validation_are_soon_refused() -> None:
    assert 200 * preparation.of_document(10_000) > LIMIT
