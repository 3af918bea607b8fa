"""Topics by the offline author: subtopics of a path, from easy to hard; those of some subjects by name."""

from typing import Any

from domain.ai.requests import AiRequest
from gateway.ai.offline import sources

_HARDEST = 10
_LONGEST = 60
_SUBJECTS: dict[str, tuple[tuple[str, str], ...]] = {
    "python": (
        ("Values and names", "Numbers, strings and booleans, and how a name is bound to one."),
        ("Conditions and loops", "Choosing and repeating with if, for and while."),
        ("Lists, tuples and dictionaries", "Collections, and how they are read and changed."),
        ("Functions", "Giving a name to some steps, with parameters and a result."),
        ("Modules and packages", "Dividing a program into files, and using those of others."),
        ("Exceptions", "What is raised when something fails, and how it is handled."),
        ("Classes", "Objects with attributes and methods of their own."),
        ("Iterators and generators", "Producing values one after the other."),
        ("Type hints", "Saying what a function takes and gives, for readers and checkers."),
        ("Asynchronous code", "Waiting for many things at once with async and await."),
    ),
    "functions": (
        ("Calling a function", "Writing its name with parentheses, and using what it returns."),
        ("Parameters and arguments", "What a function asks for, and what a call gives."),
        ("Return values", "One result, several, or none."),
        ("Default values", "Parameters that a call may leave out."),
        ("Scope", "Which names a function sees, and for how long."),
        ("Recursion", "A function that calls itself, and the case in which it stops."),
        ("Higher-order functions", "Functions that take or return functions."),
        ("Closures", "Functions that keep names of the place where they were made."),
        ("Decorators", "Wrapping a function to add to what it does."),
    ),
    "sql": (
        ("Tables and rows", "How a database arranges what it keeps."),
        ("Selecting rows", "SELECT with WHERE and ORDER BY."),
        ("Inserting, updating and deleting", "Changing rows, and what a condition leaves out."),
        ("Joins", "Reading rows of several tables together."),
        ("Grouping", "Counts, sums and averages with GROUP BY and HAVING."),
        ("Constraints", "What the database refuses: keys, uniqueness and checks."),
        ("Transactions", "Changes that happen together or not at all."),
        ("Indexes", "What makes a query fast, and what an index costs."),
        ("Window functions", "Looking at the rows around a row."),
    ),
}
_TEMPLATES = (
    ("What {topic} is for", "The questions that it answers, and a first example."),
    ("Terms of {topic}", "The words that one has to know to read about it."),
    ("First steps in {topic}", "A small example from start to end."),
    ("Tools for {topic}", "What one works with, and how to set it up."),
    ("{topic} in everyday use", "Where it occurs, and how it is used there."),
    ("Common mistakes in {topic}", "What goes wrong for beginners, and how to see it."),
    ("Patterns of {topic}", "Solutions that occur again and again."),
    ("Testing what you know of {topic}", "Exercises, and how to judge the results."),
    ("{topic} together with its neighbours", "How it fits in with the subjects beside it."),
    ("{topic} at scale", "What changes when there is much of it."),
    ("Limits of {topic}", "Where it does not help, and what does."),
    ("How {topic} works inside", "What happens below what one sees."),
    ("History of {topic}", "Where it comes from, and what it replaced."),
    ("Open questions of {topic}", "What experts do not agree about yet."),
)


def write(request: AiRequest) -> dict[str, Any]:
    """Write `count` subtopics of the last part of `path` beside those that exist, with difficulties from 0 upwards."""
    topic = sources.value(request, "path", "this subject").split(">")[-1].strip()[:_LONGEST].strip()
    known = {name.strip().casefold() for name in request.quoted.get("existing", "").splitlines()}
    count = sources.number(request, "count", 5)
    named = [pair for pair in _named(topic) if pair[0].casefold() not in known]
    named += [
        (f"{topic}, part {number}", "More of the same subject.")
        for number in range(1, count + len(known) + 1)
        if f"{topic}, part {number}".casefold() not in known
    ]
    chosen = named[:count]
    return {
        "topics": [
            {"name": name, "description": description, "difficulty": place * _HARDEST // max(len(chosen), 10)}
            for place, (name, description) in enumerate(chosen)
        ]
    }


def _named(topic: str) -> list[tuple[str, str]]:
    """Return the subtopics that are known for a subject, and those that every subject has."""
    return [
        *_SUBJECTS.get(topic.casefold(), ()),
        *((name.format(topic=topic), description) for name, description in _TEMPLATES),
    ]
