"""The real hasher: Argon2id, bounded, and the same work for nobody."""

import asyncio
import threading

import pytest

from domain.passwords import BusyError
from gateway.accounts.passwords import MEMORY_KIB, PASSES, Argon2Passwords

OWASP_MINIMUM = (19_456, 2)


def quick(**values: int) -> Argon2Passwords:
    return Argon2Passwords(**{"memory_kib": 64, "passes": 1} | values)


def test_the_parameters_are_no_less_than_owasp_asks() -> None:
    assert (MEMORY_KIB, PASSES) >= OWASP_MINIMUM
    assert OWASP_MINIMUM[1] <= PASSES


async def test_a_hash_tells_its_parameters_and_fits_its_password_only() -> None:
    passwords = Argon2Passwords()

    made = await passwords.hash("correct horse battery")

    assert made.startswith(f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1$")
    assert await passwords.verify(made, "correct horse battery")
    assert not await passwords.verify(made, "correct horse batterx")
    assert not passwords.is_outdated(made)


@pytest.mark.parametrize("held", [None, "", "no hash", "$argon2id$v=19$m=64,t=1,p=1$broken"])
async def test_no_password_fits_what_is_no_hash(held: str | None) -> None:
    assert not await quick().verify(held, "correct horse battery")


async def test_a_hash_of_yesterdays_parameters_still_fits_and_is_told_apart() -> None:
    yesterday = await quick().hash("correct horse battery")
    today = quick(passes=2)

    assert await today.verify(yesterday, "correct horse battery")
    assert today.is_outdated(yesterday)


async def test_nobody_costs_a_whole_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = quick()
    compared: list[str] = []
    monkeypatch.setattr(
        passwords, "_matches", lambda password_hash, _: compared.append(password_hash) or True
    )

    right = await passwords.verify(None, "correct horse battery")

    assert not right
    assert compared == [passwords._decoy]
    assert not passwords.is_outdated(passwords._decoy)


async def test_more_than_may_wait_are_refused_at_once_and_the_others_are_answered() -> None:
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


async def test_who_goes_away_leaves_the_queue() -> None:
    passwords = quick(at_once=1, longest_queue=1)
    go_on = threading.Event()
    first = asyncio.create_task(passwords._run(go_on.wait))
    await asyncio.sleep(0)
    gone = asyncio.create_task(passwords.hash("x"))
    await asyncio.sleep(0)

    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    next_one = asyncio.create_task(passwords.hash("x"))
    await asyncio.sleep(0)
    go_on.set()
    await first

    assert (await next_one).startswith("$argon2id$")


def test_the_lists_hold_what_they_promise() -> None:
    passwords = quick()

    assert passwords.is_common("password")
    assert passwords.is_common("applesandbananas")
    assert not passwords.is_common("seven quiet lighthouses")
