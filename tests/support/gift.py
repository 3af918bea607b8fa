"""Reading GIFT in tests."""

from domain.imports import gift
from domain.imports.question_drafts import QuestionDraft
from domain.imports.reports import Finding, Findings


def read(text: str) -> tuple[list[QuestionDraft], Findings]:
    findings = Findings()
    return gift.parse(text, findings), findings


def read_one(text: str) -> QuestionDraft:
    (draft,), findings = read(text)
    assert (findings.refused, findings.losses) == ([], [])
    return draft


def refused(text: str) -> Finding:
    """The reason why one question of a text, or the whole text, is refused."""
    _, findings = read(text)
    (finding,) = findings.refused
    return finding


def losses_of(text: str) -> list[Finding]:
    _, findings = read(text)
    assert findings.refused == []
    return findings.losses
