"""Keys of nodes and slugs of roadmaps, where a file has only titles or ids of its own."""

import hashlib
import re
import unicodedata
from dataclasses import replace

from domain.content.quizzes import LONGEST_SLUG, is_slug
from domain.imports.reports import Findings
from domain.imports.roadmap_plans import RoadmapPlan

_DIGITS = 16


def slug_of(title: str, *, otherwise: str) -> str:
    """Return a title as a slug; one without letters or digits of ASCII is named by its digest."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    slug = "-".join(words)[:LONGEST_SLUG].strip("-")
    return slug or f"{otherwise}-{_digest(title)}"


def key_of_id(name: str) -> str:
    """Return the key of a node for an id: the id where it is a slug, else its digest, so that it never changes."""
    return name if is_slug(name) else f"node-{_digest(name)}"


def free_key(wanted: str, taken: set[str]) -> str:
    """Return a key that is not taken yet, with a number where it must be."""
    key, number = wanted, 1
    while key in taken:
        number += 1
        ending = f"-{number}"
        key = wanted[: LONGEST_SLUG - len(ending)].rstrip("-") + ending
    taken.add(key)
    return key


def name_by_titles(plan: RoadmapPlan, findings: Findings) -> None:
    """Put titles in place of keys, which are digests of ids, in what was found."""
    titles = {node.key: node.title for node in plan.nodes}
    if findings.refused:
        any_key = re.compile(
            r"\b(?:" + "|".join(map(re.escape, sorted(titles, key=len, reverse=True))) + r")\b"
        )
        findings.refused[:] = [
            replace(
                found,
                item=titles.get(found.item, found.item),
                reason=any_key.sub(lambda key: titles[key.group()], found.reason)
                if found.item in titles
                else found.reason,
            )
            for found in findings.refused
        ]


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
