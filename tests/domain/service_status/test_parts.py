"""Parts of the service: what troubles make of them."""

from datetime import timedelta

import pytest

from domain.dependency_table import CAUSES, DEPENDENCIES
from domain.service_status.parts import PartState, ServicePart, Trouble, status_of
from tests.builders.accounts import NOON

EARLIER = NOON - timedelta(minutes=5)


def a_trouble(cause: str, state: PartState = PartState.DOWN, since: timedelta = timedelta()) -> Trouble:
    return Trouble(cause=cause, state=state, since=NOON - since)


def test_without_troubles_every_part_works() -> None:
    status = status_of((), CAUSES)

    assert status.state is PartState.OPERATIONAL
    assert [part.part for part in status.parts] == list(ServicePart)
    assert {(part.state, part.since, part.message) for part in status.parts} == {
        (PartState.OPERATIONAL, None, None)
    }


def test_a_part_is_as_bad_as_the_worst_that_any_process_sees() -> None:
    status = status_of(
        [
            a_trouble("mail_server", PartState.DEGRADED, timedelta(minutes=9)),
            a_trouble("mail_server"),
            a_trouble("mail_server", since=timedelta(minutes=5)),
            a_trouble("signals_lost", PartState.DEGRADED),
        ],
        CAUSES,
    )

    parts = {part.part: part for part in status.parts}
    mail = parts[ServicePart.MAIL]
    assert status.state is PartState.DOWN
    assert (mail.state, mail.since) == (PartState.DOWN, EARLIER)
    assert mail.message == DEPENDENCIES["mail_server"].sentence
    assert parts[ServicePart.LIVE_UPDATES].state is PartState.DEGRADED
    assert parts[ServicePart.DATABASE].state is PartState.OPERATIONAL


def test_a_cause_of_another_version_is_left_out() -> None:
    assert status_of([a_trouble("unknown")], CAUSES).state is PartState.OPERATIONAL


@pytest.mark.parametrize("part", ServicePart)
def test_every_part_has_a_cause_that_says_what_to_do(part: ServicePart) -> None:
    sentences = [cause.sentence for cause in CAUSES.values() if cause.part is part]

    assert sentences
    assert all(";" in sentence and sentence.endswith(".") for sentence in sentences)
