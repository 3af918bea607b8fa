"""Registration, sign-in and refresh."""

from datetime import datetime

import strawberry

from domain.accounts.suspensions import AccountSuspendedError
from domain.accounts.users import EmailTakenError, HandleTakenError
from domain.authentication.attempt_limits import TooManyAttemptsError
from domain.authentication.sessions import InvalidRefreshTokenError
from graph.accounts.users import User
from graph.authentication.password_errors import CHECK_PASSWORD_ERRORS, SET_PASSWORD_ERRORS
from graph.authentication.sessions import Session
from graph.directives import public
from graph.enums import declare_enum
from graph.errors import declare_error
from graph.feature_flags.errors import SWITCHABLE
from graph.fields import given
from graph.mutations import mutated_by
from graph.scalars import EmailAddress
from resolvers.authentication import sign_in
from resolvers.request_info import RefreshDelivery

declare_error(AccountSuspendedError, "The account is suspended; `message` says why and until when.")
declare_error(InvalidRefreshTokenError, "The refresh token is unknown, spent or expired; sign in again.")


declare_enum(
    RefreshDelivery,
    "How a client gets its refresh token.",
    PAYLOAD="In `refreshToken` of the payload: for apps, which keep it in their system's secure storage.",
    COOKIE="In a cookie that scripts cannot read: for browsers. HTTP only.",
)
REFRESH_BY = "How the refresh token is delivered."


@strawberry.input(description="The new account.")
class RegisterInput:
    """The fields of a new account."""

    email: EmailAddress = given("The address to sign in with; it must be unique.", required=True)
    password: str = given("12 to 128 characters, without composition rules.", required=True)
    handle: str = given("A unique short name: 3 to 30 letters a-z, digits, inner underscores.", required=True)
    display_name: str = given("The name to show, 1 to 60 characters.", required=True)
    time_zone: str = given("The IANA time zone in which the user's days are counted.", default="UTC")
    refresh_by: RefreshDelivery = given(REFRESH_BY, default=RefreshDelivery.PAYLOAD)


@strawberry.input(description="E-mail address and password.")
class LoginInput:
    """E-mail and password."""

    email: EmailAddress = given("The address of the account.", required=True)
    password: str = given("Its password.", required=True)
    refresh_by: RefreshDelivery = given(REFRESH_BY, default=RefreshDelivery.PAYLOAD)


@strawberry.input(description="The token to exchange.")
class RefreshSessionInput:
    """A refresh token."""

    refresh_token: str | None = given(
        "The latest refresh token. Leave it out to use the cookie, which is then replaced."
    )


TOKENS = {
    "user": (User, "The signed-in user."),
    "access_token": (str, "Send it as `Authorization: Bearer ...`; a secret."),
    "access_token_expires_at": (
        datetime,
        "When the access token expires: in 15 minutes, or with its session if that is sooner.",
    ),
    "refresh_token": (
        str,
        "Exchange it once, with refreshSession, for the next pair; a secret. Null if it is in a cookie.",
    ),
    "session": (Session, "The session that was opened or refreshed."),
}


@strawberry.type
class SignInMutations:
    """Mutations of registration, sign-in and refresh."""

    register = mutated_by(
        sign_in.register,
        input=RegisterInput,
        gives=TOKENS,
        refuses=(
            *SET_PASSWORD_ERRORS,
            EmailTakenError,
            HandleTakenError,
            TooManyAttemptsError,
            *SWITCHABLE,
        ),
        rule=public(),
        description="Creates an account with the role LEARNER and signs it in. A mail asks to verify the address.",
    )
    login = mutated_by(
        sign_in.login,
        input=LoginInput,
        gives=TOKENS,
        refuses=(*CHECK_PASSWORD_ERRORS, AccountSuspendedError),
        rule=public(),
        description="Signs in with e-mail and password.",
    )
    refresh_session = mutated_by(
        sign_in.refresh_session,
        input=RefreshSessionInput,
        gives=TOKENS,
        refuses=(InvalidRefreshTokenError, AccountSuspendedError),
        rule=public(),
        description="Exchanges a refresh token, given or from the cookie, for new tokens. A repeated call gets the "
        "same refresh token until that was used; a token that comes back after its successor was used ends the "
        "session. An access token beside it is not needed, and a bad or expired one is ignored.",
    )
