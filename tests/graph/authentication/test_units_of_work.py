"""Units of work in authentication: none is open while a password is hashed or a provider is asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from domain.accounts.users import Viewer
from domain.authentication.external_identities import AuthorizationRequest, CodeExchange, VerifiedIdentity
from domain.unit_of_work import Meter
from domain.work import OpenWork, Work
from tests.builders.credentials import an_identity
from tests.fakes import FakePasswords
from tests.fakes.openid import REDIRECT_URI, FakeProvider
from tests.support.accounts import NEW_USER, accepted
from tests.support.mail import posted, token_in
from tests.support.schema_client import Asker

PASSWORD, NEW_PASSWORD = "correct horse battery", "seven quiet lighthouses"


class OpenWorks:
    """Counts the units of work that are open, and the calls that found none open."""

    def __init__(self) -> None:
        self.open = 0
        self.calls_without = 0

    def counted(self, opens: OpenWork) -> OpenWork:
        @asynccontextmanager
        async def open_counted(meter: Meter) -> AsyncIterator[Work]:
            async with opens(meter) as work:
                self.open += 1
                try:
                    yield work
                finally:
                    self.open -= 1

        return open_counted

    def check(self) -> None:
        assert self.open == 0
        self.calls_without += 1


@dataclass
class SlowPasswords(FakePasswords):
    """A hasher that checks that nothing waits for it with a connection."""

    works: OpenWorks

    async def hash(self, password: str) -> str:
        self.works.check()
        return await super().hash(password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        self.works.check()
        return await super().verify(password_hash, password)


class SlowProvider(FakeProvider):
    """A provider that checks the same."""

    def __init__(self, works: OpenWorks) -> None:
        super().__init__()
        self.works = works

    async def authorization_url(self, request: AuthorizationRequest) -> str:
        self.works.check()
        return await super().authorization_url(request)

    async def exchange_code(self, exchange: CodeExchange) -> VerifiedIdentity:
        self.works.check()
        return await super().exchange_code(exchange)


@pytest.fixture
def works(ask: Asker) -> OpenWorks:
    counted = OpenWorks()
    ask.ports.open_work = counted.counted(ask.ports.open_work)
    ask.ports.open_reads = counted.counted(ask.ports.open_reads)
    ask.ports.passwords = SlowPasswords(counted)
    ask.ports.google = SlowProvider(counted)
    return counted


async def callback(ask: Asker, viewer: Viewer) -> dict[str, str]:
    """Start a flow with Google and return what finishes it."""
    provider = ask.ports.google
    assert isinstance(provider, SlowProvider)
    provider.identities["code"] = an_identity()
    started = await accepted(
        ask, viewer, "beginGoogleSignIn", "authorizationUrl flow", redirectUri=REDIRECT_URI
    )
    (state,) = parse_qs(urlsplit(started["authorizationUrl"]).query)["state"]
    return {"code": "code", "state": state, "flow": started["flow"]}


@pytest.mark.parametrize(
    ("field", "given", "calls"),
    [
        ("register", NEW_USER, 1),
        ("login", {"email": "ada@example.org", "password": PASSWORD}, 1),
        ("changePassword", {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}, 2),
        ("changeEmail", {"newEmail": "new@example.org", "password": PASSWORD}, 1),
        ("deleteMyAccount", {"password": PASSWORD}, 1),
    ],
)
async def test_no_connection_is_in_use_while_a_password_is_hashed(
    ask: Asker, works: OpenWorks, field: str, given: dict[str, Any], calls: int
) -> None:
    email = "other@example.org" if field == "register" else "ada@example.org"
    _, viewer = await ask.learner(email=email)

    await accepted(ask, viewer, field, **given)

    assert works.calls_without == calls


async def test_no_connection_is_in_use_while_a_reset_password_is_hashed(ask: Asker, works: OpenWorks) -> None:
    _, viewer = await ask.learner(email="ada@example.org")
    await accepted(ask, viewer, "requestPasswordReset", email="ada@example.org")
    (mail,) = await posted(ask.postgres)

    await accepted(ask, viewer, "resetPassword", token=token_in(mail), newPassword=NEW_PASSWORD)

    assert works.calls_without == 1


@pytest.mark.parametrize(
    ("field", "given", "calls"),
    [("signInWithGoogle", {}, 2), ("linkGoogle", {"password": PASSWORD}, 3)],
)
async def test_no_connection_is_in_use_while_a_provider_is_asked(
    ask: Asker, works: OpenWorks, field: str, given: dict[str, Any], calls: int
) -> None:
    _, viewer = await ask.learner(email="ada@example.org")

    await accepted(ask, viewer, field, **await callback(ask, viewer), **given)

    assert works.calls_without == calls


async def test_an_attempt_is_committed_before_the_password_is_compared(ask: Asker) -> None:
    _, viewer = await ask.learner(email="ada@example.org")
    committed: list[int] = []

    class ReadingPasswords(FakePasswords):
        async def verify(self, password_hash: str | None, password: str) -> bool:
            async with ask.postgres.open_reads(Meter()) as reads:
                committed.append(await reads.connection.raw.fetchval("SELECT count(*) FROM throttles"))
            return await super().verify(password_hash, password)

    ask.ports.passwords = ReadingPasswords()
    await accepted(ask, viewer, "login", email="ada@example.org", password=PASSWORD)

    assert committed == [1]
