"""Users: who learns here, what others see of them, and what only they see."""

import re
from dataclasses import replace
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Protocol
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from domain import text
from domain.edits import UNCHANGED, Edit, settled
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.ids import Mint, SessionId, UserId
from domain.paging import Page, Window
from domain.passwords import Passwords, checked_password

_HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9_]{1,28})[a-z0-9]")
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f\"(),:;<>\[\\\]]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_LONGEST_EMAIL = 254
_LATEST_DAY_START = 6


class Role(Enum):
    """What someone may do; a user holds several and they add up."""

    LEARNER = "LEARNER"
    AUTHOR = "AUTHOR"
    MODERATOR = "MODERATOR"
    ADMIN = "ADMIN"
    SERVICE = "SERVICE"


@entity
class User:
    """What everyone may see of a user; `xp_total` is the sum of the settled XP entries."""

    id: UserId
    handle: str
    display_name: str
    avatar_url: str | None
    bio: str
    joined_at: datetime
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
    """The authenticated caller of one operation; the roles are those of the access token."""

    user_id: UserId
    session_id: SessionId
    roles: frozenset[Role]


@entity
class Credentials:
    """What signing in needs to know of an account."""

    user_id: UserId
    password_hash: str
    roles: list[Role]


@entity
class NewUser:
    """A user about to be stored, with every value checked."""

    id: UserId
    handle: str
    display_name: str
    email: str
    password_hash: str
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

    async def by_ids(self, ids: list[UserId]) -> list[User | None]:
        """Return one slot per id, in their order."""

    async def by_handle(self, handle: str) -> User | None:
        """Return the user with this handle, whatever its case."""

    async def page(self, window: Window) -> Page[User]:
        """Return users, newest first."""

    async def accounts_by_ids(self, ids: list[UserId], *, viewer_id: UserId) -> list[Account | None]:
        """Return one slot per id; only the viewer's own is filled."""

    async def credentials(self, email: str) -> Credentials | None:
        """Return what signing in with this address needs."""

    async def roles_of(self, user_id: UserId) -> list[Role] | None:
        """Return the roles that the user holds now, or None where there is no such user."""

    async def update_profile(
        self, user_id: UserId, *, display_name: str, bio: str, avatar_url: str | None
    ) -> User:
        """Change what others see."""

    async def update_locality(
        self, user_id: UserId, *, time_zone: str, day_start_hour: int, locale: str
    ) -> None:
        """Change where and when the user's days begin."""


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
    address = checked_email(email)
    unhashed = NewUser(
        id=UserId(mint("user")),
        handle=checked_handle(handle),
        display_name=text.line(display_name, field="displayName", longest=60),
        email=address,
        password_hash=checked_password(password, email=address),
        time_zone=checked_time_zone(time_zone),
        roles=roles,
        joined_at=now,
    )
    return replace(unhashed, password_hash=await passwords.hash(unhashed.password_hash))


async def update_profile(
    users: Users,
    *,
    user_id: UserId,
    display_name: Edit[str] = UNCHANGED,
    bio: Edit[str] = UNCHANGED,
    avatar_url: Edit[str | None] = UNCHANGED,
    time_zone: Edit[str] = UNCHANGED,
    day_start_hour: Edit[int] = UNCHANGED,
) -> User:
    """Change the fields that were sent and leave the others."""
    (user,), (account,) = await users.by_ids([user_id]), await users.accounts_by_ids([user_id], viewer_id=user_id)
    if user is None or account is None:
        raise NotFoundError("There is no such user.")
    zone, start = settled(time_zone, account.time_zone), settled(day_start_hour, account.day_start_hour)
    if not 0 <= start <= _LATEST_DAY_START:
        raise InvalidInputError("dayStartHour must be 0 to 6.", field="dayStartHour")
    link = settled(avatar_url, user.avatar_url)
    shown = text.line(settled(display_name, user.display_name), field="displayName", longest=60)
    told = text.prose(settled(bio, user.bio), field="bio", longest=500)
    link = None if link is None else checked_url(link, field="avatarUrl")
    if (zone, start) != (account.time_zone, account.day_start_hour):
        await users.update_locality(
            user_id, time_zone=checked_time_zone(zone), day_start_hour=start, locale=account.locale
        )
    return await users.update_profile(user_id, display_name=shown, bio=told, avatar_url=link)


def checked_handle(handle: str) -> str:
    """Return the handle in lower case when it is 3 to 30 letters a-z, digits and inner underscores."""
    handle = handle.lower() if len(handle) <= 30 else ""
    if not _HANDLE.fullmatch(handle):
        raise InvalidInputError(
            "handle must be 3 to 30 letters a-z, digits or inner underscores.", field="handle"
        )
    return handle


def checked_email(email: str) -> str:
    """Return the address in lower case when it looks like one."""
    email = email.strip().lower() if len(email) <= _LONGEST_EMAIL else ""
    if not _EMAIL.fullmatch(email):
        raise InvalidInputError("email must be an address like name@example.org.", field="email")
    return email


def checked_time_zone(name: str) -> str:
    """Return the name when it is an IANA time zone that the tz database knows."""
    if name not in available_zones():
        raise InvalidInputError("timeZone must be an IANA name like Europe/Berlin.", field="timeZone")
    return name


def checked_url(url: str, *, field: str) -> str:
    """Return the address when it is an absolute https URL of at most 500 characters."""
    url = text.line(url, field=field, longest=500)
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or any(c.isspace() for c in url):
        raise InvalidInputError(f"{field} must be an https address.", field=field)
    return url


@cache
def available_zones() -> frozenset[str]:
    """Return the names of all IANA time zones."""
    return frozenset(available_timezones() - {"localtime", "Factory"})
