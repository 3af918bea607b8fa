"""Users: the public profile, and the fields that only the user sees."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.accounts.api_keys import MOST_KEYS
from domain.accounts.scopes import Scope
from domain.accounts.users import Role
from domain.authentication.sessions import MOST_SESSIONS
from domain.ids import UserId
from graph.accounts.api_keys import ApiKey
from graph.accounts.profile_visibility import Privacy
from graph.cache_control import kept
from graph.changed_viewer import changed_viewer
from graph.declarations import Finder
from graph.directives import auth, owner, public, requires_scopes
from graph.fields import arg, attribute, given, loaded_by, resolved_by
from graph.mutations import mutated_by
from graph.node import Node
from graph.paging import Connection
from graph.scalars import URL, BigInt, EmailAddress
from resolvers.accounts import api_keys as accounts_api_keys
from resolvers.accounts import loaders, users
from resolvers.authentication import sessions
from resolvers.privacy import personal_data

LazySession = Annotated["Session", strawberry.lazy("graph.authentication.sessions")]  # type: ignore[name-defined]  # noqa: F821
"""Sessions by name: authentication stands above accounts."""


def _own(attribute_name: str, description: str, at_most: int | None = None) -> Any:
    """Declare a field that only the user sees; for others it is null."""
    return loaded_by(
        loaders.accounts_by_user,
        key="id",
        pick=attribute_name,
        description=description + " Null for everyone but the user.",
        rule=(owner(by="id"), requires_scopes(Scope.READ_PROFILE)),
        at_most=at_most,
    )


@strawberry.type(
    description="A user: the public profile, and fields that only the user sees.",
    directives=[public(), kept(60)],
)
class User(Node):
    """The profile, and what only the user sees."""

    id: UserId = attribute("The user's id, `user_...`.")
    handle: str = attribute("The unique short name, in lower case.")
    display_name: str = attribute("The name to show.")
    avatar_url: URL | None = attribute(
        "The URL of a picture; null if there is none, or if the user hides it.", personal=True
    )
    bio: str | None = attribute("What the user writes about themselves; null if they hide it.", personal=True)
    joined_at: datetime | None = attribute(
        "When the account was created; null if they hide it.", personal=True
    )
    level: int = attribute("The level that the XP total has reached, from 1 on.")
    xp_total: BigInt = attribute("All settled XP.")
    email: EmailAddress | None = _own("email", "The address that signs in.")
    email_verified: bool | None = _own("email_verified", "Whether the address was verified.")
    time_zone: str | None = _own("time_zone", "The IANA time zone in which the user's days are counted.")
    day_start_hour: int | None = _own("day_start_hour", "The hour, 0 to 6, at which the user's day begins.")
    roles: list[Role] | None = _own("roles", "What the user may do.", at_most=5)
    sessions: list[LazySession] | None = loaded_by(
        sessions.sessions_by_user,
        key="id",
        description="The devices on which the user is signed in, last used first. Null for everyone but the user.",
        rule=owner(by="id"),
        at_most=MOST_SESSIONS,
        usual=5,
    )
    api_keys: list[ApiKey] | None = loaded_by(
        accounts_api_keys.api_keys_by_user,
        key="id",
        description="The user's API keys that were not revoked, newest first. Null for everyone but the user.",
        rule=owner(by="id"),
        at_most=MOST_KEYS,
        usual=2,
    )
    privacy: Privacy | None = loaded_by(
        personal_data.privacy_by_user,
        key="id",
        description="The visibility settings of the profile. Null for everyone but the user.",
        rule=(owner(by="id"), requires_scopes(Scope.READ_PROFILE)),
    )
    deletes_at: datetime | None = loaded_by(
        personal_data.deletions_by_user,
        key="id",
        pick="deletes_at",
        description="When the account will be anonymised, if its user asked for that and can still cancel it with "
        "cancelDeletion. Null for everyone but the user.",
        rule=(owner(by="id"), requires_scopes(Scope.READ_PROFILE)),
    )


@strawberry.input(description="Finds one user, by exactly one of its fields.", one_of=True)
class UserBy:
    """A one-of lookup."""

    id: UserId | None = given("The user's id.")
    handle: str | None = given("The user's handle, in any case.")


@strawberry.input(description="What to change; a field that is left out stays unchanged.")
class UpdateProfileInput:
    """A partial update."""

    display_name: str | None = given("The name to show, 1 to 60 characters.")
    bio: str | None = given("A few words of up to 500 characters.")
    avatar_url: URL | None = given("An https URL of a picture; null removes it.")
    time_zone: str | None = given("An IANA time zone like Europe/Berlin.")
    day_start_hour: int | None = given("The hour, 0 to 6, at which the day begins.")


@strawberry.type
class UserQueries:
    """Root fields of users."""

    user: User | None = resolved_by(
        users.user_by,
        description="One user, or null.",
        rule=public(),
        found_by=Finder(batch=loaders.users_by_id, argument="by.id"),
        args={"by": arg(UserBy, "How to find the user.")},
    )
    users: Connection[User] | None = resolved_by(
        users.users_page, description="All users, newest first.", rule=public()
    )


@strawberry.type
class UserMutations:
    """Mutations of users."""

    update_profile = mutated_by(
        users.update_profile,
        input=UpdateProfileInput,
        gives={"user": (User, "The changed user.")},
        also=changed_viewer(),
        rule=auth(),
        description="Changes the caller's profile and the time zone in which their days are counted.",
    )
