"""External identities and sign-in flows in Postgres."""

from datetime import datetime

import asyncpg
from sqlalchemy import bindparam, delete, insert, select

from domain.authentication.external_identities import IdentityTakenError, SignInFlow
from domain.ids import UserId
from persistence.database import SqlConnection
from persistence.statements import MOMENT, Statement, columns_for
from persistence.tables.authentication.external_identities import external_identities, sign_in_flows

_USER_OF = Statement(
    select(external_identities.c.user_id)
    .where(external_identities.c.issuer == bindparam("issuer"))
    .where(external_identities.c.subject == bindparam("subject"))
)
_LINK = Statement(
    insert(external_identities).values({c.name: bindparam(c.name) for c in external_identities.c})
)
_BEGIN = Statement(insert(sign_in_flows).values({c.name: bindparam(c.name) for c in sign_in_flows.c}))
_FINISH = Statement(
    delete(sign_in_flows)
    .where(sign_in_flows.c.state_digest == bindparam("state_digest"))
    .where(sign_in_flows.c.secret_digest == bindparam("secret_digest"))
    .where(sign_in_flows.c.expires_at > bindparam("now", type_=MOMENT))
    .returning(*columns_for(SignInFlow, sign_in_flows)),
    SignInFlow,
)
_FORGET = Statement(delete(sign_in_flows).where(sign_in_flows.c.expires_at <= bindparam("now", type_=MOMENT)))


class SqlExternalIdentities:
    """Identities in the table `external_identities`, flows in `sign_in_flows`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def user_of(self, issuer: str, subject: str) -> UserId | None:
        """Return the user to whom the identity is linked."""
        found: UserId | None = await self._connection.value(_USER_OF, issuer=issuer, subject=subject)
        return found

    async def link(self, user_id: UserId, *, issuer: str, subject: str, now: datetime) -> None:
        """Link an identity to an account; the two unique constraints decide."""
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

    async def begin(self, flow: SignInFlow) -> None:
        """Store a flow."""
        await self._connection.run(
            _BEGIN,
            state_digest=flow.state_digest,
            secret_digest=flow.secret_digest,
            redirect_uri=flow.redirect_uri,
            expires_at=flow.expires_at,
        )

    async def finish(self, *, state_digest: str, secret_digest: str, now: datetime) -> SignInFlow | None:
        """Delete a valid flow and return it."""
        return await self._connection.first(
            _FINISH, state_digest=state_digest, secret_digest=secret_digest, now=now
        )

    async def forget(self, *, now: datetime) -> None:
        """Delete expired flows."""
        await self._connection.run(_FORGET, now=now)
