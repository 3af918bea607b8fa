"""Roles, suspensions and accounts, for admins."""

from datetime import datetime

import strawberry

from domain.accounts.scopes import Scope
from domain.accounts.users import Role
from domain.errors import ForbiddenError
from domain.ids import UserId
from graph.accounts.role_errors import LAST_ADMIN_ERRORS
from graph.accounts.users import User
from graph.directives import auth, requires_scopes
from graph.fields import arg, attribute, given, loaded_by, resolved_by
from graph.mutations import mutated_by
from graph.paging import Connection
from graph.scalars import EmailAddress
from resolvers.accounts import administration, loaders

_ADMIN = (auth(Role.ADMIN), requires_scopes(Scope.ADMIN_READ))


@strawberry.type(description="Why a user may not sign in.", directives=[*_ADMIN])
class Suspension:
    """A suspension in force."""

    since: datetime = attribute("When it began.")
    until: datetime | None = attribute("When it ends; null if an admin has to lift it.")
    reason: str = attribute("The reason that the user sees when they try to sign in.")


@strawberry.type(description="An account as admins see it.", directives=[*_ADMIN])
class AdminUser:
    """The part of an account that admins see."""

    user: User | None = loaded_by(loaders.users_by_id, key="user_id", description="The public profile.")
    email: EmailAddress = attribute("The address that signs in.")
    email_verified: bool = attribute("Whether the address was verified.")
    roles: list[Role] = attribute("What the user may do.", at_most=5, usual=1)
    suspension: Suspension | None = attribute("The suspension in force, or null.")
    deletes_at: datetime | None = attribute(
        "When the account will be, or was due to be, anonymised, if its user asked for that."
    )
    erased_at: datetime | None = attribute("When the account was anonymised, or null.")
    last_sign_in_at: datetime | None = attribute(
        "When the user signed in last, by any way; refreshing a session is no sign-in. Null for never, and for an "
        "anonymised account."
    )


@strawberry.input(description="A user and their new roles.")
class SetRolesInput:
    """A user and roles."""

    user_id: UserId = given("The user.", required=True)
    roles: list[Role] = given(
        "All roles of the user from now on; LEARNER stays even if it is left out.",
        required=True,
    )


@strawberry.input(description="A user to suspend, the reason and the end.")
class SuspendUserInput:
    """A user, a reason and an end."""

    user_id: UserId = given("The user.", required=True)
    reason: str = given(
        "The reason that the user sees when they try to sign in: 1 to 500 characters.", required=True
    )
    until: datetime | None = given("When it ends; if it is left out, an admin has to lift it.")


@strawberry.input(description="A user whose suspension to lift.")
class RestoreUserInput:
    """A user."""

    user_id: UserId = given("The user.", required=True)


@strawberry.type
class RoleQueries:
    """The search for accounts."""

    admin_users: Connection[AdminUser] | None = resolved_by(
        administration.admin_users,
        description="Accounts, newest first. The caller's role is checked in the database.",
        rule=_ADMIN,
        args={
            "query": arg(
                str | None,
                "Only accounts whose handle, display name or e-mail begins with this, in any case; 2 to 100 "
                "characters.",
                weight=10,
            ),
            "role": "Only accounts with this role.",
            "suspended": "True for suspended accounts only, false for all others.",
        },
    )


_GIVES = {"user": (AdminUser, "The account after the change.")}


@strawberry.type
class RoleMutations:
    """Mutations for admins; the caller's role is checked in the database."""

    set_roles = mutated_by(
        administration.set_roles,
        input=SetRolesInput,
        gives=_GIVES,
        refuses=(ForbiddenError, *LAST_ADMIN_ERRORS),
        rule=auth(Role.ADMIN),
        description="Replaces the roles of a user. Their access tokens become void within a second; "
        "refreshing gives new ones.",
    )
    suspend_user = mutated_by(
        administration.suspend_user,
        input=SuspendUserInput,
        gives=_GIVES,
        refuses=(ForbiddenError, *LAST_ADMIN_ERRORS),
        rule=auth(Role.ADMIN),
        description="Suspends a user: they cannot sign in or refresh, and their open connections end within a second. "
        "Their public profile stays; others do not see them on leaderboards. A repeated call replaces reason and end.",
    )
    restore_user = mutated_by(
        administration.restore_user,
        input=RestoreUserInput,
        gives=_GIVES,
        refuses=(ForbiddenError,),
        rule=auth(Role.ADMIN),
        description="Lifts a suspension; a user who is not suspended stays as they are.",
    )
