"""Users: the public profile, and the account that only its owner sees."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from domain import text
from domain.accounts import profile_rules, web_addresses
from domain.accounts.scopes import Scope
from domain.acts import Act
from domain.edits import UNCHANGED, Edit, mandatory, settled
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.ids import SessionId, UserId
from domain.paging import Page, Window
from domain.refusals import all_at_once
from domain.rows import Columns, Row

_LATEST_DAY_START = 6
_ZONE_CHANGES_EVERY = timedelta(hours=24)


class Role(Enum):
    """A set of permissions; a user may have several, and they add up."""

    LEARNER = "LEARNER"
    AUTHOR = "AUTHOR"
    MODERATOR = "MODERATOR"
    OPERATOR = "OPERATOR"
    ADMIN = "ADMIN"


@entity
class User:
    """A profile as a viewer may see it: None is a field that is empty, or hidden from the viewer.

    `xp_total` is the sum of the settled XP entries.
    """

    id: UserId
    handle: str
    display_name: str
    avatar_url: str | None
    bio: str | None
    joined_at: datetime | None
    level: int
    xp_total: int


@entity
class Account:
    """The part of a user that only the user sees."""

    user_id: UserId
    email: str
    email_verified: bool
    time_zone: str
    day_start_hour: int
    roles: list[Role]


@entity
class Viewer:
    """The authenticated caller of one operation; the roles are those of the access token.

    The token is void once the user's access has a higher `version`. `scopes` are those of an API key; a person has
    None, which restricts nothing.
    """

    user_id: UserId
    session_id: SessionId
    roles: frozenset[Role]
    version: int = 0
    scopes: frozenset[Scope] | None = None


@entity
class NewUser:
    """A user about to be stored, with every value checked; one without a password signs in with a provider."""

    id: UserId
    handle: str
    display_name: str
    email: str
    password_hash: str | None
    time_zone: str
    roles: list[Role]
    joined_at: datetime


class EmailTakenError(DomainError):
    """Another account uses this e-mail address."""

    code = "EMAIL_TAKEN"


class HandleTakenError(DomainError):
    """Another user has this handle."""

    code = "HANDLE_TAKEN"


def email_taken() -> EmailTakenError:
    """Return the refusal of an address that another account uses."""
    return EmailTakenError("This e-mail has an account; sign in instead.", field="email")


def handle_taken() -> HandleTakenError:
    """Return the refusal of a handle that another user has."""
    return HandleTakenError("This handle is taken; choose another.", field="handle")


class Users(Protocol):
    """Accounts, by id, handle and e-mail."""

    async def add(self, user: NewUser) -> User:
        """Store a user; raises EmailTakenError or HandleTakenError."""

    async def by_ids(self, ids: list[UserId], *, viewer_id: UserId | None = None) -> list[User | None]:
        """Return one slot per id, in their order; fields hidden from the viewer are None."""

    async def rows_by_ids(
        self, ids: list[UserId], columns: Columns, *, viewer_id: UserId | None = None
    ) -> list[Row | None]:
        """Return one slot per id, in their order, with these columns after the id; hidden ones are None."""

    async def by_handle(self, handle: str, *, viewer_id: UserId | None = None) -> User | None:
        """Return the user with this handle, whatever its case."""

    async def page(self, window: Window, *, viewer_id: UserId | None = None) -> Page[User]:
        """Return users, newest first; anonymised accounts are left out."""

    async def accounts_by_ids(self, ids: list[UserId], *, viewer_id: UserId) -> list[Account | None]:
        """Return one slot per id; only the viewer's own is filled."""

    async def count(self) -> int:
        """Return how many users there are."""

    async def roles_of(self, user_id: UserId) -> list[Role] | None:
        """Return the user's current roles, or None if there is no such user."""

    async def update_profile(
        self, user_id: UserId, *, display_name: str, bio: str, avatar_url: str | None
    ) -> User:
        """Change what others see."""

    async def update_locality(
        self, user_id: UserId, *, time_zone: str, day_start_hour: int, now: datetime
    ) -> None:
        """Change where and when the user's days begin, and keep the change in the history."""

    async def last_zone_change(self, user_id: UserId) -> datetime | None:
        """Return when the zone last changed, and lock the user until the transaction ends."""


async def update_profile(
    users: Users,
    act: Act,
    *,
    display_name: Edit[str | None] = UNCHANGED,
    bio: Edit[str | None] = UNCHANGED,
    avatar_url: Edit[str | None] = UNCHANGED,
    time_zone: Edit[str | None] = UNCHANGED,
    day_start_hour: Edit[int | None] = UNCHANGED,
) -> User:
    """Change the caller's profile: the fields that were sent, and no others.

    The time zone may change once in 24 hours; stored dates stay as they are. Raises InvalidInputErrors, all at once.
    """
    user_id = act.user_id
    (user,), (account,) = (
        await users.by_ids([user_id], viewer_id=user_id),
        await users.accounts_by_ids([user_id], viewer_id=user_id),
    )
    if user is None or account is None:
        raise NotFoundError("There is no such user.")
    with all_at_once() as each:
        with each:
            zone = mandatory(time_zone, account.time_zone, field="timeZone")
            if zone != account.time_zone:
                zone = profile_rules.checked_time_zone(zone)
                await _check_zone_rests(users, act)
        with each:
            start = mandatory(day_start_hour, account.day_start_hour, field="dayStartHour")
            _check_day_start(start)
        with each:
            name = mandatory(display_name, user.display_name, field="displayName")
            name = text.line(name, field="displayName", longest=60)
        with each:
            new_bio = text.prose(mandatory(bio, user.bio or "", field="bio"), field="bio", longest=500)
        with each:
            link = settled(avatar_url, user.avatar_url)
            link = None if link is None else web_addresses.checked_url(link, field="avatarUrl")
    if (zone, start) != (account.time_zone, account.day_start_hour):
        if zone == account.time_zone:
            await users.last_zone_change(user_id)  # locks the user, as the check of another zone did
        await users.update_locality(user_id, time_zone=zone, day_start_hour=start, now=act.now)
    return await users.update_profile(user_id, display_name=name, bio=new_bio, avatar_url=link)


def _check_day_start(hour: int) -> None:
    if not 0 <= hour <= _LATEST_DAY_START:
        raise InvalidInputError(f"dayStartHour must be 0 to {_LATEST_DAY_START}.", field="dayStartHour")


async def _check_zone_rests(users: Users, act: Act) -> None:
    """Refuse a second change of the time zone within 24 hours; locks the user."""
    last = await users.last_zone_change(act.user_id)
    if last is not None and act.now - last < _ZONE_CHANGES_EVERY:
        again = last + _ZONE_CHANGES_EVERY
        raise InvalidInputError(f"timeZone may change again at {again:%Y-%m-%d %H:%M} UTC.", field="timeZone")
