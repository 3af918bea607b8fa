"""Users: what the schema tells of them."""

from datetime import datetime
from typing import Any

import strawberry

from domain.api_keys import MOST_KEYS
from domain.ids import UserId
from domain.scopes import Scope
from domain.sessions import MOST_SESSIONS
from domain.users import Role
from graph.api_keys import ApiKey
from graph.caching import kept
from graph.declarations import Finder
from graph.directives import auth, owner, public, requires_scopes
from graph.fields import arg, attribute, given, loaded_by, resolved_by
from graph.mutations import mutated_by
from graph.nodes import Node
from graph.open_sessions import Session
from graph.paging import Connection
from graph.privacy import Privacy
from graph.scalars import URL, BigInt, EmailAddress
from resolvers import api_keys as keys
from resolvers import loaders, open_sessions, users
from resolvers import privacy as private


def _own(attribute_name: str, description: str, at_most: int | None = None) -> Any:
    """Declare a field that only the user sees of themselves; for others it is null."""
    return loaded_by(
        loaders.accounts_by_user,
        key="id",
        pick=attribute_name,
        description=description + " Null for everyone but the user.",
        rule=(owner(by="id"), requires_scopes(Scope.READ_PROFILE)),
        at_most=at_most,
    )


@strawberry.type(description="Someone who learns here.", directives=[public(), kept(60)])
class User(Node):
    """The public half of a user."""

    id: UserId = attribute("The user's id, `user_...`.")
    handle: str = attribute("The unique short name, in lower case.")
    display_name: str = attribute("The name to show.")
    avatar_url: URL | None = attribute(
        "The address of a picture; null without one, or where they hide it.", personal=True
    )
    bio: str | None = attribute("What the user says of themselves; null where they hide it.", personal=True)
    joined_at: datetime | None = attribute(
        "When the account was created; null where they hide it.", personal=True
    )
    level: int = attribute("The level that the XP total has reached; level 1 is the first.")
    xp_total: BigInt = attribute("All settled XP.")
    email: EmailAddress | None = _own("email", "The address that signs in.")
    email_verified: bool | None = _own("email_verified", "Whether the address was verified.")
    time_zone: str | None = _own("time_zone", "The IANA time zone in which the user's days are counted.")
    day_start_hour: int | None = _own("day_start_hour", "The hour, 0 to 6, at which the user's day begins.")
    locale: str | None = _own("locale", "The language for texts, as a BCP 47 tag.")
    roles: list[Role] | None = _own("roles", "What the user may do.", at_most=5)
    sessions: list[Session] | None = loaded_by(
        open_sessions.sessions_by_user,
        key="id",
        description="The devices on which the user is signed in, last used first. Null for everyone but the user.",
        rule=owner(by="id"),
        at_most=MOST_SESSIONS,
        usual=5,
    )
    api_keys: list[ApiKey] | None = loaded_by(
        keys.api_keys_by_user,
        key="id",
        description="The user's API keys that were not revoked, newest first. Null for everyone but the user.",
        rule=owner(by="id"),
        at_most=MOST_KEYS,
        usual=2,
    )
    privacy: Privacy | None = loaded_by(
        private.privacy_by_user,
        key="id",
        description="Who sees what of the user. Null for everyone but the user.",
        rule=(owner(by="id"), requires_scopes(Scope.READ_PROFILE)),
    )
    deletes_at: datetime | None = loaded_by(
        private.deletions_by_user,
        key="id",
        pick="deletes_at",
        description="When the account will be anonymised, where its user asked for that and cancelDeletion can still "
        "keep it. Null for everyone but the user.",
        rule=(owner(by="id"), requires_scopes(Scope.READ_PROFILE)),
    )


@strawberry.input(description="Finds one user, by exactly one of its fields.", one_of=True)
class UserBy:
    """A one-of lookup."""

    id: UserId | None = given("The user's id.")
    handle: str | None = given("The user's handle, in any case.")


@strawberry.input(description="What to change; a field that is left out stays as it is.")
class UpdateProfileInput:
    """A partial update."""

    display_name: str | None = given("The name to show, 1 to 60 characters.")
    bio: str | None = given("A few words of up to 500 characters.")
    avatar_url: URL | None = given("An https address of a picture; null removes it.")
    time_zone: str | None = given("An IANA time zone like Europe/Berlin.")
    day_start_hour: int | None = given("The hour, 0 to 6, at which the day begins.")


@strawberry.type
class UserQueries:
    """Root fields about users."""

    user: User | None = resolved_by(
        users.user_by,
        description="One user, or null.",
        rule=public(),
        finds=Finder(batch=loaders.users_by_id, argument="by.id"),
        args={"by": arg(UserBy, "By what to find the user.")},
    )
    users: Connection[User] | None = resolved_by(
        users.users_page, description="All users, newest first.", rule=public()
    )


@strawberry.type
class UserMutations:
    """Mutations about users."""

    update_profile = mutated_by(
        users.update_profile,
        input=UpdateProfileInput,
        gives={"user": (User, "The changed user.")},
        rule=auth(),
        description="Changes the caller's profile and the zone in which their days are counted.",
    )
