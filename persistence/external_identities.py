"""External identities and sign-in flows in Postgres."""

from datetime import datetime

import asyncpg
from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    insert,
    select,
)

from domain.external_identities import Flow, IdentityTakenError
from domain.ids import UserId
from persistence.base import ID, Statement, columns_for, metadata
from persistence.engine import Connection

_MOMENT = DateTime(timezone=True)

external_identities = Table(
    "external_identities",
    metadata,
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("linked_at", _MOMENT, nullable=False),
    PrimaryKeyConstraint("issuer", "subject"),
    UniqueConstraint("user_id", "issuer"),
)
sign_in_flows = Table(
    "sign_in_flows",
    metadata,
    Column("state_digest", Text(collation="C"), primary_key=True),
    Column("secret_digest", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("expires_at", _MOMENT, nullable=False),
    Index("sign_in_flows_expires_at_idx", "expires_at"),
)

_USER_OF = Statement(
    select(external_identities.c.user_id)
    .where(external_identities.c.issuer == bindparam("issuer"))
    .where(external_identities.c.subject == bindparam("subject"))
)
_LINK = Statement(
    insert(external_identities).values({c.name: bindparam(c.name) for c in external_identities.c})
)
_UNLINK = Statement(delete(external_identities).where(external_identities.c.user_id == bindparam("user_id")))
_BEGIN = Statement(insert(sign_in_flows).values({c.name: bindparam(c.name) for c in sign_in_flows.c}))
_FINISH = Statement(
    delete(sign_in_flows)
    .where(sign_in_flows.c.state_digest == bindparam("state_digest"))
    .where(sign_in_flows.c.secret_digest == bindparam("secret_digest"))
    .where(sign_in_flows.c.expires_at > bindparam("now", type_=_MOMENT))
    .returning(*columns_for(Flow, sign_in_flows)),
    Flow,
)
_FORGET = Statement(
    delete(sign_in_flows).where(sign_in_flows.c.expires_at <= bindparam("now", type_=_MOMENT))
)


class SqlExternalIdentities:
    """Identities in the table `external_identities`, flows in `sign_in_flows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def user_of(self, issuer: str, subject: str) -> UserId | None:
        """Return whose identity it is."""
        found: UserId | None = await self._connection.value(_USER_OF, issuer=issuer, subject=subject)
        return found

    async def link(self, user_id: UserId, *, issuer: str, subject: str, now: datetime) -> None:
        """Give an identity to an account; the two unique constraints decide."""
        try:
            await self._connection.run(_LINK, user_id=user_id, issuer=issuer, subject=subject, linked_at=now)
        except asyncpg.UniqueViolationError as clash:
            if clash.constraint_name == "external_identities_pkey":
                raise IdentityTakenError(
                    "This identity belongs to another account; sign in with it."
                ) from None
            if clash.constraint_name == "external_identities_user_id_issuer_key":
                raise IdentityTakenError(
                    "Your account is linked to another identity of this provider; sign in with that one."
                ) from None
            raise

    async def unlink(self, user_id: UserId) -> None:
        """Remove all identities of an account."""
        await self._connection.run(_UNLINK, user_id=user_id)

    async def begin(self, flow: Flow) -> None:
        """Store a flow."""
        await self._connection.run(
            _BEGIN,
            state_digest=flow.state_digest,
            secret_digest=flow.secret_digest,
            redirect_uri=flow.redirect_uri,
            expires_at=flow.expires_at,
        )

    async def finish(self, *, state_digest: str, secret_digest: str, now: datetime) -> Flow | None:
        """Delete a flow that is still good and return it."""
        return await self._connection.first(
            _FINISH, state_digest=state_digest, secret_digest=secret_digest, now=now
        )

    async def forget(self, *, now: datetime) -> None:
        """Delete the flows that are too old."""
        await self._connection.run(_FORGET, now=now)
