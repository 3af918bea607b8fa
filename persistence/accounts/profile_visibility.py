"""Profile visibility in Postgres: the settings, and the columns of a profile as a viewer may see them."""

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, any_, bindparam, case, or_, select, update

from domain.accounts.profile_visibility import Privacy, ProfileVisibility
from domain.accounts.users import User
from domain.ids import UserId
from persistence.database import SqlConnection
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, Statement, by_key, columns_for
from persistence.tables.accounts.users import users

_HIDEABLE = {
    "avatar_url": users.c.avatar_visibility,
    "bio": users.c.bio_visibility,
    "joined_at": users.c.joined_visibility,
}
VIEWER = bindparam("viewer_id", value=None, type_=ID)
"""The viewer of a profile; anonymous unless a value is given."""


def _seen(name: str) -> ColumnElement[Any]:
    """Return a column of a profile, or NULL if its owner hides it from the viewer."""
    open_to_all = _HIDEABLE[name] == ProfileVisibility.EVERYONE.value
    return case((or_(open_to_all, users.c.id == VIEWER), users.c[name]))


profile_columns = columns_for(User, users, **{name: _seen(name) for name in _HIDEABLE})
"""The columns of every statement that reads profiles, so that no path to a user misses the rule."""

_visibility = member_of(ProfileVisibility)
_privacy = maker(Privacy, avatar_url=_visibility, bio=_visibility, joined_at=_visibility)
_columns = columns_for(Privacy, users, user_id=users.c.id, **_HIDEABLE)
_OF_USERS = Statement(
    select(*_columns)
    .where(users.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(users.c.id == bindparam("viewer_id")),
    _privacy,
)
_LOCK = Statement(
    select(*_columns).where(users.c.id == bindparam("id")).with_for_update(key_share=True), _privacy
)
_SAVE = Statement(
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values({column.name: bindparam(column.name) for column in _HIDEABLE.values()})
)


class SqlPrivacies:
    """Visibility settings in the table `users`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def of_users(self, ids: list[UserId], *, viewer_id: UserId) -> list[Privacy | None]:
        """Return one slot per id; the statement itself leaves out everyone but the viewer."""
        found = await self._connection.all(_OF_USERS, ids=ids, viewer_id=viewer_id)
        return by_key(ids, found, lambda privacy: privacy.user_id)

    async def lock(self, user_id: UserId) -> Privacy | None:
        """Return the user's settings; a row lock blocks every other change until the transaction ends."""
        return await self._connection.first(_LOCK, id=user_id)

    async def save(self, privacy: Privacy) -> None:
        """Store the visibility of the profile fields."""
        values = {column.name: getattr(privacy, name).value for name, column in _HIDEABLE.items()}
        await self._connection.run(_SAVE, user_id=privacy.user_id, **values)
