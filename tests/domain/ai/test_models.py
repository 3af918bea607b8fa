"""Models: which are tried in which order, what they cost, and quotas by role."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from domain.accounts.users import Role
from domain.ai import models, quotas
from domain.ai.errors import PromptTooLongError, UnknownModelError
from domain.ai.quotas import AiQuotas
from domain.ai.requests import Purpose
from tests.builders.ai import a_model

SMALL, LARGE, CHATTY = (
    a_model("small", context=1_000),
    a_model("large", context=100_000),
    a_model("chatty", purposes=[Purpose.CHAT]),
)
ALL = [SMALL, LARGE, CHATTY]


def names(**asked) -> list[str]:
    chosen = models.chain(ALL, **{"name": None, "purpose": Purpose.QUIZ, "tokens": 100} | asked)
    return [model.name for model in chosen]


def test_the_chosen_model_or_the_default_of_the_purpose_is_first() -> None:
    assert names() == ["small", "large", "chatty"]
    assert names(name="large") == ["large", "small", "chatty"]
    assert names(purpose=Purpose.CHAT) == ["chatty", "small", "large"]


def test_models_with_too_little_context_are_left_out() -> None:
    assert names(name="large", tokens=5_000) == ["large", "chatty"]
    with pytest.raises(PromptTooLongError):
        names(tokens=5_000)


def test_an_unknown_model_is_refused_with_those_that_are_offered() -> None:
    with pytest.raises(UnknownModelError, match="small, large, chatty") as refused:
        names(name="gpt")

    assert refused.value.field == "model"


def test_a_cost_is_rounded_up() -> None:
    assert a_model("x", price_in=Decimal("0.25"), price_out=Decimal(2)).cost(1, 0) == 1
    assert a_model("x", price_in=Decimal("0.25"), price_out=Decimal(2)).cost(1_000_000, 500_000) == 1_250_000


def test_of_several_roles_the_highest_figure_counts() -> None:
    some = AiQuotas(
        requests={Role.LEARNER: 5, Role.AUTHOR: 9}, tokens={Role.LEARNER: 50, Role.ADMIN: 10}, per_minute=10
    )

    assert some.of(frozenset({Role.LEARNER})).requests == 5
    assert some.of(frozenset({Role.LEARNER, Role.AUTHOR})).requests == 9
    assert some.of(frozenset({Role.ADMIN})).tokens == 50
    assert some.of(frozenset({Role.MODERATOR})).requests == 5


def test_a_day_ends_at_midnight_utc() -> None:
    assert quotas.next_day(datetime(2026, 12, 31, 23, 59, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)
