"""Importing questions: a file of either format, all of it or nothing, and again without effect."""

import asyncio
import re
import unicodedata
from datetime import datetime

from domain.errors import InvalidInputError
from domain.idempotency import first_use
from domain.ids import ImportId, Mint, UserId
from domain.import_findings import Findings, ImportReport, content_hash, unchanged
from domain.imports import gift, question_drafts, question_files, quiz_plans
from domain.imports.question_drafts import DomainDraft, ExamTypeDraft, QuestionDraft, QuestionFile, QuizDraft
from domain.quizzes import LONGEST_SLUG, MOST_QUESTIONS, Feedback, checked_slug
from domain.text import line
from domain.work import Work

LONGEST_FILE = 2_000_000
GENERAL = "general"
"""The exam type of a GIFT file for which none is named; it is made where there is none."""
_UNTITLED = "Imported questions"
_NO_LETTERS = re.compile(r"[^a-z0-9]+")


async def import_once(
    work: Work,
    *,
    text: str,
    author_id: UserId,
    now: datetime,
    mint: Mint,
    idempotency_key: str,
    dry_run: bool = False,
    exam_type_code: str | None = None,
    title: str | None = None,
) -> ImportReport:
    """Import a file as `import_questions` does; the same key with the same input returns the same report.

    A dry run stores nothing, not even its key.
    """
    if not dry_run:
        import_id = ImportId(mint("import"))
        earlier = await first_use(
            work.receipts,
            user_id=author_id,
            operation="importQuestions",
            key=idempotency_key,
            given={"file": content_hash(text), "examTypeCode": exam_type_code, "title": title},
            result_id=import_id,
            now=now,
        )
        known = await work.import_reports.by_id(ImportId(earlier), author_id=author_id) if earlier else None
        if known is not None:
            return known
    report = await import_questions(
        work,
        text=text,
        author_id=author_id,
        now=now,
        mint=mint,
        dry_run=dry_run,
        exam_type_code=exam_type_code,
        title=title,
    )
    if not dry_run:
        await work.import_reports.add(import_id, report, author_id=author_id, now=now)
    return report


async def import_questions(
    work: Work,
    *,
    text: str,
    author_id: UserId,
    now: datetime,
    mint: Mint,
    dry_run: bool = False,
    exam_type_code: str | None = None,
    title: str | None = None,
) -> ImportReport:
    """Import a file of our JSON format or of GIFT, told apart by how it begins, and publish its quizzes.

    One refused item and nothing is stored. Content that its author stored before is not stored again. A GIFT file
    becomes one quiz called `title` under the exam type given, which our own format names itself.
    """
    if len(text) > LONGEST_FILE:
        raise InvalidInputError(f"file may hold at most {LONGEST_FILE} characters.", field="file")
    findings = Findings()
    is_json = text.removeprefix("\ufeff").lstrip().startswith("{")
    if is_json:
        _refuse_options(exam_type_code, title)
        file = await asyncio.to_thread(question_files.parse, text, findings)
    else:
        file = await asyncio.to_thread(_gift, text, findings, exam_type_code, title)
    plan = await quiz_plans.plan(work, file, author_id=author_id, findings=findings) if file else None
    report = findings.report(
        format=question_files.FORMAT if is_json else gift.FORMAT,
        text=text,
        accepted=len(file.questions) if file else 0,
        dry_run=dry_run,
    )
    if plan is None or findings.refused:
        return report
    if plan.nothing_new:
        return unchanged(report)
    if not dry_run:
        await quiz_plans.carry_out(work, plan, author_id=author_id, now=now, mint=mint)
    return report


def _refuse_options(exam_type_code: str | None, title: str | None) -> None:
    for field, value in (("examTypeCode", exam_type_code), ("title", title)):
        if value is not None:
            raise InvalidInputError(f"{field} is for GIFT files; this file says it itself.", field=field)


def _gift(text: str, findings: Findings, exam_type_code: str | None, title: str | None) -> QuestionFile:
    code = checked_slug(GENERAL if exam_type_code is None else exam_type_code, field="examTypeCode")
    titled = None if title is None else line(title, field="title", longest=200)
    questions = _once_each(gift.parse(text, findings), code, findings)
    if not questions and not findings.refused:
        findings.refuse(1, "file", "It holds no question that can be imported.")
    for draft in questions[MOST_QUESTIONS:]:
        findings.refuse(draft.line, draft.name, f"A quiz may have at most {MOST_QUESTIONS} questions.")
    quiz = QuizDraft(
        line=1,
        slug=_slug(titled) or f"imported-{content_hash(text)[:12]}",
        title=titled or _UNTITLED,
        description="",
        time_limit=None,
        pass_mark=question_files.DEFAULT_PASS_MARK,
        feedback=Feedback.AT_END,
        closes_at=None,
        questions=list(range(len(questions))),
    )
    domain = DomainDraft(code=gift.DOMAIN, name="General", weight=0)
    name = "General" if code == GENERAL else code
    exam_type = ExamTypeDraft(code=code, name=name, description="", domains=[domain])
    return QuestionFile(format=gift.FORMAT, exam_type=exam_type, questions=questions, quizzes=[quiz])


def _once_each(drafts: list[QuestionDraft], exam_type: str, findings: Findings) -> list[QuestionDraft]:
    """Leave out repeated questions: what told them apart in the file may be a weight that is not kept."""
    first: dict[str, QuestionDraft] = {}
    for draft in drafts:
        same = first.setdefault(question_drafts.content_hash(draft, exam_type=exam_type), draft)
        if same is not draft:
            reason = f"It is the same question as the one on line {same.line}; it is left out."
            findings.lose(draft.line, draft.name, reason)
    return list(first.values())


def _slug(title: str | None) -> str:
    """Write a title as a slug; empty where it has no letters for one."""
    letters = unicodedata.normalize("NFKD", title or "").encode("ascii", "ignore").decode().lower()
    return _NO_LETTERS.sub("-", letters).strip("-")[:LONGEST_SLUG].strip("-")
