"""Creating roadmaps, and beginning the next draft of one that is published."""

from domain.acts import Act
from domain.authoring.drafts import Details, stored_node
from domain.authoring.node_checks import check_description, check_title
from domain.authoring.work import AuthoringWork
from domain.content.quizzes import SlugTakenError, checked_slug
from domain.content.releases.roadmap_rights import Right, locked
from domain.content.roadmap_nodes import ROOM, new_groups, node_id_of
from domain.content.roadmaps import Roadmap, RoadmapVersion, VersionState
from domain.entities import entity
from domain.errors import NotFoundError
from domain.idempotency import checked_key, first_use
from domain.ids import RoadmapId, RoadmapVersionId
from domain.refusals import all_at_once


@entity
class NewRoadmap:
    """A roadmap with its draft."""

    roadmap: Roadmap
    version: RoadmapVersion


async def create(work: AuthoringWork, act: Act, *, slug: str, details: Details, key: str) -> NewRoadmap:
    """Create a roadmap of the actor's with an empty draft; the same key returns what its first use created.

    Raises, all at once, InvalidInputErrors; SlugTakenError or IdempotencyKeyReusedError.
    """
    with all_at_once() as each:
        with each:
            checked_slug(slug, field="slug")
        with each:
            check_title(details.title, "title")
        with each:
            check_description(details.description, "description")
        with each:
            key = checked_key(key)
    roadmap = Roadmap(
        id=RoadmapId(act.mint("roadmap")),
        slug=slug,
        title=details.title,
        description=details.description,
        author_id=act.user_id,
        visibility=details.visibility,
        current_version_id=None,
        created_at=act.now,
    )
    given = {"slug": slug, "title": details.title, "description": details.description}
    earlier = await first_use(
        work.receipts,
        act,
        operation="createRoadmap",
        key=key,
        given=given | {"visibility": details.visibility.value},
        result_id=roadmap.id,
    )
    if earlier is not None:
        return await created(work, act, RoadmapId(earlier))
    if (await work.roadmaps.get_or_create_locked(roadmap)).id != roadmap.id:
        raise SlugTakenError("Another roadmap has this slug; choose another one.", field="slug")
    version = new_draft(act, roadmap, number=1)
    await work.roadmaps.add_version(version)
    return NewRoadmap(roadmap=roadmap, version=version)


async def start_draft(work: AuthoringWork, act: Act, *, roadmap_id: RoadmapId) -> NewRoadmap:
    """Begin a draft that is a copy of the current version, or of the newest; a roadmap with a draft keeps that.

    Raises NotFoundError or ForbiddenError.
    """
    roadmap = await locked(work, act, roadmap_id, Right.EDIT)
    newest = await work.roadmaps.newest_version(roadmap.id)
    if newest is not None and newest.state is VersionState.DRAFT:
        return NewRoadmap(roadmap=roadmap, version=newest)
    base = newest
    if roadmap.current_version_id is not None:
        (base,) = await work.roadmaps.versions_by_ids([roadmap.current_version_id], viewer_id=act.user_id)
    version = new_draft(
        act,
        roadmap,
        number=newest.number + 1 if newest else 1,
        upstream=None if base is None else base.upstream_version_id,
    )
    await work.roadmaps.add_version(version)
    if base is not None:
        await copy(work, base, version)
    return NewRoadmap(roadmap=roadmap, version=version)


def new_draft(
    act: Act, roadmap: Roadmap, *, number: int, upstream: RoadmapVersionId | None = None
) -> RoadmapVersion:
    """Return an empty draft of a roadmap; `upstream` is the version of its origin that it has taken in."""
    return RoadmapVersion(
        id=RoadmapVersionId(act.mint("roadmapversion")),
        roadmap_id=roadmap.id,
        number=number,
        state=VersionState.DRAFT,
        title=roadmap.title,
        description=roadmap.description,
        visibility=roadmap.visibility,
        content_hash="",
        created_at=act.now,
        published_at=None,
        upstream_version_id=upstream,
    )


async def copy(work: AuthoringWork, base: RoadmapVersion, version: RoadmapVersion) -> None:
    """Store the nodes of one version, with their prerequisites, as those of another."""
    lineages = {place.key: place.lineage_id for place in await work.drafts.places(base.id)}
    written = await work.drafts.nodes(base.id, None)
    ids = {node.key: node_id_of(version.id, lineages[node.key]) for node in written}
    nodes = [
        stored_node(node, version.id, lineages[node.key], id_=ids[node.key], position=place * ROOM)
        for place, node in enumerate(written, start=1)
    ]
    groups = [group for node in written for group in new_groups(ids[node.key], node.needs, lineages)]
    await work.nodes.add(nodes, groups)


async def created(work: AuthoringWork, act: Act, roadmap_id: RoadmapId) -> NewRoadmap:
    """Return a roadmap of the actor's that an earlier request created; raises NotFoundError where it is gone."""
    (roadmap,) = await work.roadmaps.by_ids([roadmap_id], viewer_id=act.user_id)
    version = None if roadmap is None else await work.roadmaps.newest_version(roadmap.id)
    if roadmap is None or version is None:
        raise NotFoundError(
            "The roadmap that this key created is gone; make a new key to create another one.",
            field="idempotencyKey",
        )
    return NewRoadmap(roadmap=roadmap, version=version)
