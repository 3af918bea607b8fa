"""Importing roadmaps: a file becomes the next version of a roadmap, all of it or nothing."""

from datetime import datetime

from domain import publishing
from domain.entities import entity
from domain.idempotency import first_use
from domain.ids import ImportId, Mint, UserId
from domain.import_findings import ImportReport, content_hash, unchanged
from domain.imports import roadmap_drafts, roadmap_files
from domain.imports.roadmap_files import RoadmapFile
from domain.imports.roadmap_plans import RoadmapPlan
from domain.roadmaps import Roadmap, RoadmapVersion, VersionState
from domain.work import Work


@entity
class RoadmapImport:
    """What an import came to; the version is the one that holds the content, if any does."""

    report: ImportReport
    roadmap: Roadmap | None
    version: RoadmapVersion | None


async def import_roadmap(
    work: Work,
    *,
    text: str,
    author_id: UserId,
    now: datetime,
    mint: Mint,
    dry_run: bool = False,
    publish: bool = True,
) -> ImportReport:
    """Import a file as the next version of the author's roadmap with its slug, and publish that.

    Content that the newest version has already changes nothing. Raises InvalidInputError for a file beyond the
    size limit; every other fault is in the report.
    """
    done = await _import(
        work, text=text, author_id=author_id, now=now, mint=mint, dry_run=dry_run, publish=publish
    )
    return done.report


async def import_once(
    work: Work,
    *,
    text: str,
    author_id: UserId,
    now: datetime,
    mint: Mint,
    dry_run: bool,
    idempotency_key: str,
) -> RoadmapImport:
    """Import a file as a draft; the same key with the same file returns the same report.

    A dry run stores nothing, not even its key.
    """
    if dry_run:
        return await _import(work, text=text, author_id=author_id, now=now, mint=mint, dry_run=True)
    import_id = ImportId(mint("import"))
    earlier = await first_use(
        work.receipts,
        user_id=author_id,
        operation="importRoadmap",
        key=idempotency_key,
        given={"file": content_hash(text)},
        result_id=import_id,
        now=now,
    )
    known = await work.import_reports.by_id(ImportId(earlier), author_id=author_id) if earlier else None
    if known is not None:
        return await _again(work, known, text, author_id=author_id)
    done = await _import(work, text=text, author_id=author_id, now=now, mint=mint)
    await work.import_reports.add(import_id, done.report, author_id=author_id, now=now)
    return done


async def _import(
    work: Work,
    *,
    text: str,
    author_id: UserId,
    now: datetime,
    mint: Mint,
    dry_run: bool = False,
    publish: bool = False,
) -> RoadmapImport:
    file = roadmap_files.read(text)
    plan = file.plan
    roadmap = None
    if plan is not None and (dry_run or file.findings.refused):
        if await work.roadmaps.author_of_slug(plan.slug) not in {None, author_id}:
            _refuse_slug(file, plan)
    elif plan is not None:
        roadmap = await work.roadmaps.held(
            roadmap_drafts.new_roadmap(plan, author_id=author_id, now=now, mint=mint)
        )
        if roadmap.author_id != author_id:
            _refuse_slug(file, plan)
    report = file.findings.report(format=file.format, text=text, accepted=file.accepted, dry_run=dry_run)
    if plan is None or roadmap is None or file.findings.refused:
        return RoadmapImport(report=report, roadmap=None, version=None)
    return await _store(work, report, roadmap, plan, now=now, mint=mint, publish=publish)


async def _store(
    work: Work,
    report: ImportReport,
    roadmap: Roadmap,
    plan: RoadmapPlan,
    *,
    now: datetime,
    mint: Mint,
    publish: bool,
) -> RoadmapImport:
    """Store the plan as the draft of a roadmap that is held, unless the newest version has this content."""
    version = await work.roadmaps.newest_version(roadmap.id)
    if version is None or version.content_hash != report.content_hash:
        version = await roadmap_drafts.replace_draft(
            work, roadmap, version, plan, content_hash=report.content_hash, now=now, mint=mint
        )
    elif not publish or version.state is not VersionState.DRAFT:
        return RoadmapImport(report=unchanged(report), roadmap=roadmap, version=version)
    if publish and version.state is VersionState.DRAFT:
        release = await publishing.publish_draft(work.roadmaps, work.nodes, roadmap, now=now)
        return RoadmapImport(report=report, roadmap=release.roadmap, version=release.version)
    return RoadmapImport(report=report, roadmap=roadmap, version=version)


async def _again(work: Work, report: ImportReport, text: str, *, author_id: UserId) -> RoadmapImport:
    """Return what an import under the same key came to, as it stands now."""
    plan = roadmap_files.read(text).plan
    roadmap = await work.roadmaps.by_slug(plan.slug, viewer_id=author_id) if plan else None
    if roadmap is None or roadmap.author_id != author_id or report.refused:
        return RoadmapImport(report=report, roadmap=None, version=None)
    version = await work.roadmaps.version_of_content(roadmap.slug, report.content_hash)
    return RoadmapImport(report=report, roadmap=roadmap, version=version)


def _refuse_slug(file: RoadmapFile, plan: RoadmapPlan) -> None:
    file.findings.refuse(plan.slug_line, plan.slug, "another author's roadmap has this slug")
