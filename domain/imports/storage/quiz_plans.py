"""Plans of question imports: what a file would add to the stored content, and adding it. Questions never change."""

from dataclasses import replace

from domain.accounts.users import Role
from domain.acts import Act
from domain.content.exam_types import MOST_DOMAINS, MOST_EXAM_TYPES, ExamDomain, ExamType
from domain.content.quizzes import NewQuiz, SlugTakenError
from domain.content.releases.ownership import may_change
from domain.entities import entity
from domain.ids import QuestionId
from domain.imports.question_drafts import (
    DomainDraft,
    ExamTypeDraft,
    FileQuiz,
    QuestionDraft,
    QuestionFile,
    content_hash,
    quiz_hash,
)
from domain.imports.question_files import FORMAT
from domain.imports.reports import Findings
from domain.imports.storage import lost_feedback, quiz_ids
from domain.imports.storage.quiz_titles import slug_of_author
from domain.imports.work import ImportsWork

_NOT_YOURS = (
    "The exam type {code} is another author's and has no such domain; use one of its domains, an exam type of "
    "your own, or ask its author or a moderator to add the domain."
)
_CLOSED = (
    "closesAt has passed, so nobody could take the quiz; give a later moment, or withdraw the quiz instead."
)


@entity
class QuizPlan:
    """The part of a file that is not stored yet; `known` and `hashes` have one slot per question of the file."""

    file: QuestionFile
    exam_type: ExamType | None
    domains: list[DomainDraft]
    hashes: list[str]
    known: list[QuestionId | None]
    quizzes: list[tuple[FileQuiz, str]]

    @property
    def nothing_new(self) -> bool:
        """Whether all of the file is stored already."""
        return self.exam_type is not None and not (self.domains or self.quizzes or None in self.known)


async def plan(work: ImportsWork, act: Act, file: QuestionFile, findings: Findings) -> QuizPlan:
    """Compare a file of the actor's with what is stored; conflicts go to `findings`."""
    code = file.exam_type.code
    hashes = [content_hash(draft, exam_type=code) for draft in file.questions]
    _refuse_repeated(file.questions, hashes, findings)
    exam_type, missing = await missing_domains(
        work, act, file.exam_type, findings, names_all=file.format == FORMAT
    )
    given = await with_free_slugs(work, act, file.quizzes)
    asked = [(quiz, [hashes[place] for place in quiz.questions]) for quiz in given]
    quizzes = await new_quizzes(work, act, asked, findings, exam_type=code)
    if file.format == FORMAT:
        names = await lost_feedback.at_risk(work, act, [draft.slug for draft, _ in quizzes])
        lost_feedback.note(names, file.questions, findings)
    return QuizPlan(
        file=file,
        exam_type=exam_type,
        domains=missing,
        hashes=hashes,
        known=await work.questions.ids_by_hashes(hashes, author_id=act.user_id),
        quizzes=quizzes,
    )


async def carry_out(work: ImportsWork, act: Act, plan: QuizPlan) -> None:
    """Store what is new, then point each quiz to its questions.

    Raises SlugTakenError in a race for a slug or for the code of an exam type.
    """
    exam_type, domain_of = await ready_exam_type(work, act, plan.file.exam_type, plan.exam_type, plan.domains)
    drafts = zip(plan.file.questions, plan.hashes, plan.known, strict=True)
    new = [
        quiz_ids.question(act, draft, content, domain=domain_of[draft.domain])
        for draft, content, known in drafts
        if known is None
    ]
    stored = dict(zip([n.content_hash for n in new], await work.questions.add(new), strict=True))
    ids = [known or stored[content] for content, known in zip(plan.hashes, plan.known, strict=True)]
    quizzes = [
        NewQuiz(
            quiz=quiz_ids.quiz(act, draft, exam_type.id),
            question_ids=[ids[place] for place in draft.questions],
            content_hash=content,
        )
        for draft, content in plan.quizzes
    ]
    for quiz in sorted(quizzes, key=_slug):  # concurrent imports lock the slugs in the same order
        await work.quizzes.publish(quiz, now=act.now)


async def ready_exam_type(
    work: ImportsWork,
    act: Act,
    draft: ExamTypeDraft,
    stored: ExamType | None,
    missing: list[DomainDraft],
) -> tuple[ExamType, dict[str, ExamDomain]]:
    """Store the exam type and the domains that are missing; return it with all its domains by their codes."""
    exam_type = stored or await _added_exam_type(work, act, draft)
    if missing:
        await work.exam_types.add_domains([quiz_ids.domain(each, exam_type.id, act.mint) for each in missing])
    (domains,) = await work.exam_types.domains_of([exam_type.id])
    return exam_type, {domain.code: domain for domain in domains}


