"""Reading GIFT in tests."""

from domain.import_findings import Finding, Findings
from domain.imports import gift
from domain.imports.question_drafts import QuestionDraft


def read(text: str) -> tuple[list[QuestionDraft], Findings]:
    findings = Findings()
    return gift.parse(text, findings), findings


def one(text: str) -> QuestionDraft:
    (draft,), findings = read(text)
    assert (findings.refused, findings.losses) == ([], [])
    return draft


def refused(text: str) -> Finding:
    _, findings = read(text)
    (finding,) = findings.refused
    return finding


def lost(text: str) -> list[Finding]:
    _, findings = read(text)
    assert findings.refused == []
    return findings.losses
