"""Account recovery through the schema: e-mail verification and password changes."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from domain.accounts import access_revocation
from domain.accounts.audit import AuditAction, AuditFilter
from domain.accounts.users import Viewer
from domain.ids import UserId
from domain.mail.mails import Mail, MailKind
from domain.paging import window
from domain.unit_of_work import Meter
from resolvers.request_info import RequestInfo
from tests.support.mail import posted, token_in
from tests.support.schema_client import Asker, viewer_of

OLD, NEW = "correct horse battery", "seven quiet lighthouses"
_ERRORS = "userErrors { ... on UserError { code field message } }"
REGISTER = "mutation ($input: RegisterInput!) { register(input: $input) { user { id } refreshToken session { id } %s } }"
LOGIN = (
    "mutation ($input: LoginInput!) { login(input: $input) { user { id } refreshToken session { id } %s } }"
)
REFRESH = "mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { accessToken %s } }"
VERIFY = "mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { user { handle } %s } }"
AGAIN = "mutation { requestEmailVerification { requested %s } }"
FORGOT = (
    "mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { requested %s } }"
)
RESET = "mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { reset %s } }"
CHANGE = "mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { changed %s } }"
MOVE = "mutation ($input: ChangeEmailInput!) { changeEmail(input: $input) { requested %s } }"
ACCOUNT = "{ viewer { user { email emailVerified } } }"
NEW_ADA = {"email": "Ada@example.org", "password": OLD, "handle": "ada", "displayName": "Ada!"}


@dataclass
class Recovery:
    """Ada, who has registered; `welcome` is her first mail, taken from the outbox."""

    ask: Asker
    viewer: Viewer
    refresh_token: str
    welcome: Mail

    async def do(self, text: str, viewer: Viewer | None = None, /, **values: Any) -> dict[str, Any]:
        """Run a mutation and return its payload."""
        variables = {"input": values} if values else {}
        data = await self.ask.data(text % _ERRORS, viewer, **variables)
        payload: dict[str, Any] = next(iter(data.values()))
        return payload

    async def code(self, text: str, viewer: Viewer | None = None, /, **values: Any) -> str | None:
        """Run a mutation and return the code of its refusal."""
        errors = (await self.do(text, viewer, **values))["userErrors"]
        return errors[0]["code"] if errors else None

    async def sign_in(self, password: str, email: str = "ada@example.org") -> dict[str, Any]:
        return await self.do(LOGIN, email=email, password=password)

    async def account(self) -> tuple[str, bool]:
        user = (await self.ask.data(ACCOUNT, self.viewer))["viewer"]["user"]
        return user["email"], user["emailVerified"]

    async def mails(self) -> list[Mail]:
        return await posted(self.ask.postgres)

    async def reset_token(self) -> str:
        await self.do(FORGOT, email="ada@example.org")
        return token_in((await self.mails())[-1])

    async def audited(self, action: AuditAction) -> list[UserId | None]:
        """Return the actors of such entries about Ada, newest first."""
        async with self.ask.postgres.open_reads(Meter()) as reads:
            asked = AuditFilter(action=action, target=self.viewer.user_id)
            return [entry.actor_id for entry in (await reads.audit.page(asked, window(first=10))).nodes]


@pytest.fixture
async def recovery(ask: Asker) -> Recovery:
    payload = (await ask.data(REGISTER % _ERRORS, input=NEW_ADA))["register"]
    (welcome,) = await posted(ask.postgres)
    viewer = viewer_of(UserId(payload["user"]["id"]))
    viewer.session_id = payload["session"]["id"]  # the session that was opened
    return Recovery(ask, viewer, payload["refreshToken"], welcome)


async def test_registering_sends_a_mail_whose_token_verifies_the_address_once(recovery: Recovery) -> None:
    token = token_in(recovery.welcome)
    before = await recovery.account()

    verified = await recovery.do(VERIFY, token=token)

    assert (recovery.welcome.to, recovery.welcome.kind) == ("ada@example.org", MailKind.VERIFY_EMAIL)
    assert "Ada!" not in recovery.welcome.body
    assert before == ("ada@example.org", False)
    assert verified["user"] == {"handle": "ada"}
    assert await recovery.account() == ("ada@example.org", True)
    assert await recovery.code(VERIFY, token=token) == "INVALID_TOKEN"
    assert await recovery.audited(AuditAction.EMAIL_VERIFIED) == [recovery.viewer.user_id]
    assert await recovery.audited(AuditAction.REGISTERED) == [recovery.viewer.user_id]


async def test_a_registration_that_is_rolled_back_sends_nothing(recovery: Recovery) -> None:
    refused = await recovery.code(REGISTER, **NEW_ADA | {"email": "other@example.org"})

    assert refused == "HANDLE_TAKEN"
    assert await recovery.mails() == []


async def test_a_token_from_a_mail_is_not_in_the_database(recovery: Recovery) -> None:
    token = token_in(recovery.welcome)

    async with recovery.ask.postgres.open_work(Meter()) as work:
        await work.mails.sent(recovery.welcome.id, now=recovery.ask.clock())
        tables = await work.connection.raw.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        found = [
            table["tablename"]
            for table in tables
            if await work.connection.raw.fetchval(
                f"SELECT EXISTS (SELECT FROM {table['tablename']} AS t WHERE t::text LIKE $1)",  # noqa: S608
                f"%{token}%",
            )
        ]

    assert found == []


async def test_a_verification_token_expires_after_a_day(recovery: Recovery) -> None:
    recovery.ask.clock.forward(hours=24)

    assert await recovery.code(VERIFY, token=token_in(recovery.welcome)) == "INVALID_TOKEN"


async def test_the_verification_mail_can_be_sent_again_five_times_an_hour(recovery: Recovery) -> None:
    codes = [await recovery.code(AGAIN, recovery.viewer) for _ in range(6)]
    mails = await recovery.mails()

    assert codes == [None] * 5 + ["TOO_MANY_ATTEMPTS"]
    assert [mail.kind for mail in mails] == [MailKind.VERIFY_EMAIL] * 5
    assert await recovery.code(VERIFY, token=token_in(mails[-1])) is None
    recovery.ask.clock.forward(hours=1)
    assert await recovery.code(AGAIN, recovery.viewer) == "INVALID_INPUT"


async def test_a_forgotten_password_is_replaced_by_mail_and_every_session_ends(recovery: Recovery) -> None:
    token = await recovery.reset_token()
    other_token = await recovery.reset_token()

    reset = await recovery.do(RESET, token=token, newPassword=NEW)

    assert reset == {"reset": True, "userErrors": []}
    assert await recovery.code(REFRESH, refreshToken=recovery.refresh_token) == "INVALID_REFRESH_TOKEN"
    assert await recovery.code(LOGIN, email="ada@example.org", password=OLD) == "INVALID_CREDENTIALS"
    assert (await recovery.sign_in(NEW))["userErrors"] == []
    for used in (token, other_token):
        assert await recovery.code(RESET, token=used, newPassword=OLD) == "INVALID_TOKEN"
    assert MailKind.PASSWORD_CHANGED in {mail.kind for mail in await recovery.mails()}
    assert await recovery.audited(AuditAction.PASSWORD_RESET) == [recovery.viewer.user_id]
    assert await recovery.audited(AuditAction.PASSWORD_RESET_REQUESTED) == [None, None]


async def test_a_reset_voids_every_access_token_at_once(recovery: Recovery) -> None:
    token = await recovery.reset_token()

    async with recovery.ask.ports.signals.listen(access_revocation.TOPIC) as received:
        await recovery.do(RESET, token=token, newPassword=NEW)
        async with asyncio.timeout(5):
            first, second = await anext(received), await anext(received)

    assert {first.body.partition(":")[0], second.body.partition(":")[0]} == {
        recovery.viewer.session_id,
        recovery.viewer.user_id,
    }


async def test_a_reset_verifies_the_address_that_the_mail_went_to(recovery: Recovery) -> None:
    await recovery.do(RESET, token=await recovery.reset_token(), newPassword=NEW)

    assert await recovery.account() == ("ada@example.org", True)


async def test_a_reset_token_expires_after_half_an_hour(recovery: Recovery) -> None:
    token = await recovery.reset_token()
    recovery.ask.clock.forward(minutes=30)

    assert await recovery.code(RESET, token=token, newPassword=NEW) == "INVALID_TOKEN"


async def test_a_weak_password_does_not_use_up_the_reset_token(recovery: Recovery) -> None:
    token = await recovery.reset_token()

    weak = await recovery.do(RESET, token=token, newPassword="ada ada ada ada ada")

    assert [(error["code"], error["field"]) for error in weak["userErrors"]] == [
        ("WEAK_PASSWORD", "newPassword")
    ]
    assert await recovery.code(RESET, token=token, newPassword=NEW) is None


async def test_a_verification_token_resets_no_password(recovery: Recovery) -> None:
    assert await recovery.code(RESET, token=token_in(recovery.welcome), newPassword=NEW) == "INVALID_TOKEN"


async def test_requesting_a_reset_reveals_nothing_about_accounts(recovery: Recovery) -> None:
    known = await recovery.do(FORGOT, email="ada@example.org")
    known_statements = recovery.ask.statements
    unknown = await recovery.do(FORGOT, email="nobody@example.org")

    assert known == unknown == {"requested": True, "userErrors": []}
    assert recovery.ask.statements == known_statements
    assert [(mail.kind, mail.to) for mail in await recovery.mails()] == [
        (MailKind.RESET_PASSWORD, "ada@example.org"),
        (MailKind.DECOY, ""),
    ]


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
async def test_one_recipient_gets_five_reset_mails_an_hour(recovery: Recovery, email: str) -> None:
    codes = [await recovery.code(FORGOT, email=email) for _ in range(6)]

    assert codes == [None] * 5 + ["TOO_MANY_ATTEMPTS"]


async def test_one_address_requests_thirty_mails_an_hour(recovery: Recovery) -> None:
    recovery.ask.request_info = RequestInfo(address="2001:db8::7")

    codes = [await recovery.code(FORGOT, email=f"guess{n}@example.org") for n in range(31)]

    assert codes == [None] * 30 + ["TOO_MANY_ATTEMPTS"]


async def test_one_address_registers_sixty_accounts_an_hour(recovery: Recovery) -> None:
    recovery.ask.request_info = RequestInfo(address="192.0.2.7")

    codes = [await recovery.code(REGISTER, **NEW_ADA) for _ in range(61)]

    assert codes == ["EMAIL_TAKEN"] * 60 + ["TOO_MANY_ATTEMPTS"]


async def test_a_reset_works_while_sign_in_is_limited(recovery: Recovery) -> None:
    for _ in range(11):
        await recovery.sign_in("wrong")

    assert await recovery.code(RESET, token=await recovery.reset_token(), newPassword=NEW) is None
    assert (await recovery.sign_in(NEW))["userErrors"] == []


async def test_a_changed_password_ends_the_other_sessions_and_is_reported_by_mail(recovery: Recovery) -> None:
    other = await recovery.sign_in(OLD)
    await recovery.mails()

    changed = await recovery.do(CHANGE, recovery.viewer, currentPassword=OLD, newPassword=NEW)

    assert changed == {"changed": True, "userErrors": []}
    assert await recovery.code(REFRESH, refreshToken=other["refreshToken"]) == "INVALID_REFRESH_TOKEN"
    assert await recovery.code(REFRESH, refreshToken=recovery.refresh_token) is None
    assert [mail.kind for mail in await recovery.mails()] == [MailKind.PASSWORD_CHANGED]
    assert (await recovery.sign_in(NEW))["userErrors"] == []
    assert await recovery.audited(AuditAction.PASSWORD_CHANGED) == [recovery.viewer.user_id]


async def test_changing_a_password_needs_the_current_one_and_guesses_count(recovery: Recovery) -> None:
    refused = [
        (await recovery.do(CHANGE, recovery.viewer, currentPassword="wrong", newPassword=NEW))["userErrors"][
            0
        ]
        for _ in range(11)
    ]

    assert [error["code"] for error in refused] == ["INVALID_CREDENTIALS"] * 10 + ["TOO_MANY_ATTEMPTS"]
    assert refused[0]["field"] == "currentPassword"
    assert (await recovery.sign_in(OLD))["userErrors"][0]["code"] == "TOO_MANY_ATTEMPTS"


async def test_a_weak_new_password_does_not_count_as_a_guess(recovery: Recovery) -> None:
    weak = {
        await recovery.code(CHANGE, recovery.viewer, currentPassword=OLD, newPassword="ada@example.org")
        for _ in range(12)
    }

    assert weak == {"WEAK_PASSWORD"}
    assert (await recovery.sign_in(OLD))["userErrors"] == []


async def test_a_right_password_beside_another_refusal_does_not_count_as_a_guess(recovery: Recovery) -> None:
    refused = {
        await recovery.code(MOVE, recovery.viewer, newEmail="ada@example.org", password=OLD)
        for _ in range(12)
    }

    assert refused == {"INVALID_INPUT"}
    assert (await recovery.sign_in(OLD))["userErrors"] == []


async def test_a_new_address_signs_in_once_it_is_confirmed(recovery: Recovery) -> None:
    reset = await recovery.reset_token()
    asked = await recovery.do(MOVE, recovery.viewer, newEmail="Countess@example.org", password=OLD)
    before = await recovery.account()
    (mail,) = await recovery.mails()

    await recovery.do(VERIFY, token=token_in(mail))

    assert asked == {"requested": True, "userErrors": []}
    assert (mail.to, mail.kind) == ("countess@example.org", MailKind.CONFIRM_EMAIL)
    assert before == ("ada@example.org", False)
    assert await recovery.account() == ("countess@example.org", True)
    assert [(mail.to, mail.kind) for mail in await recovery.mails()] == [
        ("ada@example.org", MailKind.EMAIL_CHANGED)
    ]
    assert await recovery.code(RESET, token=reset, newPassword=NEW) == "INVALID_TOKEN"
    assert await recovery.code(VERIFY, token=token_in(recovery.welcome)) == "INVALID_TOKEN"
    assert await recovery.audited(AuditAction.EMAIL_CHANGED) == [recovery.viewer.user_id]


async def test_an_address_that_another_account_took_meanwhile_is_refused(
    recovery: Recovery,
) -> None:
    asked = await recovery.code(MOVE, recovery.viewer, newEmail="bob@example.org", password=OLD)
    (mail,) = await recovery.mails()
    await recovery.ask.learner(email="bob@example.org")

    assert asked is None
    assert await recovery.code(VERIFY, token=token_in(mail)) == "EMAIL_TAKEN"
    assert await recovery.account() == ("ada@example.org", False)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"newEmail": "new@example.org", "password": "wrong"}, "INVALID_CREDENTIALS"),
        ({"newEmail": "ada@example.org", "password": OLD}, "INVALID_INPUT"),
        ({"newEmail": "nowhere", "password": OLD}, "INVALID_INPUT"),
    ],
)
async def test_changing_an_address_needs_the_password_and_another_address(
    recovery: Recovery, values: dict[str, str], code: str
) -> None:
    assert await recovery.code(MOVE, recovery.viewer, **values) == code
    assert await recovery.mails() == []


async def test_a_reset_waits_for_a_running_password_change(recovery: Recovery) -> None:
    """It locks the account before the token, else the two would deadlock."""
    token = await recovery.reset_token()

    async with recovery.ask.postgres.open_work(Meter()) as changing:
        await changing.credentials.lock(recovery.viewer.user_id)
        resetting = asyncio.create_task(recovery.code(RESET, token=token, newPassword=NEW))
        done, _ = await asyncio.wait({resetting}, timeout=0.2)
        assert not done
        await changing.one_time_tokens.void(recovery.viewer.user_id)

    assert await resetting == "INVALID_TOKEN"
    assert (await recovery.sign_in(OLD))["userErrors"] == []
