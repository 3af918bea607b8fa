"""Sessions: registering, signing in and refreshing."""

from datetime import datetime

import strawberry

from domain.sessions import InvalidRefreshTokenError
from domain.suspensions import AccountSuspendedError
from domain.throttles import TooManyAttemptsError
from domain.users import EmailTakenError, HandleTakenError
from graph.described import declare_enum
from graph.directives import public
from graph.errors import declare_error
from graph.fields import given
from graph.mutations import mutated_by
from graph.open_sessions import Session
from graph.proving import PROVING, SETTING
from graph.scalars import EmailAddress
from graph.users import User
from resolvers import sessions
from resolvers.door import RefreshDelivery

declare_error(AccountSuspendedError, "The account is suspended; `message` says why and until when.")
declare_error(InvalidRefreshTokenError, "The refresh token is unknown, spent or expired; sign in again.")


declare_enum(
    RefreshDelivery,
    "How a client gets its refresh token.",
    PAYLOAD="In `refreshToken` of the payload: for apps, which keep it in the safe place of their system.",
    COOKIE="In a cookie that scripts cannot read: for browsers. HTTP only.",
)
REFRESH_BY = "How the refresh token is handed out."


@strawberry.input(description="The new account.")
class RegisterInput:
    """What an account needs."""

    email: EmailAddress = given("The address to sign in with; no one else may have it.", required=True)
    password: str = given("12 to 128 characters; no rules of composition.", required=True)
    handle: str = given("A unique short name: 3 to 30 letters a-z, digits, inner underscores.", required=True)
    display_name: str = given("The name to show, 1 to 60 characters.", required=True)
    time_zone: str = given("The IANA zone in which the user's days are counted.", default="UTC")
    refresh_by: RefreshDelivery = given(REFRESH_BY, default=RefreshDelivery.PAYLOAD)


@strawberry.input(description="Who signs in.")
class LoginInput:
    """E-mail and password."""

    email: EmailAddress = given("The address of the account.", required=True)
    password: str = given("Its password.", required=True)
    refresh_by: RefreshDelivery = given(REFRESH_BY, default=RefreshDelivery.PAYLOAD)


@strawberry.input(description="The token to exchange.")
class RefreshSessionInput:
    """A refresh token."""

    refresh_token: str | None = given(
        "The refresh token that was given out last. Leave it out to use the cookie, which is then set anew."
    )


TOKENS = {
    "user": (User, "Who is signed in."),
    "access_token": (str, "Send it as `Authorization: Bearer ...`; a secret."),
    "access_token_expires_at": (
        datetime,
        "When the access token ends, 15 minutes from now or with its session.",
    ),
    "refresh_token": (
        str,
        "Exchange it once, with refreshSession, for the next pair; a secret. Null where it went into a cookie.",
    ),
    "session": (Session, "The session that was opened or refreshed."),
}


@strawberry.type
class SessionMutations:
    """Mutations about sessions."""

    register = mutated_by(
        sessions.register,
        input=RegisterInput,
        gives=TOKENS,
        refuses=(*SETTING, EmailTakenError, HandleTakenError, TooManyAttemptsError),
        rule=public(),
        description="Creates an account with the role LEARNER and signs it in. A mail asks to verify the address.",
    )
    login = mutated_by(
        sessions.login,
        input=LoginInput,
        gives=TOKENS,
        refuses=(*PROVING, AccountSuspendedError),
        rule=public(),
        description="Signs in with e-mail and password.",
    )
    refresh_session = mutated_by(
        sessions.refresh_session,
        input=RefreshSessionInput,
        gives=TOKENS,
        refuses=(InvalidRefreshTokenError, AccountSuspendedError),
        rule=public(),
        description="Exchanges a refresh token, given or from the cookie, for new tokens. A repeated call gets the "
        "same ones within ten seconds; a token that comes back later ends the session.",
    )
