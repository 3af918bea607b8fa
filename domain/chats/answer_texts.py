"""Answer texts: makes text of a language model fit to store, piece by piece, without control and hidden characters."""

import unicodedata

from domain import text
from domain.chats.chat_messages import LONGEST_ANSWER

_KEPT = frozenset("\n\t")
_BREAKS = {"\r": "\n", "\u2028": "\n", "\u2029": "\n"}
_TURNS_THE_LINE = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class AnswerText:
    """Cleans the pieces of one answer.

    Together they are the same text however it was cut into pieces, at most 40 000 characters. The last characters are
    held back until it is known what follows them, because a hidden character stays only where its neighbours need it.
    """

    def __init__(self) -> None:
        self._held = ""
        self._length = 0
        self._after_return = False

    @property
    def is_full(self) -> bool:
        """Whether the answer takes no more characters."""
        return self._length >= LONGEST_ANSWER

    def take(self, piece: str) -> str:
        """Return what can be stored now that a piece has come."""
        held = self._held + self._plain(piece)
        cut = len(held) - 1
        while cut > 0 and (_is_hidden(held[cut]) or _is_hidden(held[cut - 1])):
            cut -= 1
        cut = max(cut, 0)
        self._held = held[cut:]
        return self._bounded(text.visible(held[:cut]))

    def rest(self) -> str:
        """Return what was held back; nothing follows it."""
        held, self._held = self._held, ""
        return self._bounded(text.visible(held))

    def _plain(self, piece: str) -> str:
        """Leave out control characters and turned lines; each kind of line break becomes a line feed."""
        if piece.startswith("\n") and self._after_return:
            piece = piece[1:]
        self._after_return = piece.endswith("\r") if piece else self._after_return
        broken = piece.replace("\r\n", "\n")
        return "".join(
            _BREAKS.get(c, c)
            for c in broken
            if c in _BREAKS
            or c in _KEPT
            or (unicodedata.category(c) not in {"Cc", "Cs"} and c not in _TURNS_THE_LINE)
        )

    def _bounded(self, clean: str) -> str:
        kept = clean[: LONGEST_ANSWER - self._length]
        self._length += len(kept)
        return kept


def one_line(written: str, *, longest: int) -> str:
    """Return a text of a language model as one line without marks around it, cut at a word; it may be empty."""
    cleaner = AnswerText()
    clean = cleaner.take(written[: 8 * longest]) + cleaner.rest()
    line = " ".join(clean.split()).strip("#*_`\"'\u201c\u201d ")
    if len(line) <= longest:
        return line
    return line[:longest].rsplit(" ", 1)[0].strip()


def _is_hidden(character: str) -> bool:
    return bool(character) and not text.stripped(character)
