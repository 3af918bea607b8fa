"""Quizzes by the offline author: questions of every kind about the sentences of the source, with keys from it."""

import re
from collections.abc import Callable, Iterator
from itertools import islice, pairwise
from typing import Any

from domain.ai.requests import AiRequest
from gateway.ai.offline import sources
from gateway.ai.offline.passages import Passage, passages

_GAP = "____"
_OTHERS = 3
_FEWEST, _MOST_PAIRS = 2, 5
_FILLERS = ("always", "never", "seldom", "nothing", "everywhere")
_DOMAIN = re.compile(r"is domain (\S+) of")
_NUMBER = re.compile(r"\d+")


def write(request: AiRequest) -> dict[str, Any]:
    """Write `count` questions that use the kinds in turn; another `variant` begins elsewhere in the source."""
    count, variant = sources.number(request, "count", 5), sources.number(request, "variant", 0)
    kinds = [kind for kind in _listed(request, "kinds") if kind in _WRITERS] or ["SINGLE_CHOICE"]
    domains = _listed(request, "domains")
    found = passages(request.quoted.get("source", ""))
    questions: list[dict[str, Any]] = []
    for number in range(count):
        turn = number + variant
        passage = found[turn % len(found)]
        question = _WRITERS[kinds[number % len(kinds)]](
            passage, turn // len(found) + number // len(kinds), found
        )
        question |= {"kind": kinds[number % len(kinds)], "explanation": f"The source says: {passage.text}"}
        if domains:
            question["domain"] = _domain(passage, domains, turn)
        if any(question["prompt"] == each["prompt"] for each in questions):
            question["prompt"] += f"\n\n(Question {number + 1})"
        questions.append(question)
    return {"questions": questions}


def _listed(request: AiRequest, name: str) -> list[str]:
    return [each.strip() for each in str(request.values.get(name, "")).split(",") if each.strip()]


def _domain(passage: Passage, domains: list[str], turn: int) -> str:
    named = _DOMAIN.search(passage.text)
    return named[1] if named and named[1] in domains else domains[turn % len(domains)]


def _single_choice(passage: Passage, turn: int, found: list[Passage]) -> dict[str, Any]:
    place = passage.focus(turn)
    right = passage.plain(place)
    options = [*islice(_others({right}, found), _OTHERS)]
    options.insert(turn % (_OTHERS + 1), right)
    return {
        "prompt": f"What fills the gap?\n\n{passage.with_piece(place, _GAP)}",
        "options": [{"text": each, "correct": each == right} for each in options],
    }


def _multiple_choice(passage: Passage, turn: int, found: list[Passage]) -> dict[str, Any]:
    said = list(dict.fromkeys(passage.plain(place).casefold() for place in range(len(passage.pieces))))
    first = turn % len(said)
    right = (said[first:] + said[:first])[:2]
    wrong = [*islice(_others(set(said), found), 2)]
    return {
        "prompt": f"Which of these are in sentence number {found.index(passage) + 1} of the source?\n\n"
        f"It begins: {passage.joint.join(passage.pieces[:2])} \u2026",
        "options": [{"text": each, "correct": each in right} for each in sorted([*right, *wrong])],
    }


