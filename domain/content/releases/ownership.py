"""Ownership of content: who may change a roadmap, a quiz or an exam type."""

from collections.abc import Collection

from domain.accounts.users import Role
from domain.accounts.work import AccountsWork
from domain.acts import Act
from domain.ids import UserId


async def may_change(
    work: AccountsWork, act: Act, *, author_id: UserId | None, roles: Collection[Role] = (Role.ADMIN,)
) -> bool:
    """Tell whether the actor may change content of this author: their own, or anybody's by one of the roles.

    An API key changes its owner's content alone, whatever the owner's roles are: none of its scopes covers more.
    """
    if author_id == act.user_id:
        return True
    if act.by_key:
        return False
    held = await work.users.roles_of(act.user_id) or []
    return any(role in held for role in roles)
