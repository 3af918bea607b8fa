"""Sessions: the type, and the mutations that end them."""

from datetime import datetime

import strawberry

from domain.ids import SessionId
from graph.directives import auth, people_only, public
from graph.fields import attribute, given, resolved_by
from graph.mutations import mutated_by
from graph.node import Node
from resolvers.authentication import sessions


@strawberry.type(description="One signed-in device.", directives=[public(), people_only()])
class Session(Node):
    """A session as its user sees it."""

    id: SessionId = attribute("The session's id, `session_...`.")
    device: str | None = attribute(
        "The browser or app that signed in, like `Firefox on Linux`; null if it is unknown."
    )
    address: str | None = attribute(
        "The network of the last use, like `203.0.113.0/24`; the full address is not stored."
    )
    created_at: datetime = attribute("When the user signed in.")
    expires_at: datetime = attribute(
        "When the session ends unless it is refreshed before; each refresh moves it, up to a year after the sign-in."
    )
    last_used_at: datetime = attribute("When the session was last refreshed.")
    current: bool = resolved_by(sessions.current, description="Whether this is the caller's current session.")


@strawberry.input(description="The session to end.")
class RevokeSessionInput:
    """One session."""

    id: SessionId = given("The id of one of the caller's own sessions.", required=True)


@strawberry.input(description="Which sessions to end.")
class RevokeAllSessionsInput:
    """All sessions, or all others."""

    keep_current: bool = given("Whether the current session stays open.", default=True)


@strawberry.type
class SessionMutations:
    """Mutations that end sessions."""

    logout = mutated_by(
        sessions.logout,
        input=None,
        gives={"signed_out": (bool, "True once the session has ended.")},
        rule=auth(),
        description="Ends the caller's session; its tokens become void and its sockets close within a second.",
    )
    revoke_session = mutated_by(
        sessions.revoke_session,
        input=RevokeSessionInput,
        gives={"session": (Session, "The session that ended.")},
        rule=auth(),
        description="Ends one of the caller's sessions, for example of a lost device. Its tokens become void and its "
        "sockets close within a second.",
    )
    revoke_all_sessions = mutated_by(
        sessions.revoke_all_sessions,
        input=RevokeAllSessionsInput,
        gives={"ended": (int, "How many sessions ended.")},
        rule=auth(),
        description="Ends all sessions of the caller; `keepCurrent` decides about the current one.",
    )
