"""Dependency table: every dependency can be declared, opened and refused as it says."""

from datetime import timedelta

import pytest

from domain.dependency_table import DEPENDENCIES, IDENTITY_PROVIDER, MAIL_SERVER
from domain.errors import DomainError
from domain.job_table import KINDS
from domain.service_status.dependencies import PostponedError, Refuse, fallback_error, table_of


def test_every_kind_of_job_needs_a_dependency_of_the_table_whose_fallback_is_to_wait() -> None:
    needed = {kind.needs for kind in KINDS.values() if kind.needs is not None}

    assert needed == {MAIL_SERVER.name}
    assert not any(isinstance(DEPENDENCIES[name].fallback, Refuse) for name in needed)


@pytest.mark.parametrize("dependency", DEPENDENCIES.values(), ids=lambda each: each.name)
def test_a_dependency_opens_by_errors_that_its_callers_expect(dependency: object) -> None:
    found = DEPENDENCIES[dependency.name]  # type: ignore[attr-defined]

    assert found.failures >= 1
    assert found.open_for > timedelta()
    assert all(issubclass(error, DomainError) for error in found.counts)


@pytest.mark.parametrize(("left", "seconds"), [(29.2, 30), (0.0, 1), (-1.0, 1)])
def test_a_refusal_says_after_how_many_whole_seconds_to_try_again(left: float, seconds: int) -> None:
    error = fallback_error(IDENTITY_PROVIDER, timedelta(seconds=left))

    assert error.code == "UPSTREAM_UNAVAILABLE"
    assert f"sign in with a password, or try again in {seconds} seconds." in error.message


def test_a_job_is_postponed_until_the_next_try() -> None:
    error = fallback_error(MAIL_SERVER, timedelta(seconds=12))

    assert isinstance(error, PostponedError)
    assert error.retry_in == timedelta(seconds=12)


def test_two_dependencies_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        table_of(MAIL_SERVER, MAIL_SERVER)
