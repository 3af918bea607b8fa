"""Users in Postgres."""

from datetime import datetime

import asyncpg
from sqlalchemy import ARRAY, SmallInteger, Text, any_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.accounts.users import Account, NewUser, Role, User, email_taken, handle_taken
from domain.errors import NotFoundError
from domain.ids import UserId
from domain.paging import Page, Window
from domain.rows import Columns, Row
from domain.webhooks.events import WebhookEvent
from persistence.accounts.profile_visibility import profile_columns
from persistence.column_selection import ColumnSelection
from persistence.database import SqlConnection
from persistence.event_notes import noting
from persistence.paging import Pages
from persistence.row_mapping import maker
from persistence.statements import FIRST, ID, MOMENT, Statement, by_key, columns_for
from persistence.tables.accounts.users import users, zone_changes


def _roles(names: list[str]) -> list[Role]:
    return [Role(name) for name in names]


_account = maker(Account, roles=_roles)
_user = columns_for(User, users)
_ids = bindparam("ids", type_=ARRAY(ID))
_ADD = Statement(
    insert(users)
    .values({name: bindparam(name) for name in NewUser.__slots__})  # type: ignore[attr-defined]
    .returning(*_user)
    .add_cte(
        noting(
            WebhookEvent.USER_REGISTERED,
            user=bindparam("id", type_=ID),
            at=bindparam("joined_at", type_=MOMENT),
        )
    ),
    User,
)
_by_ids = select(*profile_columns).where(users.c.id == any_(_ids))
_BY_IDS = Statement(_by_ids, User)
_ROWS_BY_IDS = ColumnSelection(_by_ids, key=users.c.id, columns=profile_columns)
_BY_HANDLE = Statement(select(*profile_columns).where(users.c.handle == bindparam("handle")), User)
_NEWEST_FIRST = Pages(
    select(*profile_columns).where(users.c.erased_at.is_(None)),
    order=[users.c.id],
    descending=True,
    make=User,
    key_of=lambda user: (user.id,),
    name="users",
)
_ACCOUNTS = Statement(
    select(*columns_for(Account, users, user_id=users.c.id))
    .where(users.c.id == any_(_ids))
    .where(users.c.id == bindparam("viewer_id")),
    _account,
)
_ROLES = Statement(select(users.c.roles).where(users.c.id == bindparam("id")))
_COUNT = Statement(select(func.count()).select_from(users))
_UPDATE_PROFILE = Statement(
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values({name: bindparam(name) for name in ("display_name", "bio", "avatar_url")})
    .returning(*_user),
    User,
)
_LOCK = Statement(select(users.c.id).where(users.c.id == bindparam("id")).with_for_update(key_share=True))
_LAST_ZONE_CHANGE = Statement(
    select(func.max(zone_changes.c.changed_at))
    .where(zone_changes.c.user_id == bindparam("user_id"))
    .where(zone_changes.c.old_time_zone != zone_changes.c.new_time_zone)
)
_change = insert(zone_changes).from_select(
    [c.name for c in zone_changes.c],
    select(
        users.c.id,
        bindparam("now", type_=MOMENT),
        users.c.time_zone,
        bindparam("time_zone", type_=Text),
        users.c.day_start_hour,
        bindparam("day_start_hour", type_=SmallInteger),
    ).where(users.c.id == bindparam("user_id")),
)
_UPDATE_LOCALITY = Statement(
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values({name: bindparam(name) for name in ("time_zone", "day_start_hour")})
    .add_cte(
        _change.on_conflict_do_update(
            index_elements=["user_id", "changed_at"],
            set_={name: _change.excluded[name] for name in ("new_time_zone", "new_day_start_hour")},
        ).cte("change")
    )
)


class SqlUsers:
    """Accounts in the table `users`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, user: NewUser) -> User:
        """Store a user; the unique indexes decide whether address and handle are free."""
        values = {name: getattr(user, name) for name in NewUser.__slots__}  # type: ignore[attr-defined]
        try:
            added = await self._connection.first(_ADD, **values | {"roles": [r.value for r in user.roles]})
        except asyncpg.UniqueViolationError as clash:
            if clash.constraint_name == "users_email_key":
                raise email_taken() from None
            if clash.constraint_name == "users_handle_key":
                raise handle_taken() from None
            raise
        assert added is not None  # noqa: S101 - INSERT ... RETURNING of one row
        return added

    async def by_ids(self, ids: list[UserId], *, viewer_id: UserId | None = None) -> list[User | None]:
        """Return one slot per id, in their order; fields hidden from the viewer are None."""
        found = await self._connection.all(_BY_IDS, ids=ids, viewer_id=viewer_id)
        return by_key(ids, found, lambda user: user.id)

    async def rows_by_ids(
        self, ids: list[UserId], columns: Columns, *, viewer_id: UserId | None = None
    ) -> list[Row | None]:
        """Return one slot per id, in their order, with these columns after the id."""
        found = await _ROWS_BY_IDS.read(self._connection, columns, ids=ids, viewer_id=viewer_id)
        return by_key(ids, found, FIRST)

    async def by_handle(self, handle: str, *, viewer_id: UserId | None = None) -> User | None:
        """Return the user with this handle, whatever its case."""
        return await self._connection.first(_BY_HANDLE, handle=handle.lower(), viewer_id=viewer_id)

    async def page(self, window: Window, *, viewer_id: UserId | None = None) -> Page[User]:
        """Return users, newest first; anonymised accounts are left out."""
        return await _NEWEST_FIRST.read(self._connection, window, viewer_id=viewer_id)

    async def accounts_by_ids(self, ids: list[UserId], *, viewer_id: UserId) -> list[Account | None]:
        """Return one slot per id; the statement itself reads the viewer's account only."""
        found = await self._connection.all(_ACCOUNTS, ids=ids, viewer_id=viewer_id)
        return by_key(ids, found, lambda account: account.user_id)

    async def count(self) -> int:
        """Return how many users there are."""
        return int(await self._connection.value(_COUNT))

    async def roles_of(self, user_id: UserId) -> list[Role] | None:
        """Return the user's current roles, or None if there is no such user."""
        names = await self._connection.value(_ROLES, id=user_id)
        return None if names is None else [Role(name) for name in names]

    async def update_profile(
        self, user_id: UserId, *, display_name: str, bio: str, avatar_url: str | None
    ) -> User:
        """Change what others see."""
        changed = await self._connection.first(
            _UPDATE_PROFILE, user_id=user_id, display_name=display_name, bio=bio, avatar_url=avatar_url
        )
        if changed is None:
            raise NotFoundError("There is no such user.")
        return changed

    async def update_locality(
        self, user_id: UserId, *, time_zone: str, day_start_hour: int, now: datetime
    ) -> None:
        """Change where and when the user's days begin, and keep the change in the history."""
        await self._connection.run(
            _UPDATE_LOCALITY,
            user_id=user_id,
            time_zone=time_zone,
            day_start_hour=day_start_hour,
            now=now,
        )

    async def last_zone_change(self, user_id: UserId) -> datetime | None:
        """Return when the zone last changed; a lock on the user's row blocks every other change."""
        await self._connection.run(_LOCK, id=user_id)
        last: datetime | None = await self._connection.value(_LAST_ZONE_CHANGE, user_id=user_id)
        return last
