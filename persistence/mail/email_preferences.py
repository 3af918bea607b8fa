"""E-mail preferences in Postgres."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from domain.ids import UserId
from domain.mail.email_preferences import EmailPreferences
from persistence.database import SqlConnection
from persistence.statements import ID, MOMENT, Statement, columns_for
from persistence.tables.accounts.users import users
from persistence.tables.mail.email_preferences import email_preferences

_USER = bindparam("user_id", type_=ID)
_LOCK = Statement(
    select(users.c.id).where(users.c.id == _USER, users.c.erased_at.is_(None)).with_for_update(key_share=True)
)
_OF_USER = Statement(
    select(*columns_for(EmailPreferences, email_preferences)).where(email_preferences.c.user_id == _USER),
    EmailPreferences,
)
_COUNTS_CLICKS = Statement(
    select(email_preferences.c.click_counting)
    .select_from(users.join(email_preferences, email_preferences.c.user_id == users.c.id))
    .where(users.c.email == bindparam("address"))
)
_CHOICES = ("weekly_digest", "click_counting", "marketing")
_new = insert(email_preferences).values(
    user_id=_USER,
    **{name: bindparam(name) for name in _CHOICES},
    marketing_changed_at=bindparam("marketing_changed_at", type_=MOMENT),
    changed_at=bindparam("now", type_=MOMENT),
)
_SAVE = Statement(
    _new.on_conflict_do_update(
        index_elements=["user_id"],
        set_={name: _new.excluded[name] for name in (*_CHOICES, "marketing_changed_at", "changed_at")},
    )
)


class SqlEmailPreferences:
    """Preferences in the table `email_preferences`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def lock(self, user_id: UserId) -> EmailPreferences | None:
        """Return a user's preferences, and lock the user until the transaction ends; None for an anonymised user."""
        if await self._connection.value(_LOCK, user_id=user_id) is None:
            return None
        return await self.of_user(user_id)

    async def of_user(self, user_id: UserId) -> EmailPreferences:
        """Return a user's preferences; those of a user who has set none."""
        found = await self._connection.first(_OF_USER, user_id=user_id)
        return found or EmailPreferences(user_id=user_id, weekly_digest=False)

    async def counts_clicks(self, address: str) -> bool:
        """Tell whether the user with an address consents that clicks are counted."""
        return bool(await self._connection.value(_COUNTS_CLICKS, address=address))

    async def save(self, preferences: EmailPreferences, *, now: datetime) -> None:
        """Store a user's preferences."""
        values = {name: getattr(preferences, name) for name in ("user_id", *_CHOICES, "marketing_changed_at")}
        await self._connection.run(_SAVE, **values, now=now)
