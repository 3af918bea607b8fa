"""Roadmap imports: a file becomes the next version of a roadmap, all of it or nothing."""

from domain.acts import Act
from domain.content.releases import publishing
from domain.content.roadmaps import Roadmap, RoadmapVersion, VersionState
from domain.content.validation import quiz_flaws
from domain.entities import entity
from domain.idempotency import checked_key, first_use
from domain.ids import ImportId, UserId
from domain.imports import roadmap_drafts, roadmap_files
from domain.imports.reports import ImportKind, ImportOutcome, ImportReport, content_hash, unchanged
from domain.imports.roadmap_plans import RoadmapFile, RoadmapPlan
from domain.imports.work import ImportsWork
from domain.refusals import all_at_once


@entity
class RoadmapImport:
    """The result of an import; `version` is the one that has the content, if any."""

    report: ImportReport
    roadmap: Roadmap | None
    version: RoadmapVersion | None


async def import_roadmap(
    work: ImportsWork, act: Act, *, text: str, dry_run: bool = False, publish: bool = True
) -> ImportReport:
    """Import a file as the next version of the actor's roadmap with its slug, and publish that.

    Content that the newest version already has changes nothing. Raises InvalidInputError for a file beyond the
    size limit; every other fault is in the report.
    """
    file = roadmap_files.read(text)
    done = await import_file(
        work, act, file, content_hash=content_hash(text), dry_run=dry_run, publish=publish
    )
    return done.report


async def import_once(
    work: ImportsWork, act: Act, *, text: str, dry_run: bool, idempotency_key: str
) -> RoadmapImport:
    """Import a file as a draft; the same key with the same file returns the same report.

    A dry run stores nothing, not even its key.
    """
    if dry_run:
        return await import_file(
            work, act, roadmap_files.read(text), content_hash=content_hash(text), dry_run=True
        )
    with all_at_once() as each:
        with each:
            idempotency_key = checked_key(idempotency_key)
        roadmap_files.check_length(text)
    import_id = ImportId(act.mint("import"))
    earlier = await first_use(
        work.receipts,
        act,
        operation="importRoadmap",
        key=idempotency_key,
        given={"file": content_hash(text)},
        result_id=import_id,
    )
    known = await work.import_reports.by_id(ImportId(earlier), author_id=act.user_id) if earlier else None
    if known is not None:
        return await _earlier_import(work, known, text, author_id=act.user_id)
    done = await import_file(work, act, roadmap_files.read(text), content_hash=content_hash(text))
    await work.import_reports.add(
        import_id, done.report, kind=ImportKind.ROADMAP, author_id=act.user_id, now=act.now
    )
    return done


async def import_file(
    work: ImportsWork,
    act: Act,
    file: RoadmapFile,
    *,
    content_hash: str,
    dry_run: bool = False,
    publish: bool = False,
) -> RoadmapImport:
    """Store what was read of a file as a draft, and publish that if asked to; all of it or nothing."""
    plan = file.plan
    roadmap = None
    if plan is not None:
        await _refuse_quizzes(work, act, file, plan)
    if plan is not None and (dry_run or file.findings.refused):
        if await work.roadmaps.author_of_slug(plan.slug) not in {None, act.user_id}:
            _refuse_slug(file, plan)
    elif plan is not None:
        roadmap = await work.roadmaps.get_or_create_locked(roadmap_drafts.new_roadmap(act, plan))
        if roadmap.author_id != act.user_id:
            _refuse_slug(file, plan)
    report = file.findings.report(
        format=file.format, content_hash=content_hash, accepted=file.accepted, dry_run=dry_run
    )
    if plan is None or roadmap is None or file.findings.refused:
        return RoadmapImport(report=report, roadmap=None, version=None)
    return await _store(work, act, report, roadmap, plan, publish=publish)


async def _store(
    work: ImportsWork, act: Act, report: ImportReport, roadmap: Roadmap, plan: RoadmapPlan, *, publish: bool
) -> RoadmapImport:
    """Store the plan as the draft of a locked roadmap, unless the newest version has this content."""
    version = await work.roadmaps.newest_version(roadmap.id)
    if version is None or not await _has(work, roadmap, version, report, plan):
        version = await roadmap_drafts.replace_draft(
            work, act, roadmap, version, plan, content_hash=report.content_hash
        )
    elif not publish or version.state is not VersionState.DRAFT:
        return RoadmapImport(report=unchanged(report), roadmap=roadmap, version=version)
    if publish and version.state is VersionState.DRAFT:
        release = await publishing.publish_draft(work, roadmap, now=act.now)
        return RoadmapImport(report=report, roadmap=release.roadmap, version=release.version)
    return RoadmapImport(report=report, roadmap=roadmap, version=version)


async def _has(
    work: ImportsWork, roadmap: Roadmap, version: RoadmapVersion, report: ImportReport, plan: RoadmapPlan
) -> bool:
    """Tell whether the newest version has the content of the file; a draft may have it by its edits."""
    if version.content_hash == report.content_hash:
        return True
    return version.state is VersionState.DRAFT and await roadmap_drafts.holds(work, roadmap, version, plan)


async def _earlier_import(
    work: ImportsWork, report: ImportReport, text: str, *, author_id: UserId
) -> RoadmapImport:
    """Return the result of an import under the same key, as it is now."""
    plan = roadmap_files.read(text).plan
    roadmap = await work.roadmaps.by_slug(plan.slug, viewer_id=author_id) if plan else None
    if roadmap is None or roadmap.author_id != author_id or report.refused:
        return RoadmapImport(report=report, roadmap=None, version=None)
    version = await work.roadmaps.version_of_content(roadmap.slug, report.content_hash)
    if version is None and report.outcome is ImportOutcome.UNCHANGED:
        version = await work.roadmaps.newest_version(roadmap.id)
    return RoadmapImport(report=report, roadmap=roadmap, version=version)


async def _refuse_quizzes(work: ImportsWork, act: Act, file: RoadmapFile, plan: RoadmapPlan) -> None:
    """Refuse nodes whose quiz publishing would refuse."""
    nodes = {node.key: node for node in plan.nodes}
    steps = [node.step for node in plan.nodes]
    for flaw in await quiz_flaws(work.quizzes, steps, author_id=act.user_id, now=act.now):
        node = nodes[flaw.key]
        file.findings.refuse(node.quiz_line or node.line, node.key, flaw.message, (*node.path, "quiz"))


def _refuse_slug(file: RoadmapFile, plan: RoadmapPlan) -> None:
    file.findings.refuse(plan.slug_line, plan.slug, "another author's roadmap has this slug")
