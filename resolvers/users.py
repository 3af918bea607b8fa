"""Answers about users."""

from typing import Protocol

from domain import users
from domain.edits import UNCHANGED, Edit
from domain.ids import UserId
from domain.paging import Page, Window
from domain.users import User, Viewer
from resolvers.context import Context


async def viewer(context: Context) -> Viewer | None:
    """Return the caller; None for an anonymous one."""
    return context.viewer


class UserLookup(Protocol):
    """Exactly one of the two is set."""

    id: UserId | None
    handle: str | None


async def user_by(context: Context, *, by: UserLookup) -> User | None:
    """Find a user by handle."""
    async with context.open_reads() as reads:
        return await reads.users.by_handle(by.handle or "", viewer_id=context.viewer_id)


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
            user_id=context.user_id,
            now=context.now(),
            display_name=display_name,
            bio=bio,
            avatar_url=avatar_url,
            time_zone=time_zone,
            day_start_hour=day_start_hour,
        )
