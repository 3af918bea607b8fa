"""Share links of roadmaps in Postgres: a link is a row, and its guests go with it."""

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from domain.ids import RoadmapId, UserId
from persistence.database import SqlConnection
from persistence.statements import ID, MOMENT, Statement
from persistence.tables.content.roadmaps import share_guests, share_links

_REMOVE = Statement(
    delete(share_links)
    .where(share_links.c.roadmap_id == bindparam("of_roadmap"))
    .returning(share_links.c.roadmap_id)
)
_ADD = Statement(insert(share_links).values({c.name: bindparam(c.name) for c in share_links.c}))
_found = (
    select(share_links.c.roadmap_id, bindparam("user_id", type_=ID), bindparam("now", type_=MOMENT))
    .where(share_links.c.secret_hash == bindparam("secret_hash", type_=ID))
    .with_for_update(read=True, key_share=True)
)
_ADMIT = Statement(
    upsert(share_guests)
    .from_select(["roadmap_id", "user_id", "opened_at"], _found)
    .on_conflict_do_update(
        index_elements=["roadmap_id", "user_id"], set_={"opened_at": share_guests.c.opened_at}
    )
    .returning(share_guests.c.roadmap_id)
)


class SqlShareLinks:
    """Links in the table `share_links`, and who opened them in `share_guests`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def replace(self, roadmap_id: RoadmapId, secret_hash: str, *, now: datetime) -> None:
        """Store the link of a roadmap in place of the one before."""
        await self.remove(roadmap_id)
        await self._connection.run(_ADD, roadmap_id=roadmap_id, secret_hash=secret_hash, created_at=now)

    async def remove(self, roadmap_id: RoadmapId) -> bool:
        """Remove the link of a roadmap with its guests; tells whether there was one."""
        return await self._connection.value(_REMOVE, of_roadmap=roadmap_id) is not None

    async def admit(self, secret_hash: str, *, user_id: UserId, now: datetime) -> RoadmapId | None:
        """Make a user a guest of the link with this secret; return its roadmap, None for an unknown secret."""
        found: RoadmapId | None = await self._connection.value(
            _ADMIT, secret_hash=secret_hash, user_id=user_id, now=now
        )
        return found
