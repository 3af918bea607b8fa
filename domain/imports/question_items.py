"""Questions in files of our JSON format; the question kind reads the answer key."""

from functools import partial
from typing import Any

from domain import text
from domain.content.question_kinds.file_items import lose_unread, prose
from domain.content.question_kinds.prompt_formats import PromptFormat
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.imports.json_items import Item
from domain.imports.json_lines import JsonDocument
from domain.imports.question_drafts import QuestionDraft, faults
from domain.imports.reports import Findings


def question(
    item: Item, *, document: JsonDocument, domains: set[str] | None, findings: Findings
) -> QuestionDraft | None:
    """Read one question; None where its kind is not known.

    `domains` has the codes of the exam type's domains, and is None where they could not be read.
    """
    kind = item.choice("kind", QuestionKind)
    if kind is None:
        if item.raw("kind") is None:
            item.refuse("kind is missing")
        return None
    before = len(findings.refused)
    draft = QuestionDraft(
        line=document.line(item.path),
        path=item.path,
        name=item.text("key", partial(text.line, field="key", longest=100)),
        domain=_domain(item, domains),
        kind=kind,
        difficulty=item.choice("difficulty", Difficulty, default=Difficulty.MEDIUM) or Difficulty.MEDIUM,
        prompt=item.text("prompt", prose),
        prompt_format=item.choice("promptFormat", PromptFormat, default=PromptFormat.PLAIN)
        or PromptFormat.PLAIN,
        explanation=item.text("explanation", prose, default=""),
        key=kind.rules.read_item(item),
    )
    lose_unread(item)
    if len(findings.refused) == before:  # else an unreadable field would be reported twice
        for fault in faults(draft):
            item.refuse(fault)
        kind.rules.check_item(item, draft.key)
    return draft


def name_of(field: str, kind: str, value: Any, place: int) -> str:
    """Name an item of a list for the report: by its field, else by its place."""
    name = value.get(field) if isinstance(value, dict) else None
    return name if isinstance(name, str) and name else f"{kind} {place + 1}"


def _domain(item: Item, domains: set[str] | None) -> str:
    code = item.text("domain", str)
    if code and domains is not None and code not in domains:
        item.refuse(f"the exam type has no domain {code[:20]}", "domain")
    return code
