"""Command `end-sessions`: signs an account out everywhere, while a gateway runs."""

import argparse
import asyncio

import pytest

from domain.accounts.audit import AuditAction, AuditFilter
from domain.paging import window
from domain.unit_of_work import Meter
from gateway.commands import accounts
from gateway.commands.errors import CommandError
from gateway.settings.environment import Settings
from tests.gateway.conftest import REGISTER, Live

REFRESH = """mutation ($input: RefreshSessionInput!) {
  refreshSession(input: $input) { userErrors { ... on UserError { code } } }
}"""
NEW = {"email": "ada@example.org", "password": "correct horse battery", "handle": "ada", "displayName": "Ada"}


async def end_sessions(database_url: str, email: str) -> int:
    return await accounts.end_sessions(Settings(), database_url, argparse.Namespace(email=email))


async def test_every_session_of_the_account_ends_and_is_audited(
    live: Live, database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    tokens = (await live.post(REGISTER, input=NEW)).json()["data"]["register"]
    bob = await live.register("bob")

    assert await end_sessions(database_url, " Ada@Example.org") == 0

    assert "Ended 1 sessions of ada" in capsys.readouterr().out
    async with asyncio.timeout(5):
        while (await live.post("{ __typename }", token=tokens["accessToken"])).status_code != 401:
            await asyncio.sleep(0.05)
    refused = await live.post(REFRESH, input={"refreshToken": tokens["refreshToken"]})
    assert refused.json()["data"]["refreshSession"]["userErrors"] == [{"code": "INVALID_REFRESH_TOKEN"}]
    assert (await live.post("{ __typename }", token=bob)).status_code == 200
    async with live.app.pipeline.ports.open_reads(Meter()) as reads:
        page = await reads.audit.page(AuditFilter(action=AuditAction.SESSIONS_REVOKED), window(first=10))
    assert [(entry.actor_id, entry.target) for entry in page.nodes] == [(None, tokens["user"]["id"])]


async def test_an_unknown_account_is_an_error(live: Live, database_url: str) -> None:
    with pytest.raises(CommandError, match="No account"):
        await end_sessions(database_url, "nobody@example.org")
