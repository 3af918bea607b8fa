"""Chat answers by the offline author: Markdown about the question, with code where that is the subject."""

import re
import zlib

from domain.ai.requests import AiRequest
from gateway.ai.offline import sources

_LONGEST = 200
_OPENINGS = (
    "A good way into this is to name its parts first.",
    "Start with the smallest example that you can think of.",
    "Begin with what you know, and change one thing at a time.",
)
_LANGUAGES = {
    "python": ("python", "values = [3, 1, 2]\nfor value in sorted(values):\n    print(value)"),
    "javascript": (
        "javascript",
        "const values = [3, 1, 2];\nvalues.sort().forEach((value) => console.log(value));",
    ),
    "sql": ("sql", "SELECT title, count(*)\nFROM lessons\nGROUP BY title\nORDER BY count(*) DESC;"),
    "rust": (
        "rust",
        'fn main() {\n    let values = [3, 1, 2];\n    println!("{:?}", values.iter().max());\n}',
    ),
    "bash": ("bash", 'for file in *.txt; do\n  wc -l "$file"\ndone'),
    "html": ("html", "<ul>\n  <li>First</li>\n  <li>Second</li>\n</ul>"),
}
_SUBJECTS = {
    **{name: name for name in _LANGUAGES},
    **dict.fromkeys(
        ("function", "variable", "loop", "code", "programming", "algorithm", "recursion"), "python"
    ),
    **dict.fromkeys(("query", "database", "table", "join"), "sql"),
    **dict.fromkeys(("shell", "terminal", "linux"), "bash"),
    **dict.fromkeys(("web", "css", "browser"), "html"),
    **dict.fromkeys(("js", "react", "node"), "javascript"),
}
_WORD = re.compile(r"\w+")


def write(request: AiRequest) -> str:
    """Write an answer to `question`, which is about `topic`."""
    question = sources.value(request, "question", "your question")[:_LONGEST]
    topic = sources.value(request, "topic")[:_LONGEST]
    words = (sources.keywords(question) or sources.keywords(topic))[:5]
    asked = sum(1 for turn in request.turns if turn.speaker.value == "LEARNER") + 1
    opening = _OPENINGS[zlib.crc32(question.encode()) % len(_OPENINGS)]
    parts = [
        f"You asked: {question}",
        opening,
        *_meanings(words),
        *_example(f"{topic} {question}"),
        f"This was question {asked} of this conversation. What do you want to know next?",
    ]
    return "\n\n".join(parts)


def _meanings(words: list[str]) -> list[str]:
    """Return what to do with the words that a question is about; nothing where there are none."""
    if not words:
        return []
    return [
        f"It helps to look at these words: {', '.join(f'**{word}**' for word in words)}.",
        "\n".join(f"- *{word}*: say what it means, and give an example." for word in words),
    ]


def _example(text: str) -> list[str]:
    """Return an example in the language that the words of a text name first; none where they name none."""
    for word in _WORD.findall(text.lower()):
        language = _SUBJECTS.get(word) or _SUBJECTS.get(word.removesuffix("s"))
        if language:
            name, code = _LANGUAGES[language]
            return [f"Here is a small example:\n\n```{name}\n{code}\n```"]
    return []