def _true_false(passage: Passage, turn: int, found: list[Passage]) -> dict[str, Any]:
    if turn % 2 == 0:
        return {"prompt": f"The source says: {passage.text}", "truth": True}
    place = passage.focus(turn // 2)
    other = next(_others({passage.plain(place)}, found))
    return {"prompt": f"The source says: {passage.with_piece(place, other)}", "truth": False}


def _short_text(passage: Passage, turn: int, _found: list[Passage]) -> dict[str, Any]:
    place = passage.focus(turn)
    return {
        "prompt": f"Write what fills the gap.\n\n{passage.with_piece(place, _GAP)}",
        "accepted": [passage.plain(place)],
    }


def _numeric(passage: Passage, turn: int, _found: list[Passage]) -> dict[str, Any]:
    numbers = [
        n for n, piece in enumerate(passage.pieces) if _NUMBER.fullmatch(passage.plain(n)) and piece.isascii()
    ]
    if numbers and turn == 0:
        right = passage.plain(numbers[0])
        prompt = f"Which number fills the gap?\n\n{passage.with_piece(numbers[0], _GAP)}"
        return {"prompt": prompt, "number": right, "tolerance": "0"}
    parts = "words" if passage.joint else "characters"
    number = len(passage.pieces) if passage.joint else len(passage.text)
    prompt = f"How many {parts} does this sentence have, with its marks?\n\n{passage.text}"
    return {"prompt": prompt, "number": str(number), "tolerance": "0"}


def _matching(passage: Passage, turn: int, _found: list[Passage]) -> dict[str, Any]:
    pieces = passage.pieces
    size, first = max(1, len(pieces) // 6), turn % 2 if len(pieces) > _OTHERS + 2 else 0
    parts = [passage.joint.join(pieces[at : at + size]) for at in range(first, len(pieces), size)]
    pairs: dict[str, str] = {}
    for here, after in pairwise(parts):
        if _seen(here) not in {_seen(each) for each in pairs} and len(pairs) < _MOST_PAIRS:
            pairs[here] = after
    answers = {_seen(each) for each in pairs.values()}
    if min(len(pairs), len(answers)) < _FEWEST or len(answers) < len(set(pairs.values())):
        pairs = {"The first part": parts[0], "The number of parts": f"{len(parts)} parts"}
    return {
        "prompt": f"What follows in this sentence?\n\n{passage.text}",
        "pairs": [{"prompt": here, "answer": after} for here, after in pairs.items()],
    }


def _ordering(passage: Passage, turn: int, _found: list[Passage]) -> dict[str, Any]:
    pieces, wanted = passage.pieces, 3 + turn % 3
    size = -(-len(pieces) // wanted)
    parts = [passage.joint.join(pieces[at : at + size]) for at in range(0, len(pieces), size)]
    if len({_seen(part) for part in parts}) < len(parts) or len(parts) < _FEWEST:
        parts = [f"{place}: {part}" for place, part in enumerate(parts, start=1)]
        parts += [f"{len(parts) + 1}: the end"] if len(parts) < _FEWEST else []
    return {
        "prompt": f"Put the parts of the sentence in order that begins with \u201c{pieces[0]}\u201d and has "
        f"{len(pieces)} pieces, in {len(parts)} parts.",
        "order": parts,
    }


def _cloze(passage: Passage, turn: int, _found: list[Passage]) -> dict[str, Any]:
    places = sorted({passage.focus(turn), passage.focus(turn + 1)})
    changed = [*passage.pieces]
    for number, place in enumerate(places, start=1):
        changed[place] = passage.pieces[place].replace(passage.plain(place), f"[[{number}]]", 1)
    return {
        "prompt": f"Fill in the blanks.\n\n{passage.joint.join(changed)}",
        "blanks": [{"accepted": [passage.plain(place)]} for place in places],
    }


def _others(but: set[str], found: list[Passage]) -> Iterator[str]:
    """Yield other pieces of the source, the longest first, and then words of our own; each once."""
    seen = {_seen(each) for each in but}
    pieces = sorted(
        {p.plain(n) for p in found for n in range(len(p.pieces))}, key=lambda piece: (-len(piece), piece)
    )
    for piece in (*pieces, *_FILLERS):
        if _seen(piece) not in seen:
            seen.add(_seen(piece))
            yield piece
    yield from (f"none of these, {number}" for number in range(1, 10))


def _seen(piece: str) -> str:
    return " ".join(piece.casefold().split())


_WRITERS: dict[str, Callable[[Passage, int, list[Passage]], dict[str, Any]]] = {
    "SINGLE_CHOICE": _single_choice,
    "MULTIPLE_CHOICE": _multiple_choice,
    "TRUE_FALSE": _true_false,
    "SHORT_TEXT": _short_text,
    "NUMERIC": _numeric,
    "MATCHING": _matching,
    "ORDERING": _ordering,
    "CLOZE": _cloze,
}
