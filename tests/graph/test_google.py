"""Signing in with Google through the schema, with a provider in memory."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from domain.external_identities import ProvenIdentity
from domain.mails import MailKind
from domain.users import User, Viewer
from domain.work import Meter
from resolvers.door import Door
from tests.asking import Asker
from tests.builders.proving import an_identity
from tests.fakes.providers import HERE, FakeProvider
from tests.mail_reading import posted

_ERRORS = "userErrors { ... on UserError { code field message } }"
BEGIN = "mutation ($input: BeginGoogleSignInInput!) { beginGoogleSignIn(input: $input) { authorizationUrl flow %s } }"
FINISH = (
    "mutation ($input: SignInWithGoogleInput!) { signInWithGoogle(input: $input) "
    "{ user { id handle displayName email emailVerified } accessToken refreshToken session { id } %s } }"
)
LINK = "mutation ($input: LinkGoogleInput!) { linkGoogle(input: $input) { linked %s } }"
RIGHT = "correct horse battery"


@dataclass
class Desk:
    """Begins and finishes flows as a client does."""

    ask: Asker
    provider: FakeProvider

    async def do(self, text: str, viewer: Viewer | None = None, /, **values: Any) -> dict[str, Any]:
        data = await self.ask.data(text % _ERRORS, viewer, input=values)
        payload: dict[str, Any] = next(iter(data.values()))
        return payload

    async def begin(self) -> dict[str, str]:
        """Begin a flow and return what a client sends back, without the code."""
        payload = await self.do(BEGIN, redirectUri=HERE)
        assert payload["userErrors"] == []
        (state,) = parse_qs(urlsplit(payload["authorizationUrl"]).query)["state"]
        return {"state": state, "flow": payload["flow"]}

    def came_back(self, identity: ProvenIdentity) -> str:
        """Let the provider vouch for an identity and return the code for it."""
        code = f"code {len(self.provider.identities)}"
        self.provider.identities[code] = identity
        return code

    async def sign_in(self, identity: ProvenIdentity) -> dict[str, Any]:
        return await self.do(FINISH, code=self.came_back(identity), **await self.begin())

    async def link(self, viewer: Viewer, identity: ProvenIdentity, password: str = RIGHT) -> dict[str, Any]:
        code = self.came_back(identity)
        return await self.do(LINK, viewer, code=code, password=password, **await self.begin())

    async def proven(self, user: User, email: str) -> None:
        async with self.ask.postgres.open_work(Meter()) as work:
            await work.holders.set_verified_email(user.id, email)


def code(payload: dict[str, Any]) -> str | None:
    return payload["userErrors"][0]["code"] if payload["userErrors"] else None


@pytest.fixture
def desk(ask: Asker) -> Desk:
    provider = FakeProvider()
    ask.ports.google = provider
    return Desk(ask, provider)


async def test_a_new_person_gets_an_account_with_a_proven_address_and_no_password(desk: Desk) -> None:
    grace = an_identity(email="Grace@example.org", name="Grace Hopper")

    payload = await desk.sign_in(grace)

    assert payload["userErrors"] == []
    user = payload["user"]
    assert (user["handle"], user["displayName"]) == ("grace_hopper", "Grace Hopper")
    assert (user["email"], user["emailVerified"]) == ("grace@example.org", True)
    assert payload["accessToken"]
    assert payload["refreshToken"]
    async with desk.ask.postgres.open_reads(Meter()) as reads:
        holder = await reads.holders.by_id(user["id"])
    assert holder is not None
    assert holder.password_hash is None


async def test_the_same_identity_opens_the_same_account_whatever_else_changed(desk: Desk) -> None:
    grace = an_identity()
    first = await desk.sign_in(grace)

    changed = an_identity(
        issuer=grace.issuer, subject=grace.subject, email=None, email_verified=False, name=""
    )
    second = await desk.sign_in(changed)

    assert second["user"]["id"] == first["user"]["id"]


async def test_two_people_of_one_name_get_two_handles(desk: Desk) -> None:
    first = await desk.sign_in(an_identity(name="Ada"))
    second = await desk.sign_in(an_identity(name="Ada"))

    assert first["user"]["handle"] == "ada"
    assert second["user"]["handle"].startswith("ada_")


async def test_an_account_with_the_same_proven_address_is_linked_and_told(desk: Desk) -> None:
    ada, _ = await desk.ask.learner(email="ada@example.org")
    await desk.proven(ada, "ada@example.org")

    payload = await desk.sign_in(an_identity(email="ada@example.org"))

    assert payload["user"]["id"] == ada.id
    assert [(mail.kind, mail.to) for mail in await posted(desk.ask.postgres)] == [
        (MailKind.IDENTITY_LINKED, "ada@example.org")
    ]


@pytest.mark.parametrize(
    ("account_proven", "provider_vouches", "expected"),
    [
        (False, True, "LINK_REQUIRED"),
        (True, False, "EMAIL_NOT_VERIFIED"),
        (False, False, "EMAIL_NOT_VERIFIED"),
    ],
)
async def test_an_address_that_is_not_proven_on_both_sides_links_nothing(
    desk: Desk, account_proven: bool, provider_vouches: bool, expected: str
) -> None:
    ada, _ = await desk.ask.learner(email="ada@example.org")
    if account_proven:
        await desk.proven(ada, "ada@example.org")
    google = an_identity(email="ada@example.org", email_verified=provider_vouches)

    refused = await desk.sign_in(google)

    assert code(refused) == expected
    assert refused["user"] is None
    async with desk.ask.postgres.open_reads(Meter()) as reads:
        assert await reads.external_identities.user_of(google.issuer, google.subject) is None


async def test_who_is_refused_links_with_their_password_and_signs_in(desk: Desk) -> None:
    ada, viewer = await desk.ask.learner(email="ada@example.org")
    google = an_identity(email="ada@example.org")
    assert code(await desk.sign_in(google)) == "LINK_REQUIRED"

    linked = await desk.link(viewer, google)

    assert linked == {"linked": True, "userErrors": []}
    assert (await desk.sign_in(google))["user"]["id"] == ada.id


async def test_linking_needs_the_password_and_a_free_identity(desk: Desk) -> None:
    _, viewer = await desk.ask.learner()
    grace = an_identity()
    await desk.sign_in(grace)

    wrong = await desk.link(viewer, an_identity(), "wrong")
    taken = await desk.link(viewer, grace)

    assert code(wrong) == "INVALID_CREDENTIALS"
    assert code(taken) == "IDENTITY_TAKEN"


async def test_a_flow_works_once(desk: Desk) -> None:
    begun = await desk.begin()
    grace = desk.came_back(an_identity())
    await desk.do(FINISH, code=grace, **begun)

    assert code(await desk.do(FINISH, code=grace, **begun)) == "INVALID_FLOW"


async def test_a_flow_is_used_up_by_a_code_that_the_provider_refuses(desk: Desk) -> None:
    begun = await desk.begin()

    first = await desk.do(FINISH, code="guessed", **begun)
    second = await desk.do(FINISH, code=desk.came_back(an_identity()), **begun)

    assert (code(first), code(second)) == ("PROVIDER_REFUSED", "INVALID_FLOW")


async def test_nobody_finishes_a_flow_that_another_device_began(desk: Desk) -> None:
    mine, theirs = await desk.begin(), await desk.begin()
    grace = desk.came_back(an_identity())

    crossed = await desk.do(FINISH, code=grace, state=theirs["state"], flow=mine["flow"])
    own = await desk.do(FINISH, code=grace, **mine)

    assert code(crossed) == "INVALID_FLOW"
    assert code(own) is None


async def test_a_flow_is_too_old_after_ten_minutes(desk: Desk) -> None:
    begun = await desk.begin()
    desk.ask.clock.forward(minutes=10)

    assert code(await desk.do(FINISH, code=desk.came_back(an_identity()), **begun)) == "INVALID_FLOW"


async def test_an_address_that_was_not_agreed_on_is_refused(desk: Desk) -> None:
    refused = await desk.do(BEGIN, redirectUri="https://evil.example.org/")

    assert [(error["code"], error["field"]) for error in refused["userErrors"]] == [
        ("INVALID_INPUT", "redirectUri")
    ]
    assert desk.provider.asked == []


async def test_one_address_begins_120_flows_an_hour(desk: Desk) -> None:
    desk.ask.door = Door(address="192.0.2.7")

    codes = [code(await desk.do(BEGIN, redirectUri=HERE)) for _ in range(121)]

    assert codes == [None] * 120 + ["TOO_MANY_ATTEMPTS"]


async def test_where_google_is_not_set_up_the_refusal_says_so(desk: Desk) -> None:
    desk.ask.ports.google = None

    refused = await desk.do(BEGIN, redirectUri=HERE)

    assert code(refused) == "NOT_OFFERED"
    assert "password" in refused["userErrors"][0]["message"]
