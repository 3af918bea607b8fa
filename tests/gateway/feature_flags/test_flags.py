"""Flags of a process: OpenFeature's client answers from the rules, and rules reach every process within a second."""

import asyncio
import time

import pytest
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import FlagNotFoundError, TypeMismatchError

from domain.accounts.users import Role
from domain.feature_flags.flag_table import CONTENT_IMPORTS, REGISTRATION
from domain.feature_flags.flags import FeatureOffError
from domain.unit_of_work import Meter
from gateway.feature_flags import flag_refresh
from gateway.feature_flags.flags import FeatureFlags, RuleProvider
from persistence.work import Postgres
from tests.builders import mint
from tests.builders.flags import a_rule
from tests.gateway.conftest import Live, running
from tests.support.schema_client import viewer_of


def test_two_sets_of_flags_in_one_process_do_not_mix() -> None:
    first, second = FeatureFlags(), FeatureFlags()
    first.show([a_rule(key="registration", enabled=False)])

    assert (first.is_on(REGISTRATION), second.is_on(REGISTRATION)) == (False, True)
    with pytest.raises(FeatureOffError, match="New accounts cannot be made"):
        first.require(REGISTRATION)


def test_the_roles_of_the_viewer_are_the_attribute_of_the_context() -> None:
    flags = FeatureFlags()
    flags.show([a_rule(roles=[Role.MODERATOR])])
    learner, moderator = viewer_of(mint("user")), viewer_of(mint("user"), Role.MODERATOR)  # type: ignore[arg-type]

    assert [flags.is_on(CONTENT_IMPORTS, viewer) for viewer in (learner, moderator)] == [False, True]


def test_the_provider_knows_only_booleans_of_the_table_and_says_why() -> None:
    provider = RuleProvider()
    provider.rules = {"content_imports": a_rule(percentage=100)}

    found = provider.resolve_boolean_details("content_imports", False, EvaluationContext("user_1"))

    assert (found.value, found.reason) == (True, "SPLIT")
    assert provider.resolve_boolean_details("registration", False).reason == "DEFAULT"
    with pytest.raises(FlagNotFoundError):
        provider.resolve_boolean_details("unknown", False)
    with pytest.raises(TypeMismatchError):
        provider.resolve_string_details("registration", "")


async def is_registration_on(live: Live) -> bool:
    answer = (await live.post("{ featureFlags { key enabled } }")).json()
    return {each["key"]: each["enabled"] for each in answer["data"]["featureFlags"]}["registration"]  # type: ignore[no-any-return]


async def test_a_change_reaches_every_process_within_a_second_without_a_signal(
    postgres: Postgres, database_url: str
) -> None:
    async with running(database_url) as first, running(database_url) as second:
        assert await is_registration_on(first)
        async with postgres.open_work(Meter()) as work:
            await work.flag_rules.save(a_rule(key="registration", enabled=False))
        began = time.monotonic()
        async with asyncio.timeout(5):
            while await is_registration_on(first) or await is_registration_on(second):
                await asyncio.sleep(0.02)
        took = time.monotonic() - began

    assert took < 2 * flag_refresh.READ_EVERY_S


async def test_rules_are_read_before_a_process_serves(postgres: Postgres, database_url: str) -> None:
    async with postgres.open_work(Meter()) as work:
        await work.flag_rules.save(a_rule(key="registration", enabled=False))

    async with running(database_url) as live:
        assert not await is_registration_on(live)
