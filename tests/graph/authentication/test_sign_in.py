"""Sign-in through the schema: wrong passwords count by account and by address, and no account is locked for good."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from domain.accounts.audit import AuditAction, AuditFilter
from domain.accounts.suspensions import Suspension
from domain.accounts.users import User
from domain.authentication import sign_out
from domain.authentication.passwords import BusyError
from domain.paging import window
from domain.unit_of_work import Meter
from graph.execution.deadlines import Deadlines
from resolvers.request_info import RequestInfo
from tests.builders.acts import an_act
from tests.fakes import FakePasswords
from tests.support.schema_client import Asker

LOGIN = """mutation ($input: LoginInput!) { login(input: $input) {
  user { handle } accessToken
  userErrors { __typename ... on UserError { code message field } ... on TooManyAttempts { retryAt } }
} }"""
RIGHT = "correct horse battery"
WRONG = "wrong"


@pytest.fixture
async def ada(ask: Asker) -> User:
    user, _ = await ask.learner(handle="ada", email="ada@example.org")
    return user


async def login(ask: Asker, password: str = WRONG, email: str = "ada@example.org") -> dict[str, Any]:
    data = await ask.data(LOGIN, input={"email": email, "password": password})
    payload: dict[str, Any] = data["login"]
    return payload


def code(payload: dict[str, Any]) -> str | None:
    return payload["userErrors"][0]["code"] if payload["userErrors"] else None


async def test_the_eleventh_wrong_password_in_15_minutes_is_refused_without_a_comparison(
    ask: Asker, ada: User
) -> None:
    codes = [code(await login(ask)) for _ in range(11)]

    right = await login(ask, RIGHT)

    assert codes == ["INVALID_CREDENTIALS"] * 10 + ["TOO_MANY_ATTEMPTS"]
    (error,) = right["userErrors"]
    assert error["retryAt"] == "2026-03-02T09:15:00.000Z"
    assert "15 minutes" in error["message"]


async def test_the_right_password_works_after_the_window(ask: Asker, ada: User) -> None:
    for _ in range(11):
        await login(ask)

    ask.clock.forward(minutes=15)

    assert code(await login(ask, RIGHT)) is None


async def test_the_right_password_clears_the_wrong_ones(ask: Asker, ada: User) -> None:
    for _ in range(9):
        await login(ask)

    right = await login(ask, RIGHT)
    after = [code(await login(ask)) for _ in range(10)]

    assert right["user"] == {"handle": "ada"}
    assert after == ["INVALID_CREDENTIALS"] * 10


async def test_parallel_guesses_share_the_limit(ask: Asker, ada: User) -> None:
    payloads = await asyncio.gather(*(login(ask) for _ in range(25)))

    assert sorted(code(payload) or "" for payload in payloads) == sorted(
        ["INVALID_CREDENTIALS"] * 10 + ["TOO_MANY_ATTEMPTS"] * 15
    )


async def test_aliases_in_one_document_are_counted_one_by_one(ask: Asker, ada: User) -> None:
    guess = 'login(input: {email: "ada@example.org", password: "guess %d"}) { userErrors { ...on UserError { code } } }'
    text = "mutation { " + " ".join(f"g{n}: {guess % n}" for n in range(12)) + " }"

    data = await ask.data(text)

    codes = [payload["userErrors"][0]["code"] for payload in data.values()]
    assert codes == ["INVALID_CREDENTIALS"] * 10 + ["TOO_MANY_ATTEMPTS"] * 2


async def test_an_unknown_account_gets_the_same_responses_and_counts(ask: Asker, ada: User) -> None:
    known = [await login(ask) for _ in range(11)]
    known_statements = ask.statements
    unknown = [await login(ask, email="nobody@example.org") for _ in range(11)]

    assert known == unknown
    assert ask.statements == known_statements


async def test_a_wrong_password_costs_as_many_statements_for_an_unknown_account(
    ask: Asker, ada: User
) -> None:
    await login(ask)
    known = ask.statements

    await login(ask, email="nobody@example.org")

    assert ask.statements == known


async def test_an_address_has_a_hundred_wrong_passwords_an_hour(ask: Asker, ada: User) -> None:
    ask.request_info = RequestInfo(address="192.0.2.7")
    codes = [code(await login(ask, email=f"guess{n}@example.org")) for n in range(101)]
    ada_from_there = code(await login(ask, RIGHT))
    ask.request_info = RequestInfo(address="192.0.2.8")

    assert codes == ["INVALID_CREDENTIALS"] * 100 + ["TOO_MANY_ATTEMPTS"]
    assert ada_from_there == "TOO_MANY_ATTEMPTS"
    assert code(await login(ask, RIGHT)) is None


@pytest.mark.slow
async def test_a_classroom_behind_one_address_signs_in(ask: Asker, ada: User) -> None:
    ask.request_info = RequestInfo(address="192.0.2.7")

    codes = {code(await login(ask, RIGHT)) for _ in range(110)}

    assert codes == {None}


async def test_a_failure_is_in_the_audit_log_of_the_account(ask: Asker, ada: User) -> None:
    await login(ask)
    await login(ask, email="nobody@example.org")

    async with ask.postgres.open_reads(Meter()) as reads:
        page = await reads.audit.page(AuditFilter(action=AuditAction.SIGN_IN_FAILED), window(first=10))

    assert [(entry.actor_id, entry.target) for entry in page.nodes] == [(None, ada.id)]


async def test_an_outdated_hash_is_replaced_at_sign_in(ask: Asker) -> None:
    user, _ = await ask.learner(email="old@example.org", password_hash=f"old hash of: {RIGHT}")

    await login(ask, RIGHT, "old@example.org")

    async with ask.postgres.open_reads(Meter()) as reads:
        stored = await reads.credentials.by_id(user.id)
    assert stored is not None
    assert stored.password_hash == f"hash of: {RIGHT}"


async def test_no_password_signs_in_to_an_account_without_one(ask: Asker) -> None:
    await ask.learner(email="elsewhere@example.org", password_hash=None)

    codes = {code(await login(ask, password, "elsewhere@example.org")) for password in ("", "None", RIGHT)}

    assert codes == {"INVALID_CREDENTIALS"}


class BusyPasswords(FakePasswords):
    async def verify(self, password_hash: str | None, password: str) -> bool:
        raise BusyError("Too many people are signing in at the moment; try again in ten seconds.")


async def test_a_refusal_of_a_busy_hasher_does_not_count(ask: Asker, ada: User) -> None:
    usual = ask.ports.passwords
    ask.ports.passwords = BusyPasswords()
    busy = {code(await login(ask)) for _ in range(12)}

    ask.ports.passwords = usual

    assert busy == {"SERVICE_DEGRADED"}
    assert code(await login(ask, RIGHT)) is None


class SlowPasswords(FakePasswords):
    """A hasher that a deadline cuts off."""

    async def verify(self, password_hash: str | None, password: str) -> bool:
        await asyncio.sleep(60)
        return await super().verify(password_hash, password)


async def cut_off(ask: Asker, seconds: float) -> list[str]:
    """Sign in with the right password twelve times, and cut each off as a deadline does; return the errors' codes."""
    usual = ask.executor._deadlines
    ask.executor._deadlines = Deadlines(seconds)
    responses = [await ask(LOGIN, input={"email": "ada@example.org", "password": RIGHT}) for _ in range(12)]
    ask.executor._deadlines = usual
    return [response["errors"][0]["extensions"]["code"] for response in responses]


