"""What importing a file of questions would change, and changing it: questions are added, never altered."""

from datetime import datetime

from domain.entities import entity
from domain.ids import Mint, QuestionId, UserId
from domain.import_findings import Findings
from domain.imports import quiz_ids
from domain.imports.question_drafts import (
    DomainDraft,
    QuestionDraft,
    QuestionFile,
    QuizDraft,
    content_hash,
    quiz_hash,
)
from domain.imports.question_files import FORMAT
from domain.quizzes import MOST_DOMAINS, MOST_EXAM_TYPES, ExamType, NewQuiz
from domain.work import Work


@entity
class Plan:
    """What of a file is not stored yet; `known` and `hashes` have one slot per question of the file."""

    file: QuestionFile
    exam_type: ExamType | None
    domains: list[DomainDraft]
    hashes: list[str]
    known: list[QuestionId | None]
    quizzes: list[tuple[QuizDraft, str]]

    @property
    def nothing_new(self) -> bool:
        """Whether all of the file is stored already."""
        return self.exam_type is not None and not (self.domains or self.quizzes or None in self.known)


async def plan(work: Work, file: QuestionFile, *, author_id: UserId, findings: Findings) -> Plan:
    """Compare a file with what is stored; what cannot be goes to `findings`."""
    code = file.exam_type.code
    hashes = [content_hash(draft, exam_type=code) for draft in file.questions]
    _refuse_doubles(file.questions, hashes, findings)
    exam_type, missing = await _missing_domains(work, file, findings)
    return Plan(
        file=file,
        exam_type=exam_type,
        domains=missing,
        hashes=hashes,
        known=await work.questions.ids_by_hashes(hashes, author_id=author_id),
        quizzes=await _new_quizzes(work, file, hashes, author_id, findings),
    )


async def carry_out(work: Work, plan: Plan, *, author_id: UserId, now: datetime, mint: Mint) -> None:
    """Store what is new, then point each quiz to its questions; raises SlugTakenError in a race for a slug."""
    exam_type = plan.exam_type or await work.exam_types.add(quiz_ids.exam_type(plan.file.exam_type, mint))
    if plan.domains:
        await work.exam_types.add_domains(
            [quiz_ids.domain(draft, exam_type.id, mint) for draft in plan.domains]
        )
    (domains,) = await work.exam_types.domains_of([exam_type.id])
    domain_of = {domain.code: domain for domain in domains}
    drafts = zip(plan.file.questions, plan.hashes, plan.known, strict=True)
    new = [
        quiz_ids.question(draft, content, domain=domain_of[draft.domain], author_id=author_id, mint=mint)
        for draft, content, known in drafts
        if known is None
    ]
    stored = dict(zip([n.content_hash for n in new], await work.questions.add(new), strict=True))
    ids = [known or stored[content] for content, known in zip(plan.hashes, plan.known, strict=True)]
    quizzes = [
        NewQuiz(
            quiz=quiz_ids.quiz(draft, exam_type.id, author_id=author_id, mint=mint),
            question_ids=[ids[place] for place in draft.questions],
            content_hash=content,
        )
        for draft, content in plan.quizzes
    ]
    for quiz in sorted(
        quizzes, key=lambda new: new.quiz.slug
    ):  # two imports wait for each other in one order
        await work.quizzes.publish(quiz, now=now)


def _refuse_doubles(drafts: list[QuestionDraft], hashes: list[str], findings: Findings) -> None:
    first: dict[str, QuestionDraft] = {}
    for draft, content in zip(drafts, hashes, strict=True):
        same = first.setdefault(content, draft)
        if same is not draft:
            findings.refuse(
                draft.line, draft.name, f"It is the same question as the one on line {same.line}."
            )


async def _missing_domains(
    work: Work, file: QuestionFile, findings: Findings
) -> tuple[ExamType | None, list[DomainDraft]]:
    """Return the stored exam type and the domains that it lacks; it is shared, so what it has stays as it is."""
    wanted = file.exam_type
    stored = await work.exam_types.by_code(wanted.code)
    if stored is None:
        if len(await work.exam_types.all()) >= MOST_EXAM_TYPES:
            findings.refuse(
                1, wanted.code, f"There are {MOST_EXAM_TYPES} exam types already, which is the most."
            )
        return None, wanted.domains
    (domains,) = await work.exam_types.domains_of([stored.id])
    known = {domain.code: (domain.name, domain.weight) for domain in domains}
    missing = [domain for domain in wanted.domains if domain.code not in known]
    if len(domains) + len(missing) > MOST_DOMAINS:
        findings.refuse(1, wanted.code, f"An exam type may have at most {MOST_DOMAINS} domains.")
    if file.format == FORMAT:
        differing = [d for d in wanted.domains if d.code in known and known[d.code] != (d.name, d.weight)]
        for domain in differing:
            findings.lose(1, domain.code, "The domain exists; its name and weight stay as they are.")
        if (stored.name, stored.description) != (wanted.name, wanted.description):
            findings.lose(1, wanted.code, "The exam type exists; its name and description stay as they are.")
    return stored, missing


async def _new_quizzes(
    work: Work, file: QuestionFile, hashes: list[str], author_id: UserId, findings: Findings
) -> list[tuple[QuizDraft, str]]:
    published = await work.quizzes.published([draft.slug for draft in file.quizzes])
    new = []
    for draft, there in zip(file.quizzes, published, strict=True):
        asked = [hashes[place] for place in draft.questions]
        content = quiz_hash(draft, asked, exam_type=file.exam_type.code)
        if there is not None and there.author_id != author_id:
            findings.refuse(draft.line, draft.slug, "Another author's quiz has this slug; choose another.")
        elif there is None or there.content_hash != content:
            new.append((draft, content))
    return new
