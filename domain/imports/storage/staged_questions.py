"""Staged questions: stores what a file of questions held, all of it in the transaction of the caller."""

from domain.acts import Act
from domain.content.exam_types import ExamDomain
from domain.content.quizzes import NewQuiz
from domain.entities import entity
from domain.ids import ExamTypeId, ImportId
from domain.imports.question_drafts import ExamTypeDraft, FileQuiz, QuestionDraft
from domain.imports.question_files import FORMAT
from domain.imports.reports import Finding, Findings, ImportOutcome
from domain.imports.runs.imports import Ending, Import, ImportOptions, StagedItem, StagedKind
from domain.imports.storage import lost_feedback, quiz_ids, quiz_plans, staged_drafts, staged_media
from domain.imports.work import ImportsWork

AT_ONCE = 500
"""How many questions are read, and stored by one statement."""
MOST_QUIZZES = 1_000
"""How many quizzes one file makes at most: 50 000 questions need 250."""
_NOTHING = Finding(line=1, item="file", reason="It holds no question that can be imported.")


@entity
class _Plan:
    """The part of a file that is not stored yet, without its questions."""

    draft: ExamTypeDraft
    asked: dict[str, list[str]]
    new: list[tuple[FileQuiz, str]]


async def keep(work: ImportsWork, act: Act, known: Import, options: ImportOptions) -> Ending:
    """Store the staged questions and publish the quizzes, or nothing; `act` is the author's.

    A refused item refuses the file, unless the options keep what is good. Raises SlugTakenError in a race for a slug.
    """
    if known.refused_count and not options.keep_good:
        return Ending(outcome=ImportOutcome.REFUSED, accepted=known.accepted)
    if not known.accepted:
        await work.imports.add_findings(known.id, refused=[_NOTHING], losses=[])
        return Ending(outcome=ImportOutcome.REFUSED, accepted=0)
    findings = Findings()
    draft = await _exam_type(work, known.id)
    names_all = known.format == FORMAT
    stored, missing = await quiz_plans.missing_domains(work, act, draft, findings, names_all=names_all)
    refuses_domains = bool(findings.refused)
    plan = await _planned(work, act, known.id, draft, findings)
    if names_all and plan.new:
        await _note_lost_feedback(work, act, known.id, plan, findings)
    await work.imports.add_findings(known.id, refused=findings.refused, losses=findings.losses)
    if refuses_domains or (findings.refused and not options.keep_good):
        return Ending(outcome=ImportOutcome.REFUSED, accepted=known.accepted)
    if options.dry_run:
        return Ending(outcome=ImportOutcome.DRY_RUN, accepted=known.accepted)
    exam_type, domains = await quiz_plans.ready_exam_type(work, act, draft, stored, missing)
    added = await _add_questions(work, act, known.id, domains)
    await _publish(work, act, plan, exam_type.id)
    is_new = stored is None or missing or added or plan.new
    outcome = ImportOutcome.STORED if is_new else ImportOutcome.UNCHANGED
    return Ending(outcome=outcome, accepted=known.accepted)


async def _exam_type(work: ImportsWork, import_id: ImportId) -> ExamTypeDraft:
    (item,) = await work.imports.staged(import_id, StagedKind.EXAM_TYPE, after=-1, most=1)
    return staged_drafts.exam_type(item.content)


async def _planned(
    work: ImportsWork, act: Act, import_id: ImportId, draft: ExamTypeDraft, findings: Findings
) -> _Plan:
    items = await work.imports.staged(import_id, StagedKind.QUIZ, after=-1, most=MOST_QUIZZES)
    drafts = await quiz_plans.with_free_slugs(
        work, act, [staged_drafts.quiz(item.content["quiz"]) for item in items]
    )
    asked = [(quiz, item.content["questions"]) for quiz, item in zip(drafts, items, strict=True)]
    new = await quiz_plans.new_quizzes(work, act, asked, findings, exam_type=draft.code)
    return _Plan(draft=draft, asked={quiz.slug: hashes for quiz, hashes in asked}, new=new)


async def _note_lost_feedback(
    work: ImportsWork, act: Act, import_id: ImportId, plan: _Plan, findings: Findings
) -> None:
    names = await lost_feedback.at_risk(work, act, [quiz.slug for quiz, _ in plan.new])
    after = -1
    while names:
        items = await work.imports.staged(import_id, StagedKind.QUESTION, after=after, most=AT_ONCE)
        if not items:
            return
        after = items[-1].place
        lost_feedback.note(names, [_draft(item) for item in items], findings)


async def _add_questions(
    work: ImportsWork, act: Act, import_id: ImportId, domains: dict[str, ExamDomain]
) -> int:
    """Store the questions that are new with their images, batch by batch; return how many these are."""
    added, after = 0, -1
    media = await staged_media.of_import(work, import_id)
    while True:
        items = await work.imports.staged(import_id, StagedKind.QUESTION, after=after, most=AT_ONCE)
        if not items:
            await work.imports.add_findings(import_id, refused=[], losses=media.missing)
            return added
        after = items[-1].place
        hashes = [item.content_hash for item in items]
        known = await work.questions.ids_by_hashes(hashes, author_id=act.user_id)
        missing = [item for item, stored in zip(items, known, strict=True) if stored is None]
        new = [
            quiz_ids.question(act, _draft(item), item.content_hash, domain=domains[item.content["domain"]])
            for item in missing
        ]
        ids = await work.questions.add(new)
        uses = [media.uses(item, stored) for item, stored in zip(missing, ids, strict=True)]
        await work.media.use([use for each in uses for use in each])
        added += len(new)


def _draft(item: StagedItem) -> QuestionDraft:
    return staged_drafts.question(item.line, item.content)


async def _publish(work: ImportsWork, act: Act, plan: _Plan, exam_type_id: ExamTypeId) -> None:
    """Publish the quizzes whose content is new; concurrent imports lock the slugs in the same order."""
    for draft, content in sorted(plan.new, key=_slug):
        ids = await work.questions.ids_by_hashes(plan.asked[draft.slug], author_id=act.user_id)
        question_ids = [each for each in ids if each is not None]
        made = quiz_ids.quiz(act, draft, exam_type_id, question_count=len(question_ids))
        await work.quizzes.publish(
            NewQuiz(quiz=made, question_ids=question_ids, content_hash=content), now=act.now
        )


def _slug(new: tuple[FileQuiz, str]) -> str:
    return new[0].slug
