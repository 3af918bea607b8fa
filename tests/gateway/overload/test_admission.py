"""Admission: what is refused and how late the rest is answered, on a simulated process that can do 1 000 a second."""

import pytest

from gateway.overload.admission import CALM_S, TICK_S, Admission, Priority, SheddingFigures
from tests.gateway.overload.simulation import Outcomes, Process, arrivals

CAPACITY = 1_000
UNLIMITED = SheddingFigures(most=10**9, wait_s=10**9)


def overloaded(admission: Admission, times: float, *, seconds: float = 10, urgent_every: int = 0) -> Outcomes:
    requests = arrivals(CAPACITY * times, begin=0, end=seconds, urgent_every=urgent_every)
    return Process(admission).run(list(requests), until=seconds)


def served_share(found: Outcomes, priority: Priority) -> float:
    answered = len(found.answered[priority])
    return answered / (answered + found.refused[priority])


@pytest.mark.parametrize("times", [1.2, 2, 4])
def test_overload_is_refused_and_what_is_admitted_is_answered_in_time(times: float) -> None:
    admission = Admission()

    found = overloaded(admission, times)

    answered = len(found.answered[Priority.ORDINARY])
    assert found.percentile(0.99) < 0.5
    assert found.percentile(0.5) < 0.2
    assert answered / 10 > CAPACITY * (0.95 - 0.05 * times)
    assert found.refused[Priority.ORDINARY] > 0.9 * (times - 1) * CAPACITY * 10


def test_without_the_rule_answers_become_later_and_later() -> None:
    found = overloaded(Admission(UNLIMITED), 2)

    assert not found.refused[Priority.ORDINARY]
    assert found.percentile(0.5) > 2


@pytest.mark.parametrize("times", [0.2, 0.5, 0.9])
def test_nothing_is_refused_below_the_capacity(times: float) -> None:
    found = overloaded(Admission(), times)

    assert not found.refused[Priority.ORDINARY]


def test_a_burst_that_is_soon_worked_off_is_not_refused() -> None:
    admission, process = Admission(), Process(Admission())
    process.admission = admission
    burst = arrivals(CAPACITY * 100, begin=1, end=1.0015)

    found = process.run(list(burst), until=3)

    assert not found.refused[Priority.ORDINARY]


def test_many_requests_that_wait_for_others_are_not_refused() -> None:
    slow = arrivals(90, begin=0, end=10, waits_s=8)

    found = Process(Admission()).run(list(slow), until=20)

    assert len(found.answered[Priority.ORDINARY]) == 900


def test_learners_inside_an_attempt_are_served_before_all_others() -> None:
    found = overloaded(Admission(), 2, urgent_every=5)

    urgent, ordinary = served_share(found, Priority.URGENT), served_share(found, Priority.ORDINARY)
    assert urgent > 0.99
    assert ordinary < 0.4
    assert found.percentile(0.99, Priority.URGENT) < 0.5


def test_others_yield_once_learners_inside_an_attempt_are_refused() -> None:
    found = overloaded(Admission(), 3, urgent_every=2)

    urgent, ordinary = served_share(found, Priority.URGENT), served_share(found, Priority.ORDINARY)
    assert urgent > 4 * ordinary
    assert found.percentile(0.99, Priority.URGENT) < 0.5


def test_it_recovers_by_itself() -> None:
    process = Process(Admission())
    process.run(list(arrivals(CAPACITY * 3, begin=0, end=5)), until=5)
    assert process.admission.is_shedding

    process.run([], until=5 + CALM_S + 3 * TICK_S)
    found = process.run(list(arrivals(CAPACITY * 0.9, begin=8, end=12)), until=12)

    assert not process.admission.is_shedding
    assert process.admission.ordinary.limit == SheddingFigures().most
    assert not found.refused[Priority.ORDINARY]


def test_never_more_than_the_most_are_in_progress_in_a_lane() -> None:
    admission = Admission(SheddingFigures(most=3))
    admission.ordinary.begun = 3

    lanes = [admission.lane(Priority.ORDINARY), admission.lane(Priority.URGENT)]
    admission.urgent.begun = 3
    lanes.append(admission.lane(Priority.URGENT))

    assert lanes == [None, admission.urgent, None]
    assert admission.refused == {Priority.ORDINARY: 1, Priority.URGENT: 1}


def test_so_many_are_always_taken_however_slow_the_process_is() -> None:
    admission = Admission(SheddingFigures(least=7))

    for tick in range(20):
        admission.observe(tick * TICK_S, 1.0)

    assert admission.is_shedding
    assert admission.ordinary.limit == admission.urgent.limit == 7


def test_an_event_stream_is_not_counted_while_it_is_open() -> None:
    lane = Admission(SheddingFigures(most=1)).ordinary
    lane.begun = 1

    with lane.left():
        is_full_meanwhile = lane.is_full

    assert not is_full_meanwhile
    assert lane.is_full
