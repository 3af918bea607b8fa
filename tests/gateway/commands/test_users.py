"""Commands `users ...`: one account is shown and changed, while a gateway runs."""

import argparse
import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from domain.accounts.audit import AuditAction, AuditFilter
from domain.accounts.roles import LastAdminError
from domain.authentication.passwords import WeakPasswordError
from domain.paging import window
from domain.unit_of_work import Meter
from gateway.commands import users
from gateway.commands.errors import CommandError
from gateway.settings.environment import Settings
from tests.gateway.conftest import Live
from tests.support.clients.accounts import LOGIN

PASSWORD = "correct horse battery"
NEW_PASSWORD = "a quiet river bends twice"
WRONG = 10
Command = Callable[[Settings, str, argparse.Namespace], Awaitable[int]]


@pytest.fixture
async def ada(live: Live) -> Live:
    """A gateway with the account ada."""
    await live.register("ada")
    return live


async def run(command: Command, url: str, account: str = "ada", *roles: str) -> int:
    return await command(Settings(), url, argparse.Namespace(account=account, role=list(roles)))


async def sign_in(live: Live, password: str = PASSWORD) -> Any:
    """Return the access token, or the codes of the refusal."""
    response = await live.post(LOGIN, input={"email": "ada@example.org", "password": password})
    payload = response.json()["data"]["login"]
    return payload.get("accessToken") or [error["code"] for error in payload["userErrors"]]


async def acts(live: Live, action: AuditAction) -> list[tuple[str | None, dict[str, str | None]]]:
    async with live.app.pipeline.ports.open_reads(Meter()) as reads:
        page = await reads.audit.page(AuditFilter(action=action), window(first=10))
    return [
        (entry.actor_id, {detail.name: detail.value for detail in entry.difference}) for entry in page.nodes
    ]


async def test_roles_are_granted_and_revoked_and_older_tokens_end(
    ada: Live, database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    token = await sign_in(ada)

    assert await run(users.grant, database_url, " ADA@example.org ", "ADMIN", "AUTHOR") == 0
    assert "LEARNER, AUTHOR, ADMIN" in capsys.readouterr().out
    async with asyncio.timeout(5):
        while (await ada.post("{ __typename }", token=token)).status_code != 401:
            await asyncio.sleep(0.05)
    assert await run(users.revoke, database_url, "ada", "AUTHOR", "MODERATOR") == 0

    assert "has LEARNER, ADMIN." in capsys.readouterr().out
    assert len(await acts(ada, AuditAction.ROLES_SET)) == 2
    with pytest.raises(LastAdminError):
        await run(users.revoke, database_url, "ada", "ADMIN")


async def test_an_unlocked_account_signs_in_at_once(ada: Live, database_url: str) -> None:
    for _ in range(WRONG):
        assert await sign_in(ada, "not " + PASSWORD) == ["INVALID_CREDENTIALS"]
    assert await sign_in(ada) == ["TOO_MANY_ATTEMPTS"]

    assert await run(users.unlock, database_url) == 0

    assert isinstance(await sign_in(ada), str)


async def test_an_address_is_verified_once(
    ada: Live, database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    assert await run(users.verify, database_url) == 0
    assert await run(users.verify, database_url) == 0

    assert "was verified already" in capsys.readouterr().out
    assert await acts(ada, AuditAction.EMAIL_VERIFIED) == [(None, {"email": "a***@example.org"})]


async def test_a_new_password_ends_the_sessions_and_unlocks(
    ada: Live, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await sign_in(ada)
    for _ in range(WRONG):
        await sign_in(ada, "not " + PASSWORD)
    monkeypatch.setattr("sys.stdin", io.StringIO(NEW_PASSWORD + "\n"))

    assert await run(users.set_password, database_url) == 0

    assert isinstance(await sign_in(ada, NEW_PASSWORD), str)
    assert await sign_in(ada) == ["INVALID_CREDENTIALS"]
    async with asyncio.timeout(5):
        while (await ada.post("{ __typename }", token=token)).status_code != 401:
            await asyncio.sleep(0.05)
    assert await acts(ada, AuditAction.PASSWORD_RESET) == [(None, {})]


async def test_a_weak_password_changes_nothing(
    ada: Live, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("ada\n"))

    with pytest.raises(WeakPasswordError):
        await run(users.set_password, database_url)

    assert isinstance(await sign_in(ada), str)


@pytest.mark.usefixtures("ada")
async def test_an_account_is_shown_without_its_secrets(
    database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    assert await run(users.show, database_url) == 0

    shown = capsys.readouterr().out
    assert "ada@example.org (not verified)" in shown
    assert "password   set" in shown
    assert "$argon2" not in shown


@pytest.mark.parametrize(
    "command", [users.show, users.grant, users.revoke, users.unlock, users.verify, users.set_password]
)
@pytest.mark.parametrize("name", ["nina", "nina@example.org", ""])
async def test_an_unknown_account_is_an_error(database_url: str, command: Command, name: str) -> None:
    with pytest.raises(CommandError, match="No account"):
        await run(command, database_url, name, "AUTHOR")
