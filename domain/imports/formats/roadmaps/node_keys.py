"""Keys of nodes and slugs of roadmaps, where a file has only titles or ids of its own."""

import hashlib
import re
import unicodedata
from dataclasses import replace

from domain.content.quizzes import LONGEST_SLUG, is_slug
from domain.imports.reports import Findings
from domain.imports.roadmap_plans import RoadmapPlan

_DIGITS = 16
_DIGEST = re.compile(r"\bnode-[0-9a-f]{16}\b")


def slug_of(title: str, *, otherwise: str) -> str:
    """Return a title as a slug; one without letters or digits of ASCII is named by its digest."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    slug = "-".join(words)[:LONGEST_SLUG].strip("-")
    return slug or f"{otherwise}-{_digest(title)}"


def key_of_id(name: str) -> str:
    """Return the key of a node for an id: the id where it is a slug, else its digest, so that it never changes."""
    return name if is_slug(name) else f"node-{_digest(name)}"


def free_key(wanted: str, taken: dict[str, int]) -> str:
    """Return a key that is not taken yet, with a number where it must be; `taken` has the last number of each key."""
    key = wanted
    while key in taken:
        taken[wanted] += 1
        ending = f"-{taken[wanted]}"
        key = wanted[: LONGEST_SLUG - len(ending)].rstrip("-") + ending
    taken[key] = 1
    return key


def name_by_titles(plan: RoadmapPlan, findings: Findings) -> None:
    """Put titles in place of keys that are digests of ids, in what was refused."""
    titles = {node.key: node.title for node in plan.nodes if _DIGEST.fullmatch(node.key)}

    def title(key: "re.Match[str]") -> str:
        return titles.get(key.group(), key.group())

    findings.refused[:] = [
        replace(found, item=titles.get(found.item, found.item), reason=_DIGEST.sub(title, found.reason))
        for found in findings.refused
    ]


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
