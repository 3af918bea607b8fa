"""Outlines in Markdown: headings, lists and tables of links become the nodes of a roadmap.

What stands below a heading, or inside an entry of a list, needs it. The order is that of the text.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from enum import Enum
from functools import partial
from typing import BinaryIO

from domain import text
from domain.accounts.web_addresses import checked_url
from domain.content.prerequisites import Needs, PrerequisiteMode
from domain.content.roadmap_nodes import MOST_NODES, MOST_RESOURCES, Completion, NodeKind, RoadmapResource
from domain.content.roadmaps import Visibility
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.imports import roadmap_files
from domain.imports.formats.roadmaps.node_keys import free_key, slug_of
from domain.imports.readers import ReadLimits, RoadmapReader
from domain.imports.reports import Findings
from domain.imports.roadmap_plans import PlannedNode, RoadmapFile, RoadmapPlan

LABEL = "markdown-outline"
EXTENSIONS = (".md", ".markdown")
LARGEST_FILE = 500_000
_LONGEST_TITLE, _LONGEST_DESCRIPTION, _LONGEST_RESOURCE = 120, 4_000, 200
_LIST = 10
"""Above all levels of headings: entries of lists and rows of tables lie below the heading before them."""


class OutlineKind(Enum):
    """What a line of an outline is."""

    HEADING = "HEADING"
    ENTRY = "ENTRY"
    ROW = "ROW"
    TEXT = "TEXT"
    LOSS = "LOSS"


@entity
class OutlineLine:
    """A heading, an entry of a list, a row of a table or a text, without its marks.

    `level` is that of the heading from 1, or how deep the entry lies, from 1. `links` are titles with addresses. The
    `text` of a LOSS says what is not kept.
    """

    kind: OutlineKind
    line: int
    level: int
    text: str
    links: tuple[tuple[str, str], ...] = ()


Parse = Callable[[str], Iterable[OutlineLine]]
"""Returns the lines of an outline in Markdown."""


def recognises(head: bytes, names: tuple[str, ...]) -> bool:
    """Tell whether a file has a heading of Markdown among its first lines."""
    lines = head.decode("utf-8", "ignore").split("\n")
    return not names and any(line.startswith(("# ", "## ")) for line in lines)


def reader(parse: Parse) -> RoadmapReader:
    """Return the reader, given what reads Markdown."""
    return partial(_read, parse=parse)


def _read(file: BinaryIO, *, limits: ReadLimits, parse: Parse) -> RoadmapFile:
    findings = Findings()
    content = file.read(min(LARGEST_FILE, limits.largest_entry) + 1)
    if len(content) > LARGEST_FILE:
        findings.refuse(1, "file", f"It may hold at most {LARGEST_FILE:,} bytes.")
        return RoadmapFile(format=LABEL, plan=None, findings=findings)
    outline = _Outline(findings)
    lines = list(parse(content.decode("utf-8", "replace")))
    title = outline.title(lines)
    if title is None:
        findings.refuse(1, "file", "It has no heading; begin with the title of the roadmap, like # Git.")
        return RoadmapFile(format=LABEL, plan=None, findings=findings)
    for line in lines:
        outline.take(line)
    plan = RoadmapPlan(
        slug=slug_of(title.text, otherwise="roadmap"),
        slug_line=title.line,
        title=outline.checked(title),
        description=outline.description,
        visibility=Visibility.PUBLIC,
        nodes=outline.nodes,
    )
    if not plan.nodes:
        findings.refuse(1, "file", "It has no heading, list or table below the title.")
    elif len(plan.nodes) <= MOST_NODES:
        roadmap_files.check_plan(plan, findings)
    else:
        findings.refuse(1, "file", f"A roadmap may have at most {MOST_NODES} nodes, and this has more.")
    return RoadmapFile(format=LABEL, plan=plan, findings=findings)


def _lists_contents(line: OutlineLine) -> bool:
    """Tell whether an entry leads to nothing but headings of the same text."""
    is_entry = line.kind is OutlineKind.ENTRY and bool(line.links)
    return is_entry and all(url.startswith("#") for _, url in line.links)


def _headings_of_contents(lines: list[OutlineLine]) -> set[int]:
    """Return the lines of the headings below which there is nothing but a table of contents."""
    below: dict[int, list[bool]] = {}
    heading = 0
    for line in lines:
        if line.kind is OutlineKind.HEADING:
            heading = line.line
        elif line.kind is not OutlineKind.LOSS:
            below.setdefault(heading, []).append(_lists_contents(line))
    return {heading for heading, found in below.items() if all(found)}


def _cut(line: OutlineLine) -> OutlineLine:
    """Return a line whose text is short enough for a title."""
    if len(line.text) <= _LONGEST_TITLE:
        return line
    return replace(line, text=line.text[: _LONGEST_TITLE - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}")


class _Outline:
    """Makes nodes of the lines, each below the last one of a higher level."""

    def __init__(self, findings: Findings) -> None:
        self.nodes: list[PlannedNode] = []
        self.description = ""
        self._findings = findings
        self._keys: dict[str, int] = {}
        self._above: list[tuple[int, str]] = []
        self._title: OutlineLine | None = None
        self._contents: set[int] = set()

    def title(self, lines: list[OutlineLine]) -> OutlineLine | None:
        """Return the heading that is the title: the first of the highest level that heads no table of contents.

        Others of that level are nodes.
        """
        self._contents = _headings_of_contents(lines)
        headings = [line for line in lines if line.kind is OutlineKind.HEADING and line.text]
        headings = [line for line in headings if line.line not in self._contents]
        if not headings:
            return None
        highest = min(line.level for line in headings)
        top = [line for line in headings if line.level == highest]
        if len(top) > 1:
            reason = f"{len(top)} headings have the highest level; the first is the title, and the others are nodes"
            self._findings.lose(top[0].line, top[0].text, reason)
        self._title = top[0]
        return top[0]

    def take(self, line: OutlineLine) -> None:
        """Take the next line."""
        if line is self._title:
            return
        if line.kind is OutlineKind.LOSS:
            self._findings.lose(line.line, "outline", line.text)
        elif line.kind is OutlineKind.TEXT:
            self._describe(line)
        elif _lists_contents(line) or (line.kind is OutlineKind.HEADING and line.line in self._contents):
            self._findings.lose(line.line, line.text, "a part of a table of contents, which is not kept")
        elif not line.text:
            self._findings.lose(line.line, "outline", "a heading or an entry without a text is not kept")
        else:
            self._add(line)

    def checked(self, line: OutlineLine) -> str:
        """Return the text of a line as a title; a fault is refused."""
        try:
            return text.exact_line(line.text, field="title", longest=_LONGEST_TITLE)
        except InvalidInputError as error:
            self._findings.refuse(line.line, line.text, error.message.rstrip("."), ("nodes", len(self.nodes)))
            return line.text[:_LONGEST_TITLE]

    def _add(self, line: OutlineLine) -> None:
        if len(self.nodes) > MOST_NODES:  # one too many is enough to refuse the file
            return
        level = line.level if line.kind is OutlineKind.HEADING else _LIST + line.level
        while self._above and self._above[-1][0] >= level:
            self._above.pop()
        key = free_key(slug_of(line.text, otherwise="node"), self._keys)
        needs = [Needs(mode=PrerequisiteMode.ALL, k=None, of=(self._above[-1][1],))] if self._above else []
        resources = self._resources(line)
        node = PlannedNode(
            line=line.line,
            path=("nodes", len(self.nodes)),
            key=key,
            title=self.checked(_cut(line)),
            description="",
            kind=NodeKind.READING if resources else NodeKind.CONCEPT,
            weight=1,
            optional=False,
            difficulty=None,
            minutes=None,
            resources=resources,
            needs=needs,
            completion=Completion.CHECKBOX,
            quiz_slug=None,
        )
        self.nodes.append(node)
        self._above.append((level, key))
        if len(line.text) > _LONGEST_TITLE:
            self._findings.lose(
                line.line, line.text, "the title is cut, and the whole text is in the description"
            )
            self._describe(line)

    def _describe(self, line: OutlineLine) -> None:
        """Add a text to the node before it, or to the roadmap where there is none."""
        known = self.nodes[-1].description if self.nodes else self.description
        whole = f"{known}\n\n{line.text}".strip()
        longest = _LONGEST_DESCRIPTION if self.nodes else _LONGEST_DESCRIPTION // 2
        try:
            text.exact_prose(whole, field="description", longest=longest)
        except InvalidInputError:
            self._findings.lose(
                line.line, line.text, "a text for which the description has no room is not kept"
            )
            return
        if self.nodes:
            self.nodes[-1] = replace(self.nodes[-1], description=whole)
        else:
            self.description = whole

    def _resources(self, line: OutlineLine) -> list[RoadmapResource]:
        found = []
        for title, url in line.links[:MOST_RESOURCES]:
            try:
                checked = checked_url(url, field="url")
                name = text.exact_line(title or url, field="title", longest=_LONGEST_RESOURCE)
            except InvalidInputError:
                self._findings.lose(line.line, line.text, "a link is no https address, and is not kept")
                continue
            found.append(RoadmapResource(title=name, url=checked))
        return found
