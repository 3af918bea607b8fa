"""Privacy in Postgres: what users decided, and the columns of a profile as a viewer may see them."""

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, any_, bindparam, case, or_, select, update

from domain.ids import UserId
from domain.privacy import Privacy, ProfileVisibility
from domain.users import User
from persistence.base import ID, Statement, by_key, columns_for
from persistence.engine import Connection
from persistence.rows import maker, member_of
from persistence.user_tables import users

_HIDEABLE = {
    "avatar_url": users.c.avatar_visibility,
    "bio": users.c.bio_visibility,
    "joined_at": users.c.joined_visibility,
}
VIEWER = bindparam("viewer_id", value=None, type_=ID)
"""Who looks at a profile; nobody in particular unless a value is given."""


def _seen(name: str) -> ColumnElement[Any]:
    """Return a column of a profile, or NULL where its owner hides it from the viewer.

    There are no friends yet: FRIENDS hides like NOBODY until there are.
    """
    open_to_all = _HIDEABLE[name] == ProfileVisibility.EVERYONE.value
    return case((or_(open_to_all, users.c.id == VIEWER), users.c[name]))


profile_columns = columns_for(User, users, **{name: _seen(name) for name in _HIDEABLE})
"""What every statement that reads profiles selects, so that no path to a user forgets the rule."""

_visibility = member_of(ProfileVisibility)
_privacy = maker(Privacy, avatar_url=_visibility, bio=_visibility, joined_at=_visibility)
_columns = columns_for(Privacy, users, user_id=users.c.id, **_HIDEABLE)
_OF_USERS = Statement(
    select(*_columns)
    .where(users.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(users.c.id == bindparam("viewer_id")),
    _privacy,
)
_HOLD = Statement(
    select(*_columns).where(users.c.id == bindparam("id")).with_for_update(key_share=True), _privacy
)
_SAVE = Statement(
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values({column.name: bindparam(column.name) for column in _HIDEABLE.values()})
)


class SqlPrivacies:
    """Decisions in the table `users`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def of_users(self, ids: list[UserId], *, viewer_id: UserId) -> list[Privacy | None]:
        """Return one slot per id; the statement itself leaves out everyone but the viewer."""
        found = await self._connection.all(_OF_USERS, ids=ids, viewer_id=viewer_id)
        return by_key(ids, found, lambda privacy: privacy.user_id)

    async def hold(self, user_id: UserId) -> Privacy | None:
        """Return what the user decided; a lock on the row holds back every other change."""
        return await self._connection.first(_HOLD, id=user_id)

    async def save(self, privacy: Privacy) -> None:
        """Store who sees the fields of the profile."""
        values = {column.name: getattr(privacy, name).value for name, column in _HIDEABLE.items()}
        await self._connection.run(_SAVE, user_id=privacy.user_id, **values)
