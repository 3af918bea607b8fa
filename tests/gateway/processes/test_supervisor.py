"""Supervisor: workers are replaced when they die, hang or at SIGHUP, and starts that keep failing end it."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.processes.supervisor import MOST_FAILED_STARTS
from tests.support.servers.gateway import running
from tests.support.servers.supervised import BROKEN, HUNG_S, SupervisedServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SupervisedServer]:
    started = SupervisedServer(tmp_path)
    with running(started):
        yield started


def wait_for(condition: Callable[[], bool], timeout_s: float = 20) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def count_logged(server: SupervisedServer, word: str) -> int:
    return sum(word in line for line in server.lines)


def serving_workers(server: SupervisedServer) -> set[int]:
    return {int(answer) for _ in range(10) if (answer := server.ask("/"))}


def test_a_worker_whose_event_loop_is_blocked_is_replaced(server: SupervisedServer) -> None:
    before = set(server.workers())
    assert server.ask("/block", timeout=0.5) == ""
    began = time.monotonic()

    wait_for(lambda: len(before & set(server.workers())) == 1 and len(server.workers()) == 2)
    took = time.monotonic() - began
    code = server.stop(signal.SIGTERM)

    assert HUNG_S - 1.5 < took < HUNG_S + 5
    assert server.has_logged("worker_killed")
    assert count_logged(server, "worker_died") == 1
    assert code == 0


def test_a_worker_that_is_stopped_is_replaced(server: SupervisedServer) -> None:
    victim, survivor = server.workers()

    os.kill(victim, signal.SIGSTOP)
    wait_for(lambda: victim not in server.workers() and len(server.workers()) == 2)

    assert survivor in server.workers()


def test_the_supervisor_ends_with_code_and_sentence_where_its_first_workers_fail(tmp_path: Path) -> None:
    (tmp_path / "broken").touch()
    server = SupervisedServer(tmp_path)

    code = server.process.wait(30)
    server.stop()  # reads the rest of its lines

    assert code == BROKEN
    assert server.lines[-1] == f"A worker ended with exit code {BROKEN} before it was ready.\n"


def test_repeated_failing_starts_end_the_supervisor_where_no_worker_serves(server: SupervisedServer) -> None:
    server.break_starts()

    for worker in server.workers():
        os.kill(worker, signal.SIGKILL)
    code = server.process.wait(30)
    server.stop()  # reads the rest of its lines

    assert code == BROKEN
    assert server.lines[-1].startswith(f"A worker ended with exit code {BROKEN} ")
    failed_starts = count_logged(server, "worker_died") - 2
    assert failed_starts in {MOST_FAILED_STARTS, MOST_FAILED_STARTS + 1}  # the last two may fail together


def test_failing_starts_leave_the_workers_that_serve_alone(server: SupervisedServer) -> None:
    victim, survivor = server.workers()
    server.break_starts()

    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: count_logged(server, "worker_died") > MOST_FAILED_STARTS + 2)
    meanwhile = serving_workers(server)
    server.repair_starts()
    wait_for(lambda: len(serving_workers(server)) == 2)
    code = server.stop(signal.SIGTERM)

    assert meanwhile == {survivor}
    assert code == 0


def test_a_roll_is_given_up_where_the_new_worker_fails(server: SupervisedServer) -> None:
    before = set(server.workers())
    server.break_starts()

    server.process.send_signal(signal.SIGHUP)
    wait_for(lambda: server.has_logged("roll_given_up"))
    time.sleep(1)

    assert set(server.workers()) == before
    assert serving_workers(server) <= before


def test_a_second_sighup_during_a_roll_replaces_every_worker_again(server: SupervisedServer) -> None:
    before = set(server.workers())

    server.process.send_signal(signal.SIGHUP)
    wait_for(lambda: not before <= set(server.workers()) or len(server.workers()) == 3)
    server.process.send_signal(signal.SIGHUP)
    wait_for(lambda: count_logged(server, "rolled") == 2)

    assert len(server.workers()) == 2
    assert not before & set(server.workers())


def test_sigterm_during_a_roll_drains_every_worker(server: SupervisedServer) -> None:
    server.process.send_signal(signal.SIGHUP)
    wait_for(lambda: len(server.workers()) == 3)
    began = time.monotonic()

    code = server.stop(signal.SIGTERM)

    assert code == 0
    assert time.monotonic() - began < 4


def test_ctrl_c_drains_the_workers_once(server: SupervisedServer) -> None:
    os.killpg(server.process.pid, signal.SIGINT)

    assert server.process.wait(10) == 0


def test_a_second_signal_ends_the_workers_at_once(server: SupervisedServer) -> None:
    server.process.send_signal(signal.SIGTERM)
    wait_for(lambda: count_logged(server, "draining") == 2)

    code = server.stop(signal.SIGTERM)

    assert code == 1


def test_a_worker_that_does_not_drain_in_time_is_killed(server: SupervisedServer) -> None:
    server.ask("/stubborn")

    code = server.stop(signal.SIGTERM)

    assert code == 1
    assert server.has_logged("worker_killed")
