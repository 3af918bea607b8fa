"""Roadmap exports: an author takes the newest version of a roadmap out, as a file that can be imported."""

from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.content.roadmaps import Roadmap
from domain.errors import ForbiddenError, NotFoundError
from domain.ids import RoadmapId
from domain.imports.exports import json_files
from domain.imports.exports.exported_files import ExportedFile, ExportLosses
from domain.imports.work import ImportsWork


async def export_roadmap(work: ImportsWork, act: Act, *, roadmap_id: RoadmapId) -> ExportedFile:
    """Return the newest version of the actor's roadmap, a draft too, in our own format.

    Raises NotFoundError, or ForbiddenError where the roadmap is another author's.
    """
    (roadmap,) = await work.roadmaps.by_ids([roadmap_id], viewer_id=act.user_id)
    if roadmap is None:
        raise NotFoundError("There is no such roadmap.", field="roadmapId")
    if roadmap.author_id != act.user_id:
        raise ForbiddenError("Only the author may export a roadmap.", field="roadmapId")
    return await export_roadmap_as_operator(work, act, roadmap)


async def export_roadmap_as_operator(work: ImportsWork, act: Act, roadmap: Roadmap) -> ExportedFile:
    """Return the newest version of a roadmap, whoever is its author; raises NotFoundError where it has none."""
    version = await work.roadmaps.newest_version(roadmap.id)
    if version is None:
        raise NotFoundError(
            "The roadmap has no version that you may see; publish it first.", field="roadmapId"
        )
    (nodes,) = await work.nodes.of_versions([version.id], viewer_id=roadmap.author_id)
    steps = await work.nodes.outline(version.id)
    await audit.record(work.audit, act, AuditAction.ROADMAP_EXPORTED, target=roadmap.id)
    losses = ExportLosses()
    content = json_files.write_roadmap(
        roadmap,
        version,
        [(step.key, node, step.needs) for step, node in zip(steps, nodes, strict=True)],
    )
    return ExportedFile(
        name=f"{roadmap.slug}.json",
        media_type="application/json",
        content=content,
        losses=losses.listed(),
    )
