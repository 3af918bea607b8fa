"""Sessions that are open: what a user sees of them, and how they end."""

from datetime import datetime

import strawberry

from domain.ids import SessionId
from graph.directives import auth, public
from graph.fields import attribute, given, resolved_by
from graph.mutations import mutated_by
from resolvers import open_sessions


@strawberry.type(description="One signed-in device.", directives=[public()])
class Session:
    """What a user sees of a session of theirs."""

    id: SessionId = attribute("The session's id, `session_...`.")
    device: str | None = attribute(
        "The browser or app that signed in, like `Firefox on Linux`; null where it did not tell."
    )
    address: str | None = attribute(
        "The network of the last use, like `203.0.113.0/24`; the whole address is not kept."
    )
    created_at: datetime = attribute("When the user signed in.")
    expires_at: datetime = attribute("When the session ends, however often it is refreshed.")
    last_used_at: datetime = attribute("When the session was last refreshed.")
    current: bool = resolved_by(
        open_sessions.current, description="Whether the session is the one that asks."
    )


@strawberry.input(description="The session to end.")
class RevokeSessionInput:
    """One session."""

    id: SessionId = given("The id of one of the caller's own sessions.", required=True)


@strawberry.input(description="Which sessions to end.")
class RevokeAllSessionsInput:
    """All sessions, or all others."""

    keep_current: bool = given("Whether the session that asks stays open.", default=True)


@strawberry.type
class OpenSessionMutations:
    """Mutations that end sessions."""

    logout = mutated_by(
        open_sessions.logout,
        input=None,
        gives={"signed_out": (bool, "True once the session is over.")},
        rule=auth(),
        description="Ends the caller's session; its tokens stop working within a second, its sockets are closed.",
    )
    revoke_session = mutated_by(
        open_sessions.revoke_session,
        input=RevokeSessionInput,
        gives={"session": (Session, "The session that ended.")},
        rule=auth(),
        description="Ends one of the caller's sessions, as when a device was lost. Its tokens stop working within a "
        "second, its sockets are closed.",
    )
    revoke_all_sessions = mutated_by(
        open_sessions.revoke_all_sessions,
        input=RevokeAllSessionsInput,
        gives={"ended": (int, "How many sessions ended.")},
        rule=auth(),
        description="Ends all sessions of the caller but the one that asks, or that one too.",
    )
