"""Passages: the sentences of a text in pieces, from which the offline author makes questions, in any script."""

import re
from dataclasses import dataclass

_END = re.compile(r"(?<=[.!?])\s+|(?<=[\u3002\uff01\uff1f])|\n+")
_EDGES = ".,;:!?\u3002\uff01\uff1f\u3001\uff0c()\"'\u00ab\u00bb\u201c\u201d"
_FEWEST = 4
_LONGEST = 300
_MARKERS = str.maketrans({"[": "(", "]": ")"})


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence in pieces: words, or runs of characters where it has no spaces."""

    pieces: tuple[str, ...]
    joint: str

    @property
    def text(self) -> str:
        """The whole sentence."""
        return self.joint.join(self.pieces)

    def plain(self, place: int) -> str:
        """Return a piece without the marks at its edges."""
        return self.pieces[place].strip(_EDGES) or self.pieces[place]

    def with_piece(self, place: int, piece: str) -> str:
        """Return the sentence with another piece in one place; marks at its edges stay."""
        changed = [*self.pieces]
        changed[place] = self.pieces[place].replace(self.plain(place), piece, 1)
        return self.joint.join(changed)

    def focus(self, turn: int) -> int:
        """Return the place of a piece to ask for: the longest first, then shorter ones, and so round."""
        places = sorted(range(len(self.pieces)), key=lambda place: (-len(self.plain(place)), place))
        return places[turn % len(places)]


def passages(text: str) -> list[Passage]:
    """Return the sentences of a text, each once, and at least one; square brackets become round ones."""
    clean = [" ".join(each.split()).translate(_MARKERS) for each in _END.split(text)]
    found = [passage(each[:_LONGEST]) for each in dict.fromkeys(clean) if each]
    return [each for each in found if len(each.pieces) >= _FEWEST] or [
        passage(f"This text is about {' '.join(clean)[:_LONGEST]}".strip())
    ]


def passage(sentence: str) -> Passage:
    """Return a sentence in pieces."""
    words = sentence.split()
    if len(words) > 1 or len(sentence) < 2 * _FEWEST:
        return Passage(tuple(words), " ")
    size = -(-len(sentence) // 6)
    return Passage(tuple(sentence[at : at + size] for at in range(0, len(sentence), size)), "")
