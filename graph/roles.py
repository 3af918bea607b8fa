"""Roles, suspensions and accounts, for admins."""

from datetime import datetime

import strawberry

from domain.errors import ForbiddenError
from domain.ids import UserId
from domain.roles import LastAdminError
from domain.scopes import Scope
from domain.users import Role
from graph.directives import auth, requires_scopes
from graph.fields import arg, attribute, given, loaded_by, resolved_by
from graph.mutations import mutated_by
from graph.paging import Connection
from graph.scalars import EmailAddress
from graph.users import User
from resolvers import loaders, roles

_ADMIN = (auth(Role.ADMIN), requires_scopes(Scope.ADMIN_READ))


@strawberry.type(description="Why somebody may not sign in for now.", directives=[*_ADMIN])
class Suspension:
    """A suspension that holds."""

    since: datetime = attribute("When it began.")
    until: datetime | None = attribute("When it ends by itself; null where an admin has to lift it.")
    reason: str = attribute("What the user is told when they try to sign in.")


@strawberry.type(description="An account as admins see it; passwords are nowhere.", directives=[*_ADMIN])
class AdminUser:
    """The half of an account that admins need."""

    user: User | None = loaded_by(loaders.users_by_id, key="user_id", description="The public profile.")
    email: EmailAddress = attribute("The address that signs in.")
    email_verified: bool = attribute("Whether the address was verified.")
    roles: list[Role] = attribute("What the user may do.", at_most=5, usual=1)
    suspension: Suspension | None = attribute("The suspension that holds now, or null.")
    deletes_at: datetime | None = attribute(
        "When the account will be, or was due to be, anonymised, where its user asked for that."
    )
    erased_at: datetime | None = attribute("When the account was anonymised, or null.")


@strawberry.input(description="Whom to give which roles.")
class SetRolesInput:
    """A user and roles."""

    user_id: UserId = given("The user.", required=True)
    roles: list[Role] = given(
        "All the roles that the user holds from now on; LEARNER stays even if it is left out. SERVICE is refused.",
        required=True,
    )


@strawberry.input(description="Whom to keep out.")
class SuspendUserInput:
    """A user, a reason and an end."""

    user_id: UserId = given("The user.", required=True)
    reason: str = given("What the user is told when they try to sign in: 1 to 500 characters.", required=True)
    until: datetime | None = given("When it ends by itself; without it, an admin has to lift it.")


@strawberry.input(description="Whom to let in again.")
class RestoreUserInput:
    """A user."""

    user_id: UserId = given("The user.", required=True)


@strawberry.type
class RoleQueries:
    """The search of accounts."""

    admin_users: Connection[AdminUser] | None = resolved_by(
        roles.admin_users,
        description="Accounts, newest first. Whether the caller is an admin is asked of the database.",
        rule=_ADMIN,
        args={
            "query": arg(
                str | None,
                "Only accounts whose handle, display name or e-mail begins like this, in any case; 2 to 100 "
                "characters.",
                weight=10,
            ),
            "role": "Only accounts with this role.",
            "suspended": "True for suspended accounts only, false for all others.",
        },
    )


_GIVES = {"user": (AdminUser, "The account as it is now.")}


@strawberry.type
class RoleMutations:
    """What admins do to accounts; whether the caller is one is asked of the database."""

    set_roles = mutated_by(
        roles.set_roles,
        input=SetRolesInput,
        gives=_GIVES,
        refuses=(ForbiddenError, LastAdminError),
        rule=auth(Role.ADMIN),
        description="Replaces the roles of a user, whose access tokens end within a second; refreshing gives new ones.",
    )
    suspend_user = mutated_by(
        roles.suspend_user,
        input=SuspendUserInput,
        gives=_GIVES,
        refuses=(ForbiddenError, LastAdminError),
        rule=auth(Role.ADMIN),
        description="Keeps a user out: they cannot sign in or refresh, and what is open ends within a second. Their "
        "public profile stays. A second time replaces reason and end.",
    )
    restore_user = mutated_by(
        roles.restore_user,
        input=RestoreUserInput,
        gives=_GIVES,
        refuses=(ForbiddenError,),
        rule=auth(Role.ADMIN),
        description="Lifts a suspension; a user who is not suspended stays as they are.",
    )
