"""Markdown bounds: keeps a text in Markdown from reaching into what is printed around it, or out of it.

A code block that is not closed is closed, and HTML is escaped, of which a comment would hide the rest of a document.
Headings are lowered below those of the document, pictures become links, so that nothing is loaded, and links lead to
the web.
"""

import re

_FENCE = re.compile(
    r"^(?P<before>[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+|>[ \t]?)*)(?P<fence>`{3,}(?=[^`]*$)|~{3,})"
)
_MARKER = re.compile(r"[^>\s]")
_HTML = re.compile(r"<(?=[A-Za-z/!?])(?!https?://)")
_PICTURE = re.compile(r"!(?=\[)")
_NO_WEB_LINK = re.compile(r"\](?=\(\s*<?(?!https?:)[A-Za-z][A-Za-z0-9+.-]*:)", re.IGNORECASE)
_NO_WEB_REFERENCE = re.compile(
    r"^(?P<before>[ \t>]*)\[(?=[^\]]{1,999}\]:\s*<?(?!https?:)[A-Za-z][A-Za-z0-9+.-]*:)", re.IGNORECASE
)
_HEADING = re.compile(r"^(?P<before>[ ]{0,3}(?:>[ \t]?)*)(?P<marks>#{1,6})(?=\s|$)")
_UNDERLINE = re.compile(r"^ {0,3}(?:=+|-+)[ \t]*$")
_LOWEST = 6
_CODE = re.compile(r"(`+)(?!`)(?:.*?[^`])?\1(?!`)")


def bounded(markdown: str, *, below: int = 0) -> str:
    """Return the text so that it ends where it ends, its headings `below` levels lower, at most at the sixth."""
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
            lines.append(line)
        elif lines and lines[-1].strip() and _UNDERLINE.match(line) and not line.startswith("    "):
            _underline(lines, line, below)
        else:
            lines.append(_lowered(_safe(line), below))
    return "\n".join([*lines, indent + fence] if fence else lines)


def _closes(line: str, fence: str) -> bool:
    rest = line.lstrip(" \t>").rstrip()
    return len(rest) >= len(fence) and rest == fence[0] * len(rest)


def _underline(lines: list[str], line: str, below: int) -> None:
    """Write a heading that is underlined as the others; under more than one line the mark is no heading's."""
    before = lines[-2].strip() if len(lines) > 1 else ""
    if before or _HEADING.match(lines[-1]):
        lines.append(f"\\{line.lstrip()}" if "=" in line else f"\n{line}")
        return
    marks = "#" * min((1 if "=" in line else 2) + below, _LOWEST)
    lines[-1] = f"{marks} {lines[-1].strip()}"


def _lowered(line: str, below: int) -> str:
    found = _HEADING.match(line)
    if found is None:
        return line
    return f"{found['before']}{'#' * min(len(found['marks']) + below, _LOWEST)}{line[found.end() :]}"


def _safe(line: str) -> str:
    """Escape HTML, pictures and links out of the web, outside code within the line and by its indentation."""
    if line.startswith(("    ", "\t")):
        return line
    parts: list[str] = []
    at = 0
    for code in _CODE.finditer(line):
        parts += [_without_markup(line[at : code.start()]), code.group()]
        at = code.end()
    return _NO_WEB_REFERENCE.sub(r"\g<before>\\[", "".join([*parts, _without_markup(line[at:])]))


def _without_markup(words: str) -> str:
    return _HTML.sub(r"\\<", _NO_WEB_LINK.sub(r"\\]", _PICTURE.sub("", words)))
