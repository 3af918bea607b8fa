"""Sections of a thread by the offline author."""

from typing import Any

from domain.ai.requests import AiRequest
from gateway.ai.offline import sources

_SECTIONS = (
    (
        "{topic}: the idea",
        (
            "**{topic}** is the subject of this section. Begin with its purpose:\n\n- What can be done with it?\n"
            "- What would be harder without it?\n\nThen write down its basic terms, each with one sentence of your own."
        ),
    ),
    (
        "{topic}: the parts",
        (
            "Name the parts of **{topic}** one by one, and say for each what it takes and what it "
            "gives.\n\n1. What comes first?\n2. What happens next?\n3. How do you see that it is done?"
        ),
    ),
    (
        "{topic}: in practice",
        (
            "Take the smallest example of {topic} that you can think of, and do it step by step. Change one thing, and "
            "say what you expect before you look.\n\n> A mistake that you can explain is worth more than a right guess."
        ),
    ),
    (
        "{topic}: mistakes",
        (
            "Most mistakes here come from a term that was understood only in part. Write two examples that "
            "look right and are not, and say what gives them away."
        ),
    ),
    (
        "{topic}: what comes next",
        "What builds on **{topic}**? List three subjects that need it, and for each the part of {topic} that it uses.",
    ),
)


def write(request: AiRequest) -> dict[str, Any]:
    """Write `count` sections about `topic`; after the last kind of section they begin again, with a number."""
    topic = sources.value(request, "topic", "this subject")[:60]
    plain = "".join(c for c in topic if c not in "\\`*_<>[]!#~|").strip() or "this subject"
    sections = []
    for place in range(sources.number(request, "count", len(_SECTIONS))):
        title, body = _SECTIONS[place % len(_SECTIONS)]
        repeated = place // len(_SECTIONS)
        number = f" ({repeated + 1})" if repeated else ""
        sections.append({"title": title.format(topic=plain) + number, "body": body.format(topic=plain)})
    return {"sections": sections}
