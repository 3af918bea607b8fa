"""The rows of the search benchmark: texts whose words are as unequally frequent as those of a language."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

NODES_PER_ROADMAP = 200
ASKED, ATTEMPTS, OWN = 2_000, 200, 500
"""How many questions the viewer was asked, in how many attempts, and how many bookmarks, notes and goals they have."""
AUTHOR, VIEWER = 0, 1
"""The numbers of the users who wrote everything, and who search it."""
_SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
_NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_QUESTION_COLUMNS = (
    "id exam_type_id domain_id kind difficulty prompt options all_or_nothing author_id name content_hash "
    "lineage_id"
)


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many rows of each kind there are."""

    questions: int = 50_000
    nodes: int = 200_000
    quizzes: int = 2_000
    users: int = 20_000
    words: int = 20_000


SMALL = Amounts(questions=2_200, nodes=2_000, quizzes=50, users=50, words=2_000)


def id_of(prefix: str, number: int) -> str:
    """Return the identifier of a row."""
    return f"{prefix}_{number:026d}"


class Texts:
    """Draws texts; the word of rank r is 1/r as frequent as the first, as in Zipf's law."""

    def __init__(self, words: int) -> None:
        self._random = random.Random(13)
        self.words: list[str] = []
        known: set[str] = set()
        while len(self.words) < words:
            word = "".join(self._random.choices(_SYLLABLES, k=self._random.randint(2, 4)))
            if word not in known:
                known.add(word)
                self.words.append(word)
        total, self._weights = 0.0, []
        for rank in range(1, words + 1):
            total += 1 / rank
            self._weights.append(total)

    def line(self, words: int) -> str:
        """Return so many words."""
        return " ".join(self._random.choices(self.words, cum_weights=self._weights, k=words)).capitalize()


async def fill(connection: "asyncpg.Connection[Any]", amounts: Amounts, texts: Texts) -> None:
    """Store all rows; keys between them are right by construction."""
    await connection.execute("SET session_replication_role = replica")
    for table, columns, rows in _tables(amounts, texts):
        await connection.copy_records_to_table(table, columns=columns.split(), records=rows)
    await connection.execute("VACUUM ANALYZE")


def _tables(amounts: Amounts, texts: Texts) -> Iterator[tuple[str, str, Iterator[tuple[Any, ...]]]]:
    author, viewer = id_of("user", AUTHOR), id_of("user", VIEWER)
    exam, domain = id_of("examtype", 0), id_of("domain", 0)
    roadmaps = amounts.nodes // NODES_PER_ROADMAP
    yield (
        "users",
        "id handle display_name email roles time_zone joined_at",
        (
            (
                id_of("user", n),
                f"person{n}",
                texts.line(2),
                f"person{n}@example.org",
                ["LEARNER"],
                "UTC",
                _NOW,
            )
            for n in range(amounts.users)
        ),
    )
    yield "exam_types", "id code name description", iter([(exam, "exam", "Exam", "")])
    yield "exam_domains", "id exam_type_id code name weight", iter([(domain, exam, "1", "Domain", 100)])
    yield (
        "questions",
        _QUESTION_COLUMNS,
        (
            (
                *(
                    id_of("question", n),
                    exam,
                    domain,
                    "TRUE_FALSE",
                    "EASY",
                    f"{texts.line(18)}?",
                    "[]",
                    False,
                ),
                *(author, f"q{n}", f"{n}", id_of("question", n)),
            )
            for n in range(amounts.questions)
        ),
    )
    yield (
        "quizzes",
        "id slug title description exam_type_id author_id pass_mark feedback question_count content_hash published_at",
        (
            (
                *(
                    id_of("quiz", n),
                    f"quiz-{n}",
                    texts.line(4),
                    texts.line(15),
                    exam,
                    author,
                    70,
                    "AT_END",
                    10,
                ),
                *(f"{n}", _NOW),
            )
            for n in range(amounts.quizzes)
        ),
    )
    yield (
        "roadmaps",
        "id slug title description author_id visibility current_version_id created_at",
        (
            (
                *(id_of("roadmap", n), f"roadmap-{n}", texts.line(4), texts.line(20), author),
                *("PRIVATE" if n % 10 == 0 else "PUBLIC", id_of("roadmapversion", n), _NOW),
            )
            for n in range(roadmaps)
        ),
    )
    yield (
        "roadmap_versions",
        "id roadmap_id number state title description visibility content_hash created_at published_at",
        (
            (
                id_of("roadmapversion", n),
                id_of("roadmap", n),
                1,
                "PUBLISHED",
                "",
                "",
                "PUBLIC",
                f"{n}",
                _NOW,
                _NOW,
            )
            for n in range(roadmaps)
        ),
    )
    yield (
        "roadmap_nodes",
        "id version_id lineage_id title description kind weight optional resources completion position",
        (
            (
                *(id_of("node", n), id_of("roadmapversion", n // NODES_PER_ROADMAP), id_of("lineage", n)),
                *(
                    texts.line(4),
                    texts.line(15),
                    "CONCEPT",
                    1,
                    False,
                    "[]",
                    "CHECKBOX",
                    n % NODES_PER_ROADMAP,
                ),
            )
            for n in range(amounts.nodes)
        ),
    )
    yield from _own(viewer, texts)


def _own(viewer: str, texts: Texts) -> Iterator[tuple[str, str, Iterator[tuple[Any, ...]]]]:
    """Yield what the viewer was asked and what they wrote."""
    later = _NOW + timedelta(minutes=9)
    yield (
        "quiz_attempts",
        "id user_id quiz_id mode state feedback pass_mark seed started_at finished_at",
        (
            (
                id_of("attempt", n),
                viewer,
                id_of("quiz", n),
                "PRACTICE",
                "GRADED",
                "AT_END",
                70,
                n,
                _NOW,
                later,
            )
            for n in range(ATTEMPTS)
        ),
    )
    yield (
        "attempt_slots",
        "attempt_id number question_id",
        ((id_of("attempt", n % ATTEMPTS), n // ATTEMPTS + 1, id_of("question", n)) for n in range(ASKED)),
    )
    yield (
        "goals",
        "id owner_id title description kind state version created_at xp_at_start",
        (
            (id_of("goal", n), viewer, texts.line(4), texts.line(20), "MANUAL", "ACTIVE", 1, _NOW, 0)
            for n in range(OWN)
        ),
    )
    yield (
        "bookmarks",
        "id user_id target_id node_id tags created_at",
        (
            (id_of("bookmark", n), viewer, id_of("node", n), id_of("node", n), [texts.words[n]], _NOW)
            for n in range(OWN)
        ),
    )
    yield (
        "notes",
        "id user_id target_id node_id text created_at changed_at",
        (
            (id_of("note", n), viewer, id_of("node", n), id_of("node", n), texts.line(40), _NOW, _NOW)
            for n in range(OWN)
        ),
    )
