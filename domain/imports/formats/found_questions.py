"""Found questions: what a reader of any format finds in a file, checked one by one and yielded as records.

A question of a kind that does not exist here is a loss, as its author cannot change that. One that cannot be read, or
only with another meaning, is refused. A part of a question that has no place here is a loss of that question.
"""

from collections.abc import Callable, Iterator

from domain.content.question_kinds.key_drafts import KeyDraft
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.imports.gift import DOMAIN
from domain.imports.question_drafts import QuestionDraft, faults
from domain.imports.readers import LossNote, QuestionItem, ReadLimits, Record, RefusedItem

LONGEST_NAME = 100
NO_CATEGORIES = "Categories are not kept; the questions go to one domain."


class UnreadableError(Exception):
    """The question cannot be read, or only with another meaning: it is refused."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class UnsupportedKindError(UnreadableError):
    """The question is of a kind that does not exist here: it is left out, and does not refuse its file."""


class FullError(Exception):
    """The file holds more questions than may be read."""


Read = Callable[[QuestionDraft, list[str]], QuestionItem]
"""Fills in a draft that has a line and a name; adds losses to the list, and raises UnreadableError."""


class FoundQuestions:
    """Counts and names the questions of one file."""

    def __init__(self, limits: ReadLimits) -> None:
        self._limits = limits
        self._count = 0
        self._lines: dict[str, int] = {}
        self._numbers: dict[str, int] = {}

    def found(
        self, line: int, name: str, read: Read, *, names_are_ids: bool = False, where: str = ""
    ) -> Iterator[Record]:
        """Yield a question with its losses, or why there is none; raises FullError.

        A repeated name is refused where names are ids, and else gets a number. `where` names the file of a package.
        """
        self._count += 1
        if self._count > self._limits.most_items:
            yield RefusedItem(
                line=line, item="file", reason=f"A file may hold at most {self._limits.most_items} questions."
            )
            raise FullError
        name = " ".join(name.split())[:LONGEST_NAME] or f"question {self._count}"
        losses: list[str] = []
        shown = f"{name} ({where})" if where else name
        try:
            named = self._named(line, name, losses, refuses=names_are_ids)
            item = read(_empty(line, named), losses)
            self._check(item.draft)
            shown = f"{named} ({where})" if where else named
        except UnsupportedKindError as error:
            yield LossNote(line=error.line or line, item=shown, reason=error.reason)
            return
        except UnreadableError as error:
            yield RefusedItem(line=error.line or line, item=shown, reason=error.reason)
            return
        yield from (LossNote(line=line, item=shown, reason=reason) for reason in dict.fromkeys(losses))
        yield item

    def _named(self, line: int, name: str, losses: list[str], *, refuses: bool) -> str:
        """Return the name, or one with a number where another question of the file has it."""
        if name not in self._lines:
            self._lines[name] = line
            return name
        if refuses:
            raise UnreadableError(
                f"The question on line {self._lines[name]} has the same id; give this one another."
            )
        numbered = name
        while numbered in self._lines:
            self._numbers[name] = self._numbers.get(name, 1) + 1
            numbered = _numbered(name, self._numbers[name])
        losses.append(
            f"The question on line {self._lines[name]} has the same name; this one is called {numbered}."
        )
        self._lines[numbered] = line
        return numbered

    def _check(self, draft: QuestionDraft) -> None:
        size = len(draft.prompt) + sum(len(text) for text in draft.key.all_texts())
        if size > self._limits.longest_item:
            raise UnreadableError(f"A question may hold at most {self._limits.longest_item} characters.")
        for fault in faults(draft):
            raise UnreadableError(fault)


def left_out(kind: str) -> UnsupportedKindError:
    """Return the error for a kind that does not exist here, by its name in a sentence: `Essays are`."""
    return UnsupportedKindError(f"{kind} not supported; the question is left out.")


def _numbered(name: str, number: int) -> str:
    ending = f" ({number})"
    return name[: LONGEST_NAME - len(ending)] + ending


def _empty(line: int, name: str) -> QuestionDraft:
    return QuestionDraft(
        line=line,
        path=(),
        name=name,
        domain=DOMAIN,
        kind=QuestionKind.TRUE_FALSE,
        difficulty=Difficulty.MEDIUM,
        prompt="",
        explanation="",
        key=KeyDraft(),
    )
