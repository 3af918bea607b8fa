"""Evaluation of feature flags: for whom a flag is on."""

from typing import Any

import pytest

from domain.accounts.users import Role
from domain.feature_flags.evaluation import FlagReason, bucket, evaluate
from tests.builders.flags import a_flag, a_rule

USERS = [f"user_{number}" for number in range(2_000)]
SOME: dict[str, Any] = {"roles": [Role.AUTHOR], "user_ids": ["user_7"], "percentage": 0}


@pytest.mark.parametrize("default", [True, False])
def test_without_a_rule_a_flag_has_its_default(default: bool) -> None:
    found = evaluate(a_flag(default=default), None, user_id="user_7", roles=())

    assert (found.is_on, found.reason) == (default, FlagReason.DEFAULT)


def test_a_flag_that_is_not_enabled_is_off_even_for_those_it_names() -> None:
    found = evaluate(a_flag(), a_rule(enabled=False, **SOME), user_id="user_7", roles=["AUTHOR"])

    assert (found.is_on, found.reason) == (False, FlagReason.DISABLED)


@pytest.mark.parametrize("user_id", ["user_7", None])
def test_an_enabled_flag_that_names_nobody_is_on_for_all(user_id: str | None) -> None:
    found = evaluate(a_flag(default=False), a_rule(), user_id=user_id, roles=())

    assert (found.is_on, found.reason) == (True, FlagReason.STATIC)


@pytest.mark.parametrize(
    ("user_id", "roles", "is_on", "reason"),
    [
        ("user_7", (), True, FlagReason.TARGETING_MATCH),
        ("user_8", ("LEARNER", "AUTHOR"), True, FlagReason.TARGETING_MATCH),
        ("user_8", ("LEARNER",), False, FlagReason.SPLIT),
        (None, (), False, FlagReason.SPLIT),
    ],
)
def test_an_enabled_flag_is_on_for_the_users_and_the_roles_that_it_names(
    user_id: str | None, roles: tuple[str, ...], is_on: bool, reason: FlagReason
) -> None:
    found = evaluate(a_flag(), a_rule(**SOME), user_id=user_id, roles=roles)

    assert (found.is_on, found.reason) == (is_on, reason)


@pytest.mark.parametrize("percentage", [0, 1, 25, 99, 100])
def test_a_percentage_is_that_share_of_the_users(percentage: int) -> None:
    rule = a_rule(percentage=percentage)
    on = [user for user in USERS if evaluate(a_flag(), rule, user_id=user, roles=()).is_on]

    assert abs(len(on) / len(USERS) - percentage / 100) < 0.03
    assert percentage not in {0, 100} or len(on) == len(USERS) * percentage // 100


def test_a_growing_percentage_only_adds_users_and_is_of_others_for_another_flag() -> None:
    def on(key: str, percentage: int) -> set[str]:
        flag, rule = a_flag(key=key), a_rule(percentage=percentage)
        return {user for user in USERS if evaluate(flag, rule, user_id=user, roles=()).is_on}

    assert on("content_imports", 10) < on("content_imports", 30)
    assert on("content_imports", 10) != on("other", 10)


def test_the_place_of_a_user_is_the_same_in_every_process_and_version() -> None:
    assert bucket("content_imports", "user_7") == 41
