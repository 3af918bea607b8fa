"""Circuit breakers: which calls go through, and what opens and closes them."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from purgatory.domain import model

from domain.errors import InvalidInputError
from domain.service_status.dependencies import BreakerState, Dependency, Postpone, PostponedError
from domain.service_status.parts import ServicePart
from gateway.service_status import circuit_breakers
from gateway.service_status.circuit_breakers import CircuitBreakers
from gateway.telemetry import breaker_metrics
from gateway.telemetry.prometheus import Exposition
from tests.support.clients.prometheus import Samples

SERVER = Dependency(
    name="mail_server",
    failures=2,
    open_for=timedelta(seconds=30),
    counts=(ConnectionError,),
    fallback=Postpone(),
    part=ServicePart.MAIL,
    sentence="Mails wait.",
)


class Clock:
    """The clock of the library and of ours, which a test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        for module in (model, circuit_breakers):
            monkeypatch.setattr(module, "time", self)

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def call(breakers: CircuitBreakers, error: BaseException | None = None, key: str = "") -> None:
    async with breakers.guard(SERVER, key):
        await asyncio.sleep(0)
        if error is not None:
            raise error


async def fail(breakers: CircuitBreakers, times: int = SERVER.failures, key: str = "") -> None:
    for _ in range(times):
        with pytest.raises((ConnectionError, PostponedError)):
            await call(breakers, ConnectionError(), key)


async def test_failures_in_a_row_open_it_and_calls_are_stopped_until_the_time_is_over(clock: Clock) -> None:
    breakers = CircuitBreakers()
    await fail(breakers)
    clock.now += 20

    with pytest.raises(PostponedError) as stopped:
        await call(breakers)

    assert stopped.value.retry_in == timedelta(seconds=10)
    assert breakers.is_open(SERVER)
    clock.now += 10.001
    assert not breakers.is_open(SERVER)
    assert breakers.count(SERVER, BreakerState.HALF_OPEN) == 1


async def test_the_call_that_opens_it_is_postponed_too(clock: Clock) -> None:
    breakers = CircuitBreakers()
    await fail(breakers, SERVER.failures - 1)

    with pytest.raises(PostponedError) as postponed:
        await call(breakers, ConnectionError())

    assert postponed.value.retry_in == SERVER.open_for
    assert isinstance(postponed.value.__cause__, ConnectionError)


async def test_a_success_between_failures_keeps_it_closed() -> None:
    breakers = CircuitBreakers()
    for _ in range(3):
        await fail(breakers, SERVER.failures - 1)
        await call(breakers)

    assert not breakers.is_open(SERVER)


@pytest.mark.parametrize("answer", [None, InvalidInputError("No such mailbox.")])
async def test_an_answer_to_the_first_call_afterwards_closes_it(
    clock: Clock, answer: Exception | None
) -> None:
    breakers = CircuitBreakers()
    await fail(breakers)
    clock.now += 31

    await asyncio.gather(call(breakers, answer), return_exceptions=True)

    await fail(breakers, SERVER.failures - 1)
    assert not breakers.is_open(SERVER)


async def test_a_failure_of_the_first_call_afterwards_opens_it_again(clock: Clock) -> None:
    breakers = CircuitBreakers()
    await fail(breakers)
    clock.now += 31

    await fail(breakers, 1)

    assert breakers.is_open(SERVER)


async def test_only_one_of_many_calls_tries_the_service_again(clock: Clock) -> None:
    breakers = CircuitBreakers()
    await fail(breakers)
    clock.now += 31

    outcomes = await asyncio.gather(*(call(breakers) for _ in range(5)), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [type(None)] + 4 * [PostponedError]


@pytest.mark.parametrize("error", [asyncio.CancelledError(), ZeroDivisionError()])
async def test_what_is_no_word_of_the_service_neither_opens_nor_closes_it(
    clock: Clock, error: BaseException
) -> None:
    breakers = CircuitBreakers()
    for _ in range(SERVER.failures + 1):
        with pytest.raises(type(error)):
            await call(breakers, error)
    assert not breakers.is_open(SERVER)
    await fail(breakers)
    clock.now += 31

    with pytest.raises(type(error)):
        await call(breakers, error)

    assert breakers.count(SERVER, BreakerState.HALF_OPEN) == 1
    await call(breakers)
    assert breakers.count(SERVER, BreakerState.HALF_OPEN) == 0


async def test_each_key_has_a_breaker_of_its_own() -> None:
    breakers = CircuitBreakers()
    await fail(breakers, key="hooks.example.org")

    await call(breakers, key="other.example.org")

    with pytest.raises(PostponedError):
        breakers.refuse_while_open(SERVER, "hooks.example.org")


async def test_breakers_of_services_that_answer_are_not_kept_and_the_others_are_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(circuit_breakers, "MOST_BREAKERS", 5)
    breakers = CircuitBreakers()
    for number in range(8):
        await call(breakers, key=f"good{number}")
        await fail(breakers, key=f"bad{number}")

    assert sorted(key for _, key in breakers._breakers) == [f"bad{number}" for number in range(3, 8)]


async def test_a_breaker_whose_service_nobody_calls_any_more_is_forgotten(clock: Clock) -> None:
    breakers = CircuitBreakers()
    await fail(breakers, key="removed.example.org")
    clock.now += 30 + circuit_breakers.IDLE_S
    breakers.forget_idle()
    assert breakers.count(SERVER, BreakerState.HALF_OPEN) == 1

    clock.now += 1
    breakers.forget_idle()

    assert breakers.count(SERVER, BreakerState.HALF_OPEN) == 0


async def test_states_and_their_changes_are_in_the_metrics_and_in_the_log(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[dict[str, Any]] = []
    monkeypatch.setattr(circuit_breakers._log, "warning", lambda event, **line: lines.append(line))
    breakers = CircuitBreakers()
    await fail(breakers)
    for _ in range(3):
        with pytest.raises(PostponedError):
            await call(breakers)

    samples = Samples(Exposition(lambda: breaker_metrics.families(breakers)).text().decode())

    assert samples("circuit_breakers", dependency="mail_server", state="OPEN") == 1
    assert samples("circuit_breakers", dependency="mail_server", state="HALF_OPEN") == 0
    assert samples("circuit_breakers", dependency="identity_provider", state="OPEN") == 0
    assert samples("circuit_breaker_transitions_total", dependency="mail_server", state="OPEN") == 1
    assert samples("circuit_breaker_stopped_calls_total", dependency="mail_server") == 3
    assert lines == [{"dependency": "mail_server", "key": "", "state": "OPEN"}]
    clock.now += 31
    await call(breakers)
    assert breakers.transitions["mail_server", BreakerState.HALF_OPEN] == 1
    assert breakers.transitions["mail_server", BreakerState.CLOSED] == 1
