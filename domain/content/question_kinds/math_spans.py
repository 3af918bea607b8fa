r"""Math spans: where LaTeX stands in a prompt, between `$`, `$$`, `\(` and `\)`, or `\[` and `\]`.

A dollar sign opens math where no white space follows, and closes it where none comes before and no digit follows, so
that prices are text. Math ends in its paragraph, and what `$` and `\(` open in its line. What is not closed is text.
"""

import re
from collections.abc import Iterator

_TOKEN = re.compile(r"\\[\[(]|\\.|\$\$|\$|`+", re.DOTALL)
_INLINE = re.compile(r"\$(?=[^\s$])(?:\\.|[^$\\\n])*?(?<=[^\s\\])\$(?![0-9$])")
_ENDS = {
    "$$": re.compile(r"\$\$((?:\\.|[^$\\]|\$(?!\$))+)\$\$", re.DOTALL),
    r"\[": re.compile(r"\\\[(.+?)\\\]", re.DOTALL),
    r"\(": re.compile(r"\\\((.+?)\\\)"),
    "$": _INLINE,
}


def math_spans(paragraph: str) -> Iterator[tuple[int, int]]:
    """Yield where each span begins and ends, its marks included; code between backticks holds none."""
    place = 0
    while found := _TOKEN.search(paragraph, place):
        token, start = found.group(), found.start()
        place = found.end()
        if token.startswith("`"):
            place = _end_of_code(paragraph, start, token) or place
        elif token in _ENDS and (span := _ENDS[token].match(paragraph, start)):
            place = span.end()
            yield start, place


def _end_of_code(paragraph: str, start: int, ticks: str) -> int | None:
    """Return where a span of code ends, which begins with these backticks and ends in its line; None if it does not."""
    line = paragraph[start + len(ticks) :].partition("\n")[0]
    for other in re.finditer(r"`+", line):
        if other.group() == ticks:
            return start + len(ticks) + other.end()
    return None