async def _added_exam_type(work: ImportsWork, act: Act, draft: ExamTypeDraft) -> ExamType:
    """Store the exam type that was missing when the file was compared; its domains may be added to it alone."""
    stored = await work.exam_types.add(quiz_ids.exam_type(act, draft))
    if await _may_add_domains(work, act, stored):
        return stored
    raise SlugTakenError(
        f"Another author has just added the exam type {stored.code}; import the file again.", field="file"
    )


async def _may_add_domains(work: ImportsWork, act: Act, exam_type: ExamType) -> bool:
    return await may_change(work, act, author_id=exam_type.author_id, roles=(Role.MODERATOR, Role.ADMIN))


def _slug(new: NewQuiz) -> str:
    return new.quiz.slug


def _refuse_repeated(drafts: list[QuestionDraft], hashes: list[str], findings: Findings) -> None:
    first: dict[str, QuestionDraft] = {}
    for draft, content in zip(drafts, hashes, strict=True):
        same = first.setdefault(content, draft)
        if same is not draft:
            reason = f"It is the same question as the one on line {same.line}."
            findings.refuse(draft.line, draft.name, reason, draft.path)


async def missing_domains(
    work: ImportsWork, act: Act, wanted: ExamTypeDraft, findings: Findings, *, names_all: bool
) -> tuple[ExamType | None, list[DomainDraft]]:
    """Return the stored exam type and the domains that it lacks; exam types are shared, so existing parts stay.

    Only the author of the exam type and moderators may add domains to it; each of another author's is refused. With
    `names_all` the file names all about it, so that what stays different is a loss.
    """
    (stored,) = await work.exam_types.by_codes([wanted.code])
    if stored is None:
        if len(await work.exam_types.all()) >= MOST_EXAM_TYPES:
            findings.refuse(
                1, wanted.code, f"There are {MOST_EXAM_TYPES} exam types already; no more can be added."
            )
        return None, wanted.domains
    (domains,) = await work.exam_types.domains_of([stored.id])
    known = {domain.code: (domain.name, domain.weight) for domain in domains}
    missing = [domain for domain in wanted.domains if domain.code not in known]
    if missing and not await _may_add_domains(work, act, stored):
        for domain in missing:
            findings.refuse(1, domain.code, _NOT_YOURS.format(code=stored.code))
    elif len(domains) + len(missing) > MOST_DOMAINS:
        findings.refuse(1, wanted.code, f"An exam type may have at most {MOST_DOMAINS} domains.")
    if names_all:
        differing = [d for d in wanted.domains if d.code in known and known[d.code] != (d.name, d.weight)]
        for domain in differing:
            findings.lose(1, domain.code, "The domain exists; its name and weight stay as they are.")
        if (stored.name, stored.description) != (wanted.name, wanted.description):
            findings.lose(1, wanted.code, "The exam type exists; its name and description stay as they are.")
    return stored, missing


async def with_free_slugs(work: ImportsWork, act: Act, drafts: list[FileQuiz]) -> list[FileQuiz]:
    """Return the quizzes; a slug that was made, and that another author's quiz has, gets an end of the actor's.

    A quiz that the actor has under such a slug keeps it. A slug that the file names stays as it is.
    """
    made = {draft.slug: slug_of_author(draft.slug, act.user_id) for draft in drafts if draft.is_slug_made}
    if not made:
        return drafts
    stored = await work.quizzes.published([*made, *made.values()])
    authors = {
        slug: None if quiz is None else quiz.author_id
        for slug, quiz in zip([*made, *made.values()], stored, strict=True)
    }
    ended = {
        slug: longer
        for slug, longer in made.items()
        if authors[longer] == act.user_id or authors[slug] not in {None, act.user_id}
    }
    return [
        replace(draft, slug=ended[draft.slug]) if draft.is_slug_made and draft.slug in ended else draft
        for draft in drafts
    ]


async def new_quizzes(
    work: ImportsWork,
    act: Act,
    asked: list[tuple[FileQuiz, list[str]]],
    findings: Findings,
    *,
    exam_type: str,
) -> list[tuple[FileQuiz, str]]:
    """Return the quizzes whose content is new, with its hash; what is stored already may have closed meanwhile.

    A quiz is given with the hashes of its questions.
    """
    published = await work.quizzes.published([draft.slug for draft, _ in asked])
    new = []
    for (draft, questions), stored in zip(asked, published, strict=True):
        content = quiz_hash(draft, questions, exam_type=exam_type)
        if stored is not None and stored.author_id != act.user_id:
            findings.refuse(draft.line, draft.slug, "Another author's quiz has this slug; choose another.")
            continue
        if stored is not None and stored.withdrawn_at is not None:
            findings.lose(
                draft.line, draft.slug, "The quiz is withdrawn and stays so; restoreQuiz lists it again."
            )
        if stored is not None and stored.content_hash == content:
            continue
        if draft.closes_at is not None and draft.closes_at <= act.now:
            findings.refuse(draft.line, draft.slug, _CLOSED)
        new.append((draft, content))
    return new
