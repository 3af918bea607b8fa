"""Password hashing: Argon2id, a bounded queue, and the same work for an unknown account."""

import asyncio
import gc
import threading

import pytest

from domain.authentication.passwords import BusyError
from gateway.authentication.password_hashing import MEMORY_KIB, PASSES, Argon2Passwords

OWASP_MINIMUM = (19_456, 2)


def quick(**values: int) -> Argon2Passwords:
    return Argon2Passwords(**{"memory_kib": 64, "passes": 1} | values)


def test_the_parameters_meet_the_owasp_minimum() -> None:
    assert (MEMORY_KIB, PASSES) >= OWASP_MINIMUM
    assert OWASP_MINIMUM[1] <= PASSES


async def test_a_hash_states_its_parameters_and_matches_only_its_password() -> None:
    passwords = Argon2Passwords()

    made = await passwords.hash("correct horse battery")

    assert made.startswith(f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1$")
    assert await passwords.verify(made, "correct horse battery")
    assert not await passwords.verify(made, "correct horse batterx")
    assert not passwords.is_outdated(made)


@pytest.mark.parametrize("stored", [None, "", "no hash", "$argon2id$v=19$m=64,t=1,p=1$broken"])
async def test_no_password_matches_a_malformed_hash(stored: str | None) -> None:
    assert not await quick().verify(stored, "correct horse battery")


async def test_a_hash_with_old_parameters_still_matches_and_is_outdated() -> None:
    yesterday = await quick().hash("correct horse battery")
    today = quick(passes=2)

    assert await today.verify(yesterday, "correct horse battery")
    assert today.is_outdated(yesterday)


async def test_an_unknown_account_costs_a_whole_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = quick()
    compared: list[str] = []
    monkeypatch.setattr(
        passwords, "_matches", lambda password_hash, _: compared.append(password_hash) or True
    )

    right = await passwords.verify(None, "correct horse battery")

    assert not right
    assert compared == [passwords._decoy]
    assert not passwords.is_outdated(passwords._decoy)


async def test_calls_over_the_queue_limit_are_refused_at_once_and_the_others_finish() -> None:
    passwords = quick(at_once=1, longest_queue=3)
    go_on = threading.Event()
    first = asyncio.create_task(passwords._run(go_on.wait))
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(passwords.verify(None, "x")) for _ in range(3)]
    await asyncio.sleep(0)

    try:
        async with asyncio.timeout(5):
            with pytest.raises(BusyError, match="try again"):
                await passwords.verify(None, "x")
    finally:
        go_on.set()
    await first

    assert await asyncio.gather(*waiting) == [False] * 3
    assert not await passwords.verify(None, "x")


async def test_a_cancelled_call_leaves_the_queue() -> None:
    passwords = quick(at_once=1, longest_queue=1)
    go_on = threading.Event()
    first = asyncio.create_task(passwords._run(go_on.wait))
    await asyncio.sleep(0)
    gone = asyncio.create_task(passwords.hash("x"))
    await asyncio.sleep(0)

    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    next_hash = asyncio.create_task(passwords.hash("x"))
    await asyncio.sleep(0)
    go_on.set()
    await first

    assert (await next_hash).startswith("$argon2id$")


async def test_a_cancelled_call_counts_until_its_thread_is_free() -> None:
    passwords = quick(at_once=1, longest_queue=1)
    go_on = threading.Event()
    gone = [asyncio.create_task(passwords._run(go_on.wait)) for _ in range(2)]
    await asyncio.sleep(0)

    for task in gone:
        task.cancel()
    await asyncio.gather(*gone, return_exceptions=True)
    waiting = asyncio.create_task(passwords.hash("x"))
    await asyncio.sleep(0)

    try:
        async with asyncio.timeout(5):
            with pytest.raises(BusyError):
                await passwords.hash("x")
    finally:
        go_on.set()
    assert (await waiting).startswith("$argon2id$")
    assert passwords._pending == 0


async def test_the_failure_of_a_cancelled_call_is_nobodys() -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, complaint: complaints.append(complaint))
    passwords = quick(at_once=1)
    go_on = threading.Event()

    def fail() -> None:
        go_on.wait()
        raise ValueError

    gone = asyncio.create_task(passwords._run(fail))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    go_on.set()
    await passwords.hash("x")
    del gone
    gc.collect()

    assert complaints == []


def test_the_lists_contain_common_and_breached_passwords() -> None:
    passwords = quick()

    assert passwords.is_common("password")
    assert passwords.is_common("applesandbananas")
    assert not passwords.is_common("seven quiet lighthouses")
