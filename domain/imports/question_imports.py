"""Question imports: a file of either format is stored as a whole or not at all, and once."""

import asyncio

from domain.acts import Act
from domain.content.quizzes import MOST_QUESTIONS, Feedback, checked_slug
from domain.errors import InvalidInputError
from domain.idempotency import checked_key, first_use
from domain.ids import ImportId
from domain.imports import gift, question_drafts, question_files
from domain.imports.question_drafts import DomainDraft, ExamTypeDraft, FileQuiz, QuestionDraft, QuestionFile
from domain.imports.reports import Findings, ImportKind, ImportReport, content_hash, unchanged
from domain.imports.storage import quiz_plans
from domain.imports.storage.quiz_titles import GENERAL, LONGEST_TITLE, QuizTitle
from domain.imports.work import ImportsWork
from domain.refusals import all_at_once
from domain.text import line

LONGEST_FILE = 2_000_000
_HEAD = 65_536


async def import_once(
    work: ImportsWork,
    act: Act,
    *,
    text: str,
    idempotency_key: str,
    dry_run: bool = False,
    exam_type_code: str | None = None,
    title: str | None = None,
) -> ImportReport:
    """Import a file as `import_questions` does; the same key with the same input returns the same report.

    A dry run stores nothing, not even its key.
    """
    if dry_run:
        return await import_questions(
            work, act, text=text, dry_run=True, exam_type_code=exam_type_code, title=title
        )
    with all_at_once() as each:
        with each:
            idempotency_key = checked_key(idempotency_key)
        check_input(text, exam_type_code, title)
    import_id = ImportId(act.mint("import"))
    earlier = await first_use(
        work.receipts,
        act,
        operation="importQuestions",
        key=idempotency_key,
        given={"file": content_hash(text), "examTypeCode": exam_type_code, "title": title},
        result_id=import_id,
    )
    known = await work.import_reports.by_id(ImportId(earlier), author_id=act.user_id) if earlier else None
    if known is not None:
        return known
    report = await import_questions(work, act, text=text, exam_type_code=exam_type_code, title=title)
    await work.import_reports.add(
        import_id, report, kind=ImportKind.QUESTIONS, author_id=act.user_id, now=act.now
    )
    return report


async def import_questions(
    work: ImportsWork,
    act: Act,
    *,
    text: str,
    dry_run: bool = False,
    exam_type_code: str | None = None,
    title: str | None = None,
) -> ImportReport:
    """Import a file of our JSON format or of GIFT, and publish its quizzes.

    Nothing is stored if one item is refused; questions of kinds that do not exist here are left out. Content that its
    author stored before is not stored again. A GIFT file becomes one quiz called `title` under the exam type given; a
    JSON file names its own. Raises InvalidInputErrors, all at once, for a file that is too long, and for options that
    are malformed or do not fit the format.
    """
    check_input(text, exam_type_code, title)
    findings = Findings()
    is_json = _is_json(text)
    if is_json:
        file = await asyncio.to_thread(question_files.parse, text, findings)
    else:
        file = await asyncio.to_thread(_gift, text, findings, exam_type_code, title)
    plan = await quiz_plans.plan(work, act, file, findings) if file else None
    report = findings.report(
        format=question_files.FORMAT if is_json else gift.FORMAT,
        content_hash=content_hash(text),
        accepted=sum(findings.accepts(draft.path) for draft in file.questions) if file else 0,
        dry_run=dry_run,
    )
    if plan is None or findings.refused:
        return report
    if plan.nothing_new:
        return unchanged(report)
    if not dry_run:
        await quiz_plans.carry_out(work, act, plan)
    return report


def _is_json(text: str) -> bool:
    """Tell the formats apart: both may begin with a brace, but GIFT's has an answer in it, or text after it."""
    start = text.removeprefix("\ufeff").lstrip()
    return start.startswith("{") and not gift.recognises(start[:_HEAD].encode("utf-8", "replace"), ())


def check_input(text: str, exam_type_code: str | None, title: str | None) -> None:
    """Check the length of a file and the form of its options, which only a GIFT file has."""
    with all_at_once() as each:
        with each:
            if len(text) > LONGEST_FILE:
                raise InvalidInputError(f"file may hold at most {LONGEST_FILE} characters.", field="file")
        is_json = len(text) <= LONGEST_FILE and _is_json(text)
        for field, value in (("examTypeCode", exam_type_code), ("title", title)):
            with each:
                _check_option(field, value, is_json=is_json)


def _check_option(field: str, value: str | None, *, is_json: bool) -> None:
    if value is None:
        return
    if is_json:
        raise InvalidInputError(f"{field} is for GIFT files; this file has its own.", field=field)
    if field == "title":
        line(value, field=field, longest=LONGEST_TITLE)
    else:
        checked_slug(value, field=field)


def _gift(text: str, findings: Findings, exam_type_code: str | None, title: str | None) -> QuestionFile:
    code = GENERAL if exam_type_code is None else exam_type_code
    titled = None if title is None else line(title, field="title", longest=LONGEST_TITLE)
    questions = _once_each(gift.parse(text, findings), code, findings)
    if not questions and not findings.refused:
        findings.refuse(1, "file", "It holds no question that can be imported.")
    questions = _fitting(questions, findings)
    named = QuizTitle(given=titled, content_hash=content_hash(text))
    quiz = FileQuiz(
        line=1,
        slug=named.slug(1, 1),
        title=named.title(1, 1),
        description="",
        time_limit=None,
        pass_mark=question_files.DEFAULT_PASS_MARK,
        feedback=Feedback.AT_END,
        closes_at=None,
        questions=list(range(len(questions))),
        is_slug_made=True,
    )
    domain = DomainDraft(code=gift.DOMAIN, name="General", weight=0)
    name = "General" if code == GENERAL else code
    exam_type = ExamTypeDraft(code=code, name=name, description="", domains=[domain])
    return QuestionFile(format=gift.FORMAT, exam_type=exam_type, questions=questions, quizzes=[quiz])


def _fitting(questions: list[QuestionDraft], findings: Findings) -> list[QuestionDraft]:
    """Return the questions that a quiz has room for; one finding refuses all others."""
    beyond = questions[MOST_QUESTIONS:]
    if beyond:
        reason = f"A quiz may have at most {MOST_QUESTIONS} questions; this and {len(beyond) - 1} after it are more."
        findings.refuse(beyond[0].line, beyond[0].name, reason)
    return questions[:MOST_QUESTIONS]


def _once_each(drafts: list[QuestionDraft], exam_type: str, findings: Findings) -> list[QuestionDraft]:
    """Leave out repeated questions: they may differ in the file by a weight that is not kept."""
    first: dict[str, QuestionDraft] = {}
    for draft in drafts:
        same = first.setdefault(question_drafts.content_hash(draft, exam_type=exam_type), draft)
        if same is not draft:
            reason = f"It is the same question as the one on line {same.line}; it is left out."
            findings.lose(draft.line, draft.name, reason)
    return list(first.values())
