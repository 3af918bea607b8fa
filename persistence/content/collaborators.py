"""Collaborators in Postgres; an invitation is a row that was not accepted yet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Select, and_, any_, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.content.collaborators import Collaborator, CollaboratorRole
from domain.ids import CollaboratorId, RoadmapId, UserId
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.paging import Pages, PagesPerKey, parent_key
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT, Statement, by_key, columns_for
from persistence.tables.content.collaborators import collaborators
from persistence.tables.content.roadmap_visibility import viewer, worked_on_roadmap
from persistence.tables.content.roadmaps import roadmaps

_made = maker(Collaborator, role=member_of(CollaboratorRole))
_columns = columns_for(Collaborator, collaborators, roadmap_title=roadmaps.c.title)
_since = bindparam("since", type_=MOMENT)
_is_open = or_(collaborators.c.accepted_at.is_not(None), collaborators.c.invited_at > _since)
_mine = collaborators.c.user_id == viewer
_told = or_(collaborators.c.accepted_at.is_not(None), ~collaborators.c.by_email)
_placed = collaborators.join(roadmaps, collaborators.c.roadmap_id == roadmaps.c.id)


def _found(*columns: Any) -> Select[Any]:
    return select(*columns).select_from(_placed).where(_is_open)


_ROLE_OF = Statement(
    select(collaborators.c.role)
    .where(collaborators.c.roadmap_id == bindparam("roadmap_id"))
    .where(collaborators.c.user_id == bindparam("user_id"))
    .where(collaborators.c.accepted_at.is_not(None)),
    CollaboratorRole,
)
_COUNT = Statement(
    select(func.count())
    .select_from(collaborators)
    .where(collaborators.c.roadmap_id == bindparam("roadmap_id"))
    .where(_is_open)
)
_NAMES = [c.name for c in collaborators.c]
_IS_KNOWN = Statement(
    select(collaborators.c.id)
    .where(collaborators.c.roadmap_id == bindparam("roadmap_id"))
    .where(collaborators.c.user_id == bindparam("user_id"))
    .where(_is_open)
)
_added = insert(collaborators).values({name: bindparam(name) for name in _NAMES})
_renewed = {
    name: func.coalesce(collaborators.c[name], _added.excluded[name])
    if name == "accepted_at"
    else _added.excluded[name]
    for name in _NAMES
    if name not in {"id", "roadmap_id", "user_id"}
}
_INVITE = Statement(
    _added.on_conflict_do_update(constraint="collaborators_roadmap_id_user_id_key", set_=_renewed)
)
_ACCEPT = Statement(
    update(collaborators)
    .where(collaborators.c.id == bindparam("collaborator_id"))
    .where(collaborators.c.user_id == bindparam("of_user"))
    .where(_is_open)
    .values(accepted_at=func.coalesce(collaborators.c.accepted_at, bindparam("now", type_=MOMENT)))
)
_REMOVE = Statement(delete(collaborators).where(collaborators.c.id == bindparam("collaborator_id")))
_BY_IDS = Statement(
    _found(*_columns)
    .where(collaborators.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(or_(_mine, and_(worked_on_roadmap(), _told))),
    _made,
)
_OF_ROADMAPS = PagesPerKey(
    _found(*_columns).where(collaborators.c.roadmap_id == parent_key).where(worked_on_roadmap()).where(_told),
    order=[collaborators.c.id],
    make=_made,
    key_of=lambda found: (found.id,),
    name="collaborators",
)
_OF_USER = Pages(
    _found(*_columns).where(_mine),
    order=[collaborators.c.id],
    descending=True,
    make=_made,
    key_of=lambda found: (found.id,),
    name="collaborations",
)


class SqlCollaborators:
    """Collaborators in the table `collaborators`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def role_of(self, roadmap_id: RoadmapId, user_id: UserId) -> CollaboratorRole | None:
        """Return the role that a user has accepted."""
        return await self._connection.first(_ROLE_OF, roadmap_id=roadmap_id, user_id=user_id)

    async def count(self, roadmap_id: RoadmapId, *, since: datetime) -> int:
        """Return how many collaborators, and invitations since a moment, a roadmap has."""
        return int(await self._connection.value(_COUNT, roadmap_id=roadmap_id, since=since))

    async def invite(self, collaborator: Collaborator, *, since: datetime) -> bool:
        """Store an invitation in place of one that is open; the roadmap is locked."""
        values = {name: getattr(collaborator, name) for name in _NAMES}
        known = await self._connection.value(
            _IS_KNOWN, roadmap_id=collaborator.roadmap_id, user_id=collaborator.user_id, since=since
        )
        await self._connection.run(_INVITE, **values | {"role": collaborator.role.value})
        return known is None

    async def accept(
        self, collaborator_id: CollaboratorId, *, user_id: UserId, now: datetime, since: datetime
    ) -> Collaborator | None:
        """Accept an invitation of the user's."""
        await self._connection.run(
            _ACCEPT, collaborator_id=collaborator_id, of_user=user_id, now=now, since=since
        )
        (found,) = await self.by_ids([collaborator_id], viewer_id=user_id, since=since)
        return found if found is not None and found.user_id == user_id else None

    async def remove(self, collaborator_id: CollaboratorId) -> None:
        """Remove a collaborator, or an invitation."""
        await self._connection.run(_REMOVE, collaborator_id=collaborator_id)

    async def by_ids(
        self, ids: Sequence[CollaboratorId], *, viewer_id: UserId, since: datetime
    ) -> list[Collaborator | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=list(ids), viewer_id=viewer_id, since=since)
        return by_key(ids, found, lambda each: each.id)

    async def of_roadmaps(
        self, ids: list[RoadmapId], window: Window, *, viewer_id: UserId | None, since: datetime
    ) -> list[Page[Collaborator]]:
        """Return a page of the collaborators of each roadmap, in the order of their invitations."""
        return await _OF_ROADMAPS.read(self._connection, ids, window, viewer_id=viewer_id, since=since)

    async def of_user(self, window: Window, *, viewer_id: UserId, since: datetime) -> Page[Collaborator]:
        """Return the viewer's own, the newest first."""
        return await _OF_USER.read(self._connection, window, viewer_id=viewer_id, since=since)