@pytest.mark.slow
async def test_a_right_password_that_is_cut_off_while_it_is_compared_does_not_count(
    ask: Asker, ada: User
) -> None:
    ask.request_info = RequestInfo(address="192.0.2.7")
    usual = ask.ports.passwords
    ask.ports.passwords = SlowPasswords()
    late = await cut_off(ask, 0.1)
    ask.ports.passwords = usual

    assert late == ["TIMEOUT"] * 12
    assert await counted(ask) == 0
    assert code(await login(ask, RIGHT)) is None


@pytest.mark.slow
async def test_a_right_password_whose_sign_in_waits_for_a_lock_until_the_deadline_does_not_count(
    ask: Asker, ada: User
) -> None:
    ask.request_info = RequestInfo(address="192.0.2.7")
    async with ask.postgres.open_work(Meter()) as work:
        await work.credentials.lock(ada.id)
        late = await cut_off(ask, 0.15)

    assert late == ["TIMEOUT"] * 12
    assert await counted(ask) == 0
    assert code(await login(ask, RIGHT)) is None


async def test_a_right_password_of_a_suspended_account_does_not_count(ask: Asker, ada: User) -> None:
    async with ask.postgres.open_work(Meter()) as work:
        await work.roles.suspend(ada.id, Suspension(since=ask.clock(), until=None, reason="Cheating."))

    codes = {code(await login(ask, RIGHT)) for _ in range(12)}

    assert codes == {"ACCOUNT_SUSPENDED"}
    assert await counted(ask) == 0


async def counted(ask: Asker) -> int:
    """Return how many attempts are counted, for accounts and addresses together."""
    async with ask.postgres.open_reads(Meter()) as reads:
        found: int = await reads.connection.raw.fetchval("SELECT sum(cardinality(tries)) FROM throttles")
    return found or 0


async def replaced(ask: Asker, ada: User, while_open: Callable[[], Awaitable[None]] | None = None) -> None:
    """Replace the password and end the sessions, as changing it does."""
    async with ask.postgres.open_work(Meter()) as work:
        await work.credentials.set_password(ada.id, "hash of: another sentence")
        await sign_out.end_all(work, an_act(now=ask.clock()), user_id=ada.id)
        if while_open is not None:
            await while_open()


async def open_sessions(ask: Asker, ada: User) -> int:
    async with ask.postgres.open_reads(Meter()) as reads:
        (found,) = await reads.sessions.open_by_users([ada.id], viewer_id=ada.id, now=ask.clock())
    return len(found)


async def test_a_password_replaced_during_the_comparison_does_not_sign_in(ask: Asker, ada: User) -> None:
    class ReplacingPasswords(FakePasswords):
        async def verify(self, password_hash: str | None, password: str) -> bool:
            await replaced(ask, ada)
            return await super().verify(password_hash, password)

    ask.ports.passwords = ReplacingPasswords()

    payload = await login(ask, RIGHT)

    assert code(payload) == "INVALID_CREDENTIALS"
    assert "changed a moment ago" in payload["userErrors"][0]["message"]
    assert payload["accessToken"] is None
    assert await open_sessions(ask, ada) == 0


async def test_a_sign_in_waits_for_a_running_password_change(ask: Asker, ada: User) -> None:
    signing_in: asyncio.Task[dict[str, Any]]

    async def begin() -> None:
        nonlocal signing_in
        signing_in = asyncio.create_task(login(ask, RIGHT))
        done, _ = await asyncio.wait({signing_in}, timeout=0.2)
        assert not done

    await replaced(ask, ada, begin)

    assert code(await signing_in) == "INVALID_CREDENTIALS"
    assert await open_sessions(ask, ada) == 0
