"""Markdown bounds: keeps a text in Markdown from reaching into what is printed after it.

A code block that is not closed is closed, and HTML is escaped, of which a comment would hide the rest of a document.
"""

import re

_FENCE = re.compile(
    r"^(?P<before>[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+|>[ \t]?)*)(?P<fence>`{3,}(?=[^`]*$)|~{3,})"
)
_MARKER = re.compile(r"[^>\s]")
_HTML = re.compile(r"<(?=[A-Za-z/!?])(?!https?://)")
_CODE = re.compile(r"(`+)(?!`)(?:.*?[^`])?\1(?!`)")


def bounded(markdown: str) -> str:
    """Return the text so that it ends where it ends."""
    lines: list[str] = []
    indent, fence = "", ""
    for line in markdown.split("\n"):
        if fence:
            if _closes(line, fence):
                fence = ""
            lines.append(line)
            continue
        opening = _FENCE.match(line)
        if opening:
            indent, fence = _MARKER.sub(" ", opening["before"]), opening["fence"]
        lines.append(line if opening else _without_html(line))
    return "\n".join([*lines, indent + fence] if fence else lines)


def _closes(line: str, fence: str) -> bool:
    rest = line.lstrip(" \t>").rstrip()
    return len(rest) >= len(fence) and rest == fence[0] * len(rest)


def _without_html(line: str) -> str:
    """Escape what begins HTML, outside code within the line and outside lines of code by their indentation."""
    if line.startswith(("    ", "\t")):
        return line
    parts: list[str] = []
    at = 0
    for code in _CODE.finditer(line):
        parts += [_HTML.sub(r"\\<", line[at : code.start()]), code.group()]
        at = code.end()
    return "".join([*parts, _HTML.sub(r"\\<", line[at:])])
