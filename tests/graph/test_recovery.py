"""E-mail addresses are proven and passwords replaced by mail, through the schema."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from domain import access
from domain.audit import AuditAction, AuditFilter
from domain.ids import UserId
from domain.mails import Mail, MailKind
from domain.paging import window
from domain.users import Viewer
from domain.work import Meter
from resolvers.door import Door
from tests.asking import Asker, viewer_of
from tests.mail_reading import posted, token_in

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
class Desk:
    """Ada, who registered and whose first mail was taken out of the box."""

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
        """Return who did it to Ada, newest first."""
        async with self.ask.postgres.open_reads(Meter()) as reads:
            asked = AuditFilter(action=action, target=self.viewer.user_id)
            return [entry.actor_id for entry in (await reads.audit.page(asked, window(first=10))).nodes]


@pytest.fixture
async def desk(ask: Asker) -> Desk:
    payload = (await ask.data(REGISTER % _ERRORS, input=NEW_ADA))["register"]
    (welcome,) = await posted(ask.postgres)
    viewer = viewer_of(UserId(payload["user"]["id"]))
    viewer.session_id = payload["session"]["id"]  # type: ignore[misc] - the session that was opened
    return Desk(ask, viewer, payload["refreshToken"], welcome)


async def test_registering_sends_a_mail_whose_token_proves_the_address_once(desk: Desk) -> None:
    token = token_in(desk.welcome)
    before = await desk.account()

    verified = await desk.do(VERIFY, token=token)

    assert (desk.welcome.to, desk.welcome.kind) == ("ada@example.org", MailKind.VERIFY_EMAIL)
    assert "Ada!" not in desk.welcome.body
    assert before == ("ada@example.org", False)
    assert verified["user"] == {"handle": "ada"}
    assert await desk.account() == ("ada@example.org", True)
    assert await desk.code(VERIFY, token=token) == "INVALID_TOKEN"
    assert await desk.audited(AuditAction.EMAIL_VERIFIED) == [desk.viewer.user_id]
    assert await desk.audited(AuditAction.REGISTERED) == [desk.viewer.user_id]


async def test_a_registration_that_is_rolled_back_sends_nothing(desk: Desk) -> None:
    refused = await desk.code(REGISTER, **NEW_ADA | {"email": "other@example.org"})

    assert refused == "HANDLE_TAKEN"
    assert await desk.mails() == []


async def test_a_token_from_a_mail_is_not_to_be_found_in_the_database(desk: Desk) -> None:
    token = token_in(desk.welcome)

    async with desk.ask.postgres.open_work(Meter()) as work:
        await work.mails.sent(desk.welcome.id, now=desk.ask.clock())
        tables = await work.connection.raw.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        held = [
            table["tablename"]
            for table in tables
            if await work.connection.raw.fetchval(
                f"SELECT EXISTS (SELECT FROM {table['tablename']} AS t WHERE t::text LIKE $1)",  # noqa: S608
                f"%{token}%",
            )
        ]

    assert held == []


async def test_a_verification_token_is_too_old_after_a_day(desk: Desk) -> None:
    desk.ask.clock.forward(hours=24)

    assert await desk.code(VERIFY, token=token_in(desk.welcome)) == "INVALID_TOKEN"


async def test_the_verification_mail_can_be_sent_again_but_not_without_end(desk: Desk) -> None:
    codes = [await desk.code(AGAIN, desk.viewer) for _ in range(6)]
    mails = await desk.mails()

    assert codes == [None] * 5 + ["TOO_MANY_ATTEMPTS"]
    assert [mail.kind for mail in mails] == [MailKind.VERIFY_EMAIL] * 5
    assert await desk.code(VERIFY, token=token_in(mails[-1])) is None
    desk.ask.clock.forward(hours=1)
    assert await desk.code(AGAIN, desk.viewer) == "INVALID_INPUT"


async def test_a_forgotten_password_is_replaced_by_mail_and_every_session_ends(desk: Desk) -> None:
    token = await desk.reset_token()
    other_token = await desk.reset_token()

    reset = await desk.do(RESET, token=token, newPassword=NEW)

    assert reset == {"reset": True, "userErrors": []}
    assert await desk.code(REFRESH, refreshToken=desk.refresh_token) == "INVALID_REFRESH_TOKEN"
    assert await desk.code(LOGIN, email="ada@example.org", password=OLD) == "INVALID_CREDENTIALS"
    assert (await desk.sign_in(NEW))["userErrors"] == []
    for used in (token, other_token):
        assert await desk.code(RESET, token=used, newPassword=OLD) == "INVALID_TOKEN"
    assert MailKind.PASSWORD_CHANGED in {mail.kind for mail in await desk.mails()}
    assert await desk.audited(AuditAction.PASSWORD_RESET) == [desk.viewer.user_id]
    assert await desk.audited(AuditAction.PASSWORD_RESET_REQUESTED) == [None, None]


async def test_a_reset_makes_every_access_token_void_at_once(desk: Desk) -> None:
    token = await desk.reset_token()

    async with desk.ask.ports.signals.listen(access.TOPIC) as heard:
        await desk.do(RESET, token=token, newPassword=NEW)
        async with asyncio.timeout(5):
            first, second = await anext(heard), await anext(heard)

    assert {first.body.partition(":")[0], second.body.partition(":")[0]} == {
        desk.viewer.session_id,
        desk.viewer.user_id,
    }


async def test_a_reset_proves_the_address_that_the_mail_went_to(desk: Desk) -> None:
    await desk.do(RESET, token=await desk.reset_token(), newPassword=NEW)

    assert await desk.account() == ("ada@example.org", True)


async def test_a_reset_token_is_too_old_after_half_an_hour(desk: Desk) -> None:
    token = await desk.reset_token()
    desk.ask.clock.forward(minutes=30)

    assert await desk.code(RESET, token=token, newPassword=NEW) == "INVALID_TOKEN"


async def test_a_weak_password_does_not_use_up_the_reset_token(desk: Desk) -> None:
    token = await desk.reset_token()

    weak = await desk.do(RESET, token=token, newPassword="ada ada ada ada ada")

    assert [(error["code"], error["field"]) for error in weak["userErrors"]] == [
        ("WEAK_PASSWORD", "newPassword")
    ]
    assert await desk.code(RESET, token=token, newPassword=NEW) is None


async def test_a_verification_token_resets_no_password(desk: Desk) -> None:
    assert await desk.code(RESET, token=token_in(desk.welcome), newPassword=NEW) == "INVALID_TOKEN"


async def test_asking_for_a_reset_tells_nothing_about_accounts(desk: Desk) -> None:
    known = await desk.do(FORGOT, email="ada@example.org")
    known_statements = desk.ask.statements
    unknown = await desk.do(FORGOT, email="nobody@example.org")

    assert known == unknown == {"requested": True, "userErrors": []}
    assert desk.ask.statements == known_statements
    assert [(mail.kind, mail.to) for mail in await desk.mails()] == [
        (MailKind.RESET_PASSWORD, "ada@example.org"),
        (MailKind.NOBODY, ""),
    ]


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
async def test_nobodys_mailbox_is_filled_with_reset_mails(desk: Desk, email: str) -> None:
    codes = [await desk.code(FORGOT, email=email) for _ in range(6)]

    assert codes == [None] * 5 + ["TOO_MANY_ATTEMPTS"]


async def test_one_address_asks_for_thirty_mails_an_hour(desk: Desk) -> None:
    desk.ask.door = Door(address="2001:db8::7")

    codes = [await desk.code(FORGOT, email=f"guess{n}@example.org") for n in range(31)]

    assert codes == [None] * 30 + ["TOO_MANY_ATTEMPTS"]


async def test_one_address_registers_sixty_accounts_an_hour(desk: Desk) -> None:
    desk.ask.door = Door(address="192.0.2.7")

    codes = [await desk.code(REGISTER, **NEW_ADA) for _ in range(61)]

    assert codes == ["EMAIL_TAKEN"] * 60 + ["TOO_MANY_ATTEMPTS"]


async def test_a_reset_works_while_signing_in_is_throttled(desk: Desk) -> None:
    for _ in range(11):
        await desk.sign_in("wrong")

    assert await desk.code(RESET, token=await desk.reset_token(), newPassword=NEW) is None


async def test_a_changed_password_ends_the_other_sessions_and_is_told_by_mail(desk: Desk) -> None:
    other = await desk.sign_in(OLD)
    await desk.mails()

    changed = await desk.do(CHANGE, desk.viewer, currentPassword=OLD, newPassword=NEW)

    assert changed == {"changed": True, "userErrors": []}
    assert await desk.code(REFRESH, refreshToken=other["refreshToken"]) == "INVALID_REFRESH_TOKEN"
    assert await desk.code(REFRESH, refreshToken=desk.refresh_token) is None
    assert [mail.kind for mail in await desk.mails()] == [MailKind.PASSWORD_CHANGED]
    assert (await desk.sign_in(NEW))["userErrors"] == []
    assert await desk.audited(AuditAction.PASSWORD_CHANGED) == [desk.viewer.user_id]


async def test_a_password_is_changed_only_by_who_knows_it_and_guesses_count(desk: Desk) -> None:
    refused = [
        (await desk.do(CHANGE, desk.viewer, currentPassword="wrong", newPassword=NEW))["userErrors"][0]
        for _ in range(11)
    ]

    assert [error["code"] for error in refused] == ["INVALID_CREDENTIALS"] * 10 + ["TOO_MANY_ATTEMPTS"]
    assert refused[0]["field"] == "currentPassword"
    assert (await desk.sign_in(OLD))["userErrors"][0]["code"] == "TOO_MANY_ATTEMPTS"


async def test_a_weak_new_password_is_no_guess(desk: Desk) -> None:
    weak = {
        await desk.code(CHANGE, desk.viewer, currentPassword=OLD, newPassword="ada@example.org")
        for _ in range(12)
    }

    assert weak == {"WEAK_PASSWORD"}
    assert (await desk.sign_in(OLD))["userErrors"] == []


async def test_a_new_address_signs_in_once_its_reader_confirms(desk: Desk) -> None:
    reset = await desk.reset_token()
    asked = await desk.do(MOVE, desk.viewer, newEmail="Countess@example.org", password=OLD)
    before = await desk.account()
    (letter,) = await desk.mails()

    await desk.do(VERIFY, token=token_in(letter))

    assert asked == {"requested": True, "userErrors": []}
    assert (letter.to, letter.kind) == ("countess@example.org", MailKind.CONFIRM_EMAIL)
    assert before == ("ada@example.org", False)
    assert await desk.account() == ("countess@example.org", True)
    assert [(mail.to, mail.kind) for mail in await desk.mails()] == [
        ("ada@example.org", MailKind.EMAIL_CHANGED)
    ]
    assert await desk.code(RESET, token=reset, newPassword=NEW) == "INVALID_TOKEN"
    assert await desk.code(VERIFY, token=token_in(desk.welcome)) == "INVALID_TOKEN"
    assert await desk.audited(AuditAction.EMAIL_CHANGED) == [desk.viewer.user_id]


async def test_an_address_that_another_account_took_meanwhile_is_refused_to_its_reader(desk: Desk) -> None:
    asked = await desk.code(MOVE, desk.viewer, newEmail="bob@example.org", password=OLD)
    (letter,) = await desk.mails()
    await desk.ask.learner(email="bob@example.org")

    assert asked is None
    assert await desk.code(VERIFY, token=token_in(letter)) == "EMAIL_TAKEN"
    assert await desk.account() == ("ada@example.org", False)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"newEmail": "new@example.org", "password": "wrong"}, "INVALID_CREDENTIALS"),
        ({"newEmail": "ada@example.org", "password": OLD}, "INVALID_INPUT"),
        ({"newEmail": "nowhere", "password": OLD}, "INVALID_INPUT"),
    ],
)
async def test_an_address_changes_only_with_the_password_and_to_another(
    desk: Desk, values: dict[str, str], code: str
) -> None:
    assert await desk.code(MOVE, desk.viewer, **values) == code
    assert await desk.mails() == []


async def test_a_reset_waits_for_the_change_of_the_password_that_began_before(desk: Desk) -> None:
    """It takes the account before the token, else each would wait for the other."""
    token = await desk.reset_token()

    async with desk.ask.postgres.open_work(Meter()) as changing:
        await changing.holders.hold(desk.viewer.user_id)
        resetting = asyncio.create_task(desk.code(RESET, token=token, newPassword=NEW))
        done, _ = await asyncio.wait({resetting}, timeout=0.2)
        assert not done
        await changing.one_time_tokens.void(desk.viewer.user_id)

    assert await resetting == "INVALID_TOKEN"
    assert (await desk.sign_in(OLD))["userErrors"] == []
