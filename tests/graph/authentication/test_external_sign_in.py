"""Signing in with Google through the schema, with a provider in memory."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from domain.accounts.users import User, Viewer
from domain.authentication.external_identities import VerifiedIdentity
from domain.mail.mails import MailKind
from domain.unit_of_work import Meter
from resolvers.request_info import RequestInfo
from tests.builders.credentials import an_identity
from tests.builders.flags import a_rule
from tests.fakes.openid import REDIRECT_URI, FakeProvider
from tests.support.mail import posted
from tests.support.schema_client import Asker

_ERRORS = "userErrors { ... on UserError { code field message } }"
BEGIN = "mutation ($input: BeginGoogleSignInInput!) { beginGoogleSignIn(input: $input) { authorizationUrl flow %s } }"
FINISH = (
    "mutation ($input: SignInWithGoogleInput!) { signInWithGoogle(input: $input) "
    "{ user { id handle displayName email emailVerified } accessToken refreshToken session { id } %s } }"
)
LINK = "mutation ($input: LinkGoogleInput!) { linkGoogle(input: $input) { linked %s } }"
RIGHT = "correct horse battery"


@dataclass
class GoogleSignIns:
    """Starts and finishes flows as a client does."""

    ask: Asker
    provider: FakeProvider

    async def do(self, text: str, viewer: Viewer | None = None, /, **values: Any) -> dict[str, Any]:
        data = await self.ask.data(text % _ERRORS, viewer, input=values)
        payload: dict[str, Any] = next(iter(data.values()))
        return payload

    async def start(self) -> dict[str, str]:
        """Start a flow and return what a client sends back, without the code."""
        payload = await self.do(BEGIN, redirectUri=REDIRECT_URI)
        assert payload["userErrors"] == []
        (state,) = parse_qs(urlsplit(payload["authorizationUrl"]).query)["state"]
        return {"state": state, "flow": payload["flow"]}

    def code_for(self, identity: VerifiedIdentity) -> str:
        """Return a code that the provider exchanges for an identity."""
        code = f"code {len(self.provider.identities)}"
        self.provider.identities[code] = identity
        return code

    async def sign_in(self, identity: VerifiedIdentity) -> dict[str, Any]:
        return await self.do(FINISH, code=self.code_for(identity), **await self.start())

    async def link(self, viewer: Viewer, identity: VerifiedIdentity, password: str = RIGHT) -> dict[str, Any]:
        code = self.code_for(identity)
        return await self.do(LINK, viewer, code=code, password=password, **await self.start())

    async def verify(self, user: User, email: str) -> None:
        async with self.ask.postgres.open_work(Meter()) as work:
            await work.credentials.set_verified_email(user.id, email)


def code(payload: dict[str, Any]) -> str | None:
    return payload["userErrors"][0]["code"] if payload["userErrors"] else None


@pytest.fixture
def sign_ins(ask: Asker) -> GoogleSignIns:
    provider = FakeProvider()
    ask.ports.google = provider
    return GoogleSignIns(ask, provider)


async def test_a_new_identity_gets_an_account_with_a_verified_address_and_no_password(
    sign_ins: GoogleSignIns,
) -> None:
    grace = an_identity(email="Grace@example.org", name="Grace Hopper")

    payload = await sign_ins.sign_in(grace)

    assert payload["userErrors"] == []
    user = payload["user"]
    assert (user["handle"], user["displayName"]) == ("grace_hopper", "Grace Hopper")
    assert (user["email"], user["emailVerified"]) == ("grace@example.org", True)
    assert payload["accessToken"]
    assert payload["refreshToken"]
    async with sign_ins.ask.postgres.open_reads(Meter()) as reads:
        stored = await reads.credentials.by_id(user["id"])
    assert stored is not None
    assert stored.password_hash is None


async def test_without_registration_only_identities_with_an_account_sign_in(
    ask: Asker, sign_ins: GoogleSignIns
) -> None:
    identity = an_identity()
    known = await sign_ins.sign_in(identity)
    ask.ports.flags.show([a_rule(key="registration", enabled=False)])

    again = await sign_ins.sign_in(identity)
    other = await sign_ins.sign_in(an_identity())

    assert again["user"]["id"] == known["user"]["id"]
    assert (code(other), other["user"]) == ("FEATURE_OFF", None)


async def test_the_same_identity_signs_in_to_the_same_account_despite_other_changes(
    sign_ins: GoogleSignIns,
) -> None:
    grace = an_identity()
    first = await sign_ins.sign_in(grace)

    changed = an_identity(
        issuer=grace.issuer, subject=grace.subject, email=None, email_verified=False, name=""
    )
    second = await sign_ins.sign_in(changed)

    assert second["user"]["id"] == first["user"]["id"]


async def test_two_identities_with_one_name_get_two_handles(sign_ins: GoogleSignIns) -> None:
    first = await sign_ins.sign_in(an_identity(name="Ada"))
    second = await sign_ins.sign_in(an_identity(name="Ada"))

    assert first["user"]["handle"] == "ada"
    assert second["user"]["handle"].startswith("ada_")


async def test_an_account_with_the_same_verified_address_is_linked_and_gets_a_mail(
    sign_ins: GoogleSignIns,
) -> None:
    ada, _ = await sign_ins.ask.learner(email="ada@example.org")
    await sign_ins.verify(ada, "ada@example.org")

    payload = await sign_ins.sign_in(an_identity(email="ada@example.org"))

    assert payload["user"]["id"] == ada.id
    assert [(mail.kind, mail.to) for mail in await posted(sign_ins.ask.postgres)] == [
        (MailKind.IDENTITY_LINKED, "ada@example.org")
    ]


@pytest.mark.parametrize(
    ("account_verified", "provider_verified", "expected"),
    [
        (False, True, "LINK_REQUIRED"),
        (True, False, "EMAIL_NOT_VERIFIED"),
        (False, False, "EMAIL_NOT_VERIFIED"),
    ],
)
async def test_an_address_that_is_not_verified_on_both_sides_links_nothing(
    sign_ins: GoogleSignIns, account_verified: bool, provider_verified: bool, expected: str
) -> None:
    ada, _ = await sign_ins.ask.learner(email="ada@example.org")
    if account_verified:
        await sign_ins.verify(ada, "ada@example.org")
    google = an_identity(email="ada@example.org", email_verified=provider_verified)

    refused = await sign_ins.sign_in(google)

    assert code(refused) == expected
    assert refused["user"] is None
    async with sign_ins.ask.postgres.open_reads(Meter()) as reads:
        assert await reads.external_identities.user_of(google.issuer, google.subject) is None


async def test_a_refused_identity_is_linked_with_the_password_and_signs_in(sign_ins: GoogleSignIns) -> None:
    ada, viewer = await sign_ins.ask.learner(email="ada@example.org")
    google = an_identity(email="ada@example.org")
    assert code(await sign_ins.sign_in(google)) == "LINK_REQUIRED"

    linked = await sign_ins.link(viewer, google)

    assert linked == {"linked": True, "userErrors": []}
    assert (await sign_ins.sign_in(google))["user"]["id"] == ada.id


async def test_linking_needs_the_password_and_a_free_identity(sign_ins: GoogleSignIns) -> None:
    _, viewer = await sign_ins.ask.learner()
    grace = an_identity()
    await sign_ins.sign_in(grace)

    wrong = await sign_ins.link(viewer, an_identity(), "wrong")
    taken = await sign_ins.link(viewer, grace)

    assert code(wrong) == "INVALID_CREDENTIALS"
    assert code(taken) == "IDENTITY_TAKEN"


async def test_a_flow_works_once(sign_ins: GoogleSignIns) -> None:
    flow = await sign_ins.start()
    grace = sign_ins.code_for(an_identity())
    await sign_ins.do(FINISH, code=grace, **flow)

    assert code(await sign_ins.do(FINISH, code=grace, **flow)) == "INVALID_FLOW"


async def test_a_refused_code_spends_the_flow(sign_ins: GoogleSignIns) -> None:
    flow = await sign_ins.start()

    first = await sign_ins.do(FINISH, code="guessed", **flow)
    second = await sign_ins.do(FINISH, code=sign_ins.code_for(an_identity()), **flow)

    assert (code(first), code(second)) == ("PROVIDER_REFUSED", "INVALID_FLOW")


async def test_a_flow_of_another_device_cannot_be_finished(sign_ins: GoogleSignIns) -> None:
    mine, theirs = await sign_ins.start(), await sign_ins.start()
    grace = sign_ins.code_for(an_identity())

    crossed = await sign_ins.do(FINISH, code=grace, state=theirs["state"], flow=mine["flow"])
    own = await sign_ins.do(FINISH, code=grace, **mine)

    assert code(crossed) == "INVALID_FLOW"
    assert code(own) is None


async def test_a_flow_expires_after_ten_minutes(sign_ins: GoogleSignIns) -> None:
    flow = await sign_ins.start()
    sign_ins.ask.clock.forward(minutes=10)

    assert code(await sign_ins.do(FINISH, code=sign_ins.code_for(an_identity()), **flow)) == "INVALID_FLOW"


async def test_an_unregistered_redirect_uri_is_refused(sign_ins: GoogleSignIns) -> None:
    refused = await sign_ins.do(BEGIN, redirectUri="https://evil.example.org/")

    assert [(error["code"], error["field"]) for error in refused["userErrors"]] == [
        ("INVALID_INPUT", "redirectUri")
    ]
    assert sign_ins.provider.requests == []


async def test_one_address_starts_120_flows_an_hour(sign_ins: GoogleSignIns) -> None:
    sign_ins.ask.request_info = RequestInfo(address="192.0.2.7")

    codes = [code(await sign_ins.do(BEGIN, redirectUri=REDIRECT_URI)) for _ in range(121)]

    assert codes == [None] * 120 + ["TOO_MANY_ATTEMPTS"]


async def test_without_google_the_sign_in_is_not_offered(sign_ins: GoogleSignIns) -> None:
    sign_ins.ask.ports.google = None

    refused = await sign_ins.do(BEGIN, redirectUri=REDIRECT_URI)

    assert code(refused) == "NOT_OFFERED"
    assert "password" in refused["userErrors"][0]["message"]
