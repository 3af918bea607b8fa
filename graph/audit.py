"""The audit log: what the schema tells of it."""

from datetime import datetime

import strawberry

from domain.audit import AuditAction
from domain.ids import AuditEntryId
from domain.scopes import Scope
from domain.users import Role
from graph.costs import weighed
from graph.described import declare_enum
from graph.directives import auth, requires_scopes
from graph.fields import attribute, loaded_by, resolved_by
from graph.paging import Connection
from graph.users import User
from resolvers import audit, loaders

declare_enum(
    AuditAction,
    "What the audit log tells of.",
    SIGNED_IN="A session was opened.",
    SIGNED_OUT="A session was ended by its user.",
    SESSION_REVOKED="A user ended one of their sessions.",
    SESSIONS_REVOKED="A user ended several of their sessions.",
    REFRESH_TOKEN_REUSED="A spent refresh token came back, and its session was ended.",
    REGISTERED="An account was created.",
    SIGN_IN_FAILED="Somebody sent a wrong password.",
    PASSWORD_CHANGED="A user replaced their password.",
    PASSWORD_RESET_REQUESTED="Somebody asked for a link that sets a new password.",
    PASSWORD_RESET="A password was replaced with such a link.",
    EMAIL_VERIFIED="A user proved their e-mail address.",
    EMAIL_CHANGED="Another e-mail address signs in.",
    IDENTITY_LINKED="An identity of another provider signs in.",
    ROLES_SET="An admin replaced the roles of a user.",
    USER_SUSPENDED="An admin suspended a user.",
    USER_RESTORED="An admin lifted a suspension.",
    API_KEY_CREATED="A user made an API key.",
    API_KEY_REVOKED="A user ended an API key.",
    DATA_EXPORTED="A user asked for their data.",
    DELETION_REQUESTED="A user asked to delete their account.",
    DELETION_CANCELLED="A user kept their account after all.",
    ACCOUNT_ANONYMISED="The grace was over and the account was anonymised.",
    PRIVACY_CHANGED="A user changed who sees what of them.",
)

_SCOPES = requires_scopes(Scope.ADMIN_READ)


@strawberry.type(description="A part of what an act changed.", directives=[auth(), _SCOPES])
class AuditDetail:
    """A name and a value."""

    name: str = attribute("What changed, like `before`, `after` or `reason`.")
    value: str | None = attribute("The value, or null for none; never a secret or a whole e-mail address.")


@strawberry.type(
    description="An act that is worth remembering; entries are added and never changed.",
    directives=[auth(), _SCOPES],
)
class AuditEntry:
    """Who did what."""

    id: AuditEntryId = attribute("The entry's id, `audit_...`; ids order by time.")
    actor: User | None = loaded_by(
        loaders.users_by_id,
        key="actor_id",
        description="Who did it; null for the platform itself and for somebody unknown.",
    )
    action: AuditAction = attribute("What was done.")
    target: str = attribute("The id of what it was done to, of any kind; empty where there is none.")
    difference: list[AuditDetail] = attribute("What it changed.", at_most=20, usual=2)
    address: str | None = attribute(
        "The network that it came from, like `203.0.113.0/24`; null where that is unknown, or another user's."
    )
    session_id: strawberry.ID | None = attribute(
        "The session, or API key, that it was done in; null without one, or where it is another user's."
    )
    happened_at: datetime = attribute("When it was done.")


@strawberry.type
class AuditQueries:
    """The root field of the log."""

    audit_log: Connection[AuditEntry] | None = weighed(
        resolved_by(
            audit.audit_log,
            description="Everything that was done, newest first. Whether the caller is an admin is asked of the "
            "database.",
            rule=(auth(Role.ADMIN), _SCOPES),
            args={
                "actor_id": "Only what this user did.",
                "action": "Only acts of this kind.",
                "target": "Only what was done to the object with this id.",
                "since": "Only from this moment on.",
                "until": "Only before this moment.",
            },
        ),
        5,
    )
