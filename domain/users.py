"""Users: who learns here, what others see of them, and what only they see."""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from domain import identity, text
from domain.edits import UNCHANGED, Edit, mandatory, settled
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.ids import Mint, SessionId, UserId
from domain.paging import Page, Window
from domain.passwords import Passwords, checked_password
from domain.rows import Columns, Row
from domain.scopes import Scope

_LATEST_DAY_START = 6
_ZONE_RESTS = timedelta(hours=24)


class Role(Enum):
    """What someone may do; a user holds several and they add up."""

    LEARNER = "LEARNER"
    AUTHOR = "AUTHOR"
    MODERATOR = "MODERATOR"
    ADMIN = "ADMIN"
    SERVICE = "SERVICE"


@entity
class User:
    """What a viewer may see of a user: None is what the user left empty, or hides from them.

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
    """What only the user sees of themselves."""

    user_id: UserId
    email: str
    email_verified: bool
    time_zone: str
    day_start_hour: int
    locale: str
    roles: list[Role]


@entity
class Viewer:
    """The authenticated caller of one operation; the roles are those of the access token.

    The token is void once the user's access has a later `version`. `scopes` are those of an API key; a person has
    None and is not bound by any.
    """

    user_id: UserId
    session_id: SessionId
    roles: frozenset[Role]
    version: int = 0
    scopes: frozenset[Scope] | None = None


@entity
class NewUser:
    """A user about to be stored, with every value checked; one without a password signs in elsewhere."""

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


class Users(Protocol):
    """Accounts, by id, handle and e-mail."""

    async def add(self, user: NewUser) -> User:
        """Store a user; raises EmailTakenError or HandleTakenError."""

    async def by_ids(self, ids: list[UserId], *, viewer_id: UserId | None = None) -> list[User | None]:
        """Return one slot per id, in their order; what a user hides from the viewer is None."""

    async def rows_by_ids(
        self, ids: list[UserId], columns: Columns, *, viewer_id: UserId | None = None
    ) -> list[Row | None]:
        """Return one slot per id, in their order, with these columns after the id; the hidden are None."""

    async def by_handle(self, handle: str, *, viewer_id: UserId | None = None) -> User | None:
        """Return the user with this handle, whatever its case."""

    async def page(self, window: Window, *, viewer_id: UserId | None = None) -> Page[User]:
        """Return users, newest first; anonymised accounts are left out."""

    async def accounts_by_ids(self, ids: list[UserId], *, viewer_id: UserId) -> list[Account | None]:
        """Return one slot per id; only the viewer's own is filled."""

    async def count(self) -> int:
        """Return how many users there are."""

    async def first_with(self, role: Role) -> UserId | None:
        """Return the oldest user who holds the role, or None."""

    async def roles_of(self, user_id: UserId) -> list[Role] | None:
        """Return the roles that the user holds now, or None where there is no such user."""

    async def update_profile(
        self, user_id: UserId, *, display_name: str, bio: str, avatar_url: str | None
    ) -> User:
        """Change what others see."""

    async def update_locality(
        self, user_id: UserId, *, time_zone: str, day_start_hour: int, locale: str, now: datetime
    ) -> None:
        """Change where and when the user's days begin, and keep the change in the history."""

    async def last_zone_change(self, user_id: UserId) -> datetime | None:
        """Return when the zone last changed, and hold back every other change until the transaction ends."""


async def new_user(
    *,
    mint: Mint,
    now: datetime,
    passwords: Passwords,
    email: str,
    password: str,
    handle: str,
    display_name: str,
    time_zone: str,
    roles: list[Role],
) -> NewUser:
    """Check what a new user gave, then hash the password; no database connection should be held meanwhile.

    Raises InvalidInputError or WeakPasswordError that names the field.
    """
    address = identity.checked_email(email)
    checked = NewUser(
        id=UserId(mint("user")),
        handle=identity.checked_handle(handle),
        display_name=text.line(display_name, field="displayName", longest=60),
        email=address,
        password_hash=None,
        time_zone=identity.checked_time_zone(time_zone),
        roles=roles,
        joined_at=now,
    )
    strong = checked_password(password, email=address, handle=checked.handle, passwords=passwords)
    return replace(checked, password_hash=await passwords.hash(strong))


async def update_profile(
    users: Users,
    *,
    user_id: UserId,
    now: datetime,
    display_name: Edit[str | None] = UNCHANGED,
    bio: Edit[str | None] = UNCHANGED,
    avatar_url: Edit[str | None] = UNCHANGED,
    time_zone: Edit[str | None] = UNCHANGED,
    day_start_hour: Edit[int | None] = UNCHANGED,
) -> User:
    """Change the fields that were sent and leave the others.

    At most one change of the zone in 24 hours takes effect; stored dates stay as they are.
    """
    (user,), (account,) = (
        await users.by_ids([user_id], viewer_id=user_id),
        await users.accounts_by_ids([user_id], viewer_id=user_id),
    )
    if user is None or account is None:
        raise NotFoundError("There is no such user.")
    zone = mandatory(time_zone, account.time_zone, field="timeZone")
    start = mandatory(day_start_hour, account.day_start_hour, field="dayStartHour")
    if not 0 <= start <= _LATEST_DAY_START:
        raise InvalidInputError("dayStartHour must be 0 to 6.", field="dayStartHour")
    link = settled(avatar_url, user.avatar_url)
    shown = text.line(
        mandatory(display_name, user.display_name, field="displayName"), field="displayName", longest=60
    )
    told = text.prose(mandatory(bio, user.bio or "", field="bio"), field="bio", longest=500)
    link = None if link is None else identity.checked_url(link, field="avatarUrl")
    if (zone, start) != (account.time_zone, account.day_start_hour):
        zone = identity.checked_time_zone(zone)
        last = await users.last_zone_change(user_id)
        if zone != account.time_zone and last is not None and now - last < _ZONE_RESTS:
            raise InvalidInputError(
                f"timeZone may change again at {last + _ZONE_RESTS:%Y-%m-%d %H:%M} UTC.", field="timeZone"
            )
        await users.update_locality(
            user_id, time_zone=zone, day_start_hour=start, locale=account.locale, now=now
        )
    return await users.update_profile(user_id, display_name=shown, bio=told, avatar_url=link)
