"""Visibility of roadmaps: conditions on who sees, edits and reviews them."""

from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_

from domain.content.collaborators import CollaboratorRole
from domain.content.roadmaps import VersionState, Visibility
from persistence.statements import ID
from persistence.tables.content.collaborators import collaborators
from persistence.tables.content.roadmaps import enrolments, roadmap_versions, roadmaps, share_guests

_workers = collaborators.alias("workers")
viewer = bindparam("viewer_id", type_=ID)
"""The viewer; null for an anonymous caller."""


def _collaborates(of: Any, *roles: CollaboratorRole) -> ColumnElement[bool]:
    return (
        exists()
        .where(_workers.c.roadmap_id == of.c.id)
        .where(_workers.c.user_id == viewer)
        .where(_workers.c.accepted_at.is_not(None))
        .where(or_(*(_workers.c.role == role.value for role in roles)))
    )


def editable_roadmap(of: Any = roadmaps) -> ColumnElement[bool]:
    """Return the condition for roadmaps that the viewer writes: as author or as co-author."""
    return or_(of.c.author_id == viewer, _collaborates(of, CollaboratorRole.CO_AUTHOR))


def worked_on_roadmap(of: Any = roadmaps) -> ColumnElement[bool]:
    """Return the condition for roadmaps whose drafts the viewer reads, and whose evidence they review."""
    return or_(of.c.author_id == viewer, _collaborates(of, *CollaboratorRole))


def visible_roadmap() -> ColumnElement[bool]:
    """Return the condition for visible roadmaps: published and not private or shared, worked on, or enrolled in.

    A learner who left may come back, so their roadmap stays visible.
    """
    return or_(
        _is_public(),
        roadmaps.c.author_id == viewer,
        exists().where(enrolments.c.user_id == viewer).where(enrolments.c.roadmap_id == roadmaps.c.id),
        and_(
            roadmaps.c.current_version_id.is_not(None),
            exists()
            .where(share_guests.c.user_id == viewer)
            .where(share_guests.c.roadmap_id == roadmaps.c.id),
        ),
        _collaborates(roadmaps, *CollaboratorRole),
    )


def is_public_version() -> ColumnElement[bool]:
    """Return the condition for versions of a roadmap (joined) that every caller may see."""
    return and_(_is_public(), roadmap_versions.c.state != VersionState.DRAFT.value)


def _is_public() -> ColumnElement[bool]:
    return and_(roadmaps.c.visibility != Visibility.PRIVATE.value, roadmaps.c.current_version_id.is_not(None))


def visible_version() -> ColumnElement[bool]:
    """Return the condition for versions of a visible roadmap (joined); only who works on it may see drafts."""
    is_draft = roadmap_versions.c.state == VersionState.DRAFT.value
    return and_(visible_roadmap(), or_(~is_draft, worked_on_roadmap()))
