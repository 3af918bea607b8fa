"""Resolvers of users."""

from typing import Protocol

from domain.accounts import profile_rules, users
from domain.accounts.users import User, Viewer
from domain.edits import UNCHANGED, Edit
from domain.ids import UserId
from domain.paging import Page, Window
from resolvers.context import Context


async def viewer(context: Context) -> Viewer | None:
    """Return the caller; None for an anonymous one."""
    return context.viewer


class UserLookup(Protocol):
    """Exactly one of the two is set."""

    id: UserId | None
    handle: str | None


async def user_by(context: Context, *, by: UserLookup) -> User | None:
    """Find a user by handle; raises InvalidInputError for a malformed one."""
    handle = profile_rules.checked_handle(by.handle or "")
    async with context.open_reads() as reads:
        return await reads.users.by_handle(handle, viewer_id=context.viewer_id)


async def users_page(context: Context, *, window: Window) -> Page[User]:
    """Return a page of users, newest first."""
    async with context.open_reads() as reads:
        return await reads.users.page(window, viewer_id=context.viewer_id)


async def update_profile(
    context: Context,
    *,
    display_name: Edit[str] = UNCHANGED,
    bio: Edit[str] = UNCHANGED,
    avatar_url: Edit[str | None] = UNCHANGED,
    time_zone: Edit[str] = UNCHANGED,
    day_start_hour: Edit[int] = UNCHANGED,
) -> User:
    """Change the caller's profile."""
    async with context.open_work() as work:
        return await users.update_profile(
            work.users,
            context.act(),
            display_name=display_name,
            bio=bio,
            avatar_url=avatar_url,
            time_zone=time_zone,
            day_start_hour=day_start_hour,
        )
