"""Sessions: registering, signing in, refreshing and signing out."""

from datetime import datetime

import strawberry

from domain.ids import SessionId
from domain.passwords import WeakPasswordError
from domain.sessions import InvalidCredentialsError, InvalidRefreshTokenError
from domain.users import EmailTakenError, HandleTakenError
from graph.directives import auth, public
from graph.errors import declare_error
from graph.fields import attribute, given
from graph.mutations import mutated_by
from graph.scalars import EmailAddress
from graph.users import User
from resolvers import sessions

declare_error(WeakPasswordError, "The password is too easy to guess.")
declare_error(EmailTakenError, "Another account uses this e-mail address.")
declare_error(HandleTakenError, "Another user has this handle.")
declare_error(InvalidCredentialsError, "No account has this e-mail and password.")
declare_error(InvalidRefreshTokenError, "The refresh token is unknown, spent or expired; sign in again.")


@strawberry.type(description="One signed-in device.", directives=[public()])
class Session:
    """What a user sees of a session of theirs."""

    id: SessionId = attribute("The session's id, `session_...`.")
    created_at: datetime = attribute("When the user signed in.")
    expires_at: datetime = attribute("When the session ends, however often it is refreshed.")
    last_used_at: datetime = attribute("When the session was last refreshed.")


@strawberry.input(description="The new account.")
class RegisterInput:
    """What an account needs."""

    email: EmailAddress = given("The address to sign in with; no one else may have it.", required=True)
    password: str = given("12 to 128 characters; no rules of composition.", required=True)
    handle: str = given("A unique short name: 3 to 30 letters a-z, digits, inner underscores.", required=True)
    display_name: str = given("The name to show, 1 to 60 characters.", required=True)
    time_zone: str = given("The IANA zone in which the user's days are counted.", default="UTC")


@strawberry.input(description="Who signs in.")
class LoginInput:
    """E-mail and password."""

    email: EmailAddress = given("The address of the account.", required=True)
    password: str = given("Its password.", required=True)


@strawberry.input(description="The token to exchange.")
class RefreshSessionInput:
    """A refresh token."""

    refresh_token: str = given("The refresh token that was given out last.", required=True)


_TOKENS = {
    "user": (User, "Who is signed in."),
    "access_token": (str, "Send it as `Authorization: Bearer ...`; a secret."),
    "access_token_expires_at": (datetime, "When the access token ends, 15 minutes after it was issued."),
    "refresh_token": (str, "Exchange it once, with refreshSession, for the next pair; a secret."),
    "session": (Session, "The session that was opened or refreshed."),
}


@strawberry.type
class SessionMutations:
    """Mutations about sessions."""

    register = mutated_by(
        sessions.register,
        input=RegisterInput,
        gives=_TOKENS,
        refuses=(WeakPasswordError, EmailTakenError, HandleTakenError),
        rule=public(),
        description="Creates an account with the role LEARNER and signs it in.",
    )
    login = mutated_by(
        sessions.login,
        input=LoginInput,
        gives=_TOKENS,
        refuses=(InvalidCredentialsError,),
        rule=public(),
        description="Signs in with e-mail and password.",
    )
    refresh_session = mutated_by(
        sessions.refresh_session,
        input=RefreshSessionInput,
        gives=_TOKENS,
        refuses=(InvalidRefreshTokenError,),
        rule=public(),
        description="Exchanges a refresh token for new tokens. A token that comes back later ends the session.",
    )
    logout = mutated_by(
        sessions.logout,
        input=None,
        gives={"signed_out": (bool, "True once the session is over.")},
        rule=auth(),
        description="Ends the caller's session; its refresh token stops working at once.",
    )
