"""Forks: a roadmap of one's own that begins as a copy of another, and goes on with its lineages."""

from domain.acts import Act
from domain.authoring import roadmap_creation
from domain.authoring.roadmap_creation import NewRoadmap
from domain.authoring.work import AuthoringWork
from domain.content.quizzes import LONGEST_SLUG, SlugTakenError, checked_slug
from domain.content.roadmaps import Roadmap
from domain.entities import entity
from domain.errors import DomainError, NotFoundError
from domain.idempotency import checked_key, first_use
from domain.ids import RoadmapId
from domain.refusals import all_at_once

_ID_IN_SLUG = 10
"""How many characters of its id make the slug of a fork another one than that of its origin."""


class NothingToForkError(DomainError):
    """The roadmap has no published version."""

    code = "NOTHING_TO_FORK"


@entity
class _Given:
    """What a fork is made from."""

    origin: Roadmap
    slug: str


async def fork(
    work: AuthoringWork, act: Act, *, roadmap_id: RoadmapId, slug: str | None, key: str
) -> NewRoadmap:
    """Copy the current version of a roadmap that the actor may see into the draft of a roadmap of their own.

    The nodes keep their lineages. Raises, all at once, InvalidInputErrors; NotFoundError, NothingToForkError,
    SlugTakenError or IdempotencyKeyReusedError.
    """
    with all_at_once() as each:
        with each:
            if slug is not None:
                checked_slug(slug, field="slug")
        with each:
            key = checked_key(key)
    new_id = RoadmapId(act.mint("roadmap"))
    earlier = await first_use(
        work.receipts,
        act,
        operation="forkRoadmap",
        key=key,
        given={"roadmapId": roadmap_id, "slug": slug},
        result_id=new_id,
    )
    if earlier is not None:
        return await roadmap_creation.created(work, act, RoadmapId(earlier))
    (origin,) = await work.roadmaps.by_ids([roadmap_id], viewer_id=act.user_id)
    if origin is None:
        raise NotFoundError("There is no such roadmap.", field="roadmapId")
    return await _forked(work, act, _Given(origin=origin, slug=slug or _slug_of(origin, new_id)), new_id)


async def _forked(work: AuthoringWork, act: Act, given: _Given, new_id: RoadmapId) -> NewRoadmap:
    origin = given.origin
    current = origin.current_version_id
    (base,) = (
        [None] if current is None else await work.roadmaps.versions_by_ids([current], viewer_id=act.user_id)
    )
    if base is None:
        raise NothingToForkError(
            "This roadmap has no published version; fork it when it has one.", field="roadmapId"
        )
    roadmap = Roadmap(
        id=new_id,
        slug=given.slug,
        title=base.title,
        description=base.description,
        author_id=act.user_id,
        visibility=origin.visibility,
        current_version_id=None,
        created_at=act.now,
        forked_from_id=origin.id,
    )
    if (await work.roadmaps.get_or_create_locked(roadmap)).id != roadmap.id:
        raise SlugTakenError("Another roadmap has this slug; choose another one.", field="slug")
    version = roadmap_creation.new_draft(act, roadmap, number=1, upstream=base.id)
    await work.roadmaps.add_version(version)
    await work.nodes.inherit(roadmap.id, base.id)
    await roadmap_creation.copy(work, base, version)
    return NewRoadmap(roadmap=roadmap, version=version)


def _slug_of(origin: Roadmap, new_id: RoadmapId) -> str:
    """Return the slug of the origin with an end of its own."""
    end = new_id[-_ID_IN_SLUG:].lower()
    return f"{origin.slug[: LONGEST_SLUG - len(end) - 1].rstrip('-')}-{end}"
