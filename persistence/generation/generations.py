"""Generations and explanations in Postgres; how far a generation is that is not ready, its job shows."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, DateTime, SmallInteger, Text, bindparam, column, insert, or_, select, text
from sqlalchemy.dialects.postgresql import JSONB

from domain.generation.generations import (
    Authorship,
    Explanation,
    Generation,
    GenerationFilter,
    GenerationKind,
    GenerationResult,
    GenerationState,
    NewGeneration,
)
from domain.ids import AttemptId, ExplanationId, GenerationId, RoadmapVersionId, UserId
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT, Statement, by_key
from persistence.tables.generation.generations import generations

_ids, _user = bindparam("ids", type_=ARRAY(ID)), bindparam("user_id", type_=ID)
# A job that has ended well or was given up is removed after days, and one that failed is not.
_ROWS = """
    SELECT g.id, g.user_id, g.kind, CASE WHEN g.finished_at IS NOT NULL THEN 'READY'
            WHEN j.state IN ('QUEUED', 'RUNNING', 'SUCCEEDED') THEN 'WORKING'
            WHEN j.state IN ('FAILED', 'DISCARDED') THEN 'FAILED' ELSE 'CANCELLED' END AS state,
        g.subject, g.asked, g.job_id,
        CASE WHEN g.finished_at IS NULL AND j.state IN ('FAILED', 'DISCARDED') THEN j.error END AS error,
        g.version_id, g.draft_id, g.quiz_id, g.explanation_id, g.model, g.prompt, g.prompt_version, g.created_at,
        g.finished_at
    FROM generations g LEFT JOIN jobs j ON j.id = g.job_id WHERE g.user_id = :user_id"""
_types: list[Any] = [column("id", ID), column("user_id", ID), column("kind", Text), column("state", Text)]
_types += [column("subject", Text), column("asked", JSONB), column("job_id", ID), column("error", Text)]
_types += [column(name, ID) for name in ("version_id", "draft_id", "quiz_id", "explanation_id")]
_types += [column("model", Text), column("prompt", Text), column("prompt_version", SmallInteger)]
_types += [column(name, DateTime(timezone=True)) for name in ("created_at", "finished_at")]
_generation = maker(Generation, kind=member_of(GenerationKind), state=member_of(GenerationState))
_rows = text(_ROWS).bindparams(_user).columns(*_types).subquery("rows")
_kind, _state = bindparam("kind", type_=Text), bindparam("state", type_=Text)
_NEWEST_FIRST: Pages[Generation] = Pages(
    select(*_rows.c)
    .where(or_(_kind.is_(None), _rows.c.kind == _kind))
    .where(or_(_state.is_(None), _rows.c.state == _state)),
    order=[_rows.c.id],
    descending=True,
    make=_generation,
    key_of=lambda generation: (generation.id,),
    name="generations",
)
_BY_IDS = Statement(text(f"{_ROWS} AND g.id = ANY (:ids)").bindparams(_user, _ids), _generation)
_NAMES = ("id", "user_id", "kind", "subject", "asked", "job_id", "created_at", "version_id", "draft_id")
_ADD = Statement(insert(generations).values({name: bindparam(name) for name in _NAMES}))
_VARIANTS = Statement(
    text("""
    SELECT count(*) FROM generations WHERE user_id = :user_id AND (version_id = :draft OR draft_id = :draft)
    """).bindparams(_user, bindparam("draft", type_=ID))
)
_OF_VERSION = Statement(
    text("SELECT id FROM generations WHERE version_id = :version_id AND kind = 'ROADMAP' LIMIT 1").bindparams(
        bindparam("version_id", type_=ID)
    )
)
_FINISH = Statement(
    text("""
    UPDATE generations SET version_id = coalesce(:version_id, version_id), draft_id = coalesce(:draft_id, draft_id),
        explanation_id = :explanation_id, model = :model, prompt = :prompt, prompt_version = :prompt_version,
        call_id = :call_id, finished_at = :now
    WHERE id = :id
    """).bindparams(
        *(
            bindparam(name, type_=ID)
            for name in ("id", "version_id", "draft_id", "explanation_id", "call_id")
        ),
        *(bindparam(name, type_=Text) for name in ("model", "prompt")),
        bindparam("prompt_version", type_=SmallInteger),
        bindparam("now", type_=MOMENT),
    )
)
_EXPLAIN = Statement(
    text("""
    INSERT INTO explanations (id, user_id, attempt_id, number, question_id, generation_id, text, created_at)
    VALUES (:id, :user_id, :attempt_id, :number, :question_id, :generation_id, :said, :created_at)
    ON CONFLICT (attempt_id, number) DO UPDATE SET generation_id = excluded.generation_id, text = excluded.text,
        created_at = excluded.created_at
    RETURNING id
    """).bindparams(
        *(
            bindparam(name, type_=ID)
            for name in ("id", "user_id", "attempt_id", "question_id", "generation_id")
        ),
        bindparam("number", type_=SmallInteger),
        bindparam("said", type_=Text),
        bindparam("created_at", type_=MOMENT),
    )
)
_EXPLANATION_OF = Statement(
    text("""
    WITH RECURSIVE explained AS (
        SELECT e.generation_id, e.question_id, g.created_at AS asked_at
        FROM explanations e JOIN generations g ON g.id = e.generation_id
        WHERE e.attempt_id = :attempt_id AND e.number = :number AND e.user_id = :user_id
    ), versions AS (
        SELECT q.id, q.replaced_by_id FROM questions q JOIN explained e ON e.question_id = q.id
        UNION ALL
        SELECT q.id, q.replaced_by_id FROM questions q JOIN versions v ON q.id = v.replaced_by_id
    )
    SELECT e.generation_id FROM explained e WHERE NOT EXISTS (
        SELECT FROM regraded_attempts d JOIN versions v ON v.id = d.question_id
        WHERE d.attempt_id = :attempt_id AND d.regraded_at >= e.asked_at
    )
    """).bindparams(bindparam("attempt_id", type_=ID), bindparam("number", type_=SmallInteger), _user)
)
_EXPLANATIONS = Statement(
    text("""
    SELECT id, user_id, attempt_id, number, question_id, generation_id, created_at FROM explanations
    WHERE id = ANY (:ids) AND user_id = :user_id
    """).bindparams(_ids, _user),
    Explanation,
)
_TEXTS = Statement(
    text("SELECT id, text FROM explanations WHERE id = ANY (:ids) AND user_id = :user_id").bindparams(
        _ids, _user
    )
)


class SqlGenerations:
    """Generations in the table `generations`, explanations in `explanations`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, new: NewGeneration) -> None:
        """Insert a generation."""
        await self._connection.run(_ADD, **(asdict(new) | {"kind": new.kind.value, "asked": dict(new.asked)}))

    async def by_ids(self, ids: Sequence[GenerationId], *, user_id: UserId) -> list[Generation | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=list(ids), user_id=user_id)
        return by_key(ids, found, lambda each: each.id)

    async def page(self, asked: GenerationFilter, window: Window, *, user_id: UserId) -> Page[Generation]:
        """Return a user's generations, newest first."""
        return await _NEWEST_FIRST.read(
            self._connection,
            window,
            user_id=user_id,
            kind=asked.kind and asked.kind.value,
            state=asked.state and asked.state.value,
        )

    async def variants(self, draft: str, *, user_id: UserId) -> int:
        """Count the generations of a draft."""
        return int(await self._connection.value(_VARIANTS, draft=draft, user_id=user_id))

    async def of_version(self, version_id: RoadmapVersionId) -> GenerationId | None:
        """Return the generation that made a draft of a roadmap."""
        found: GenerationId | None = await self._connection.value(_OF_VERSION, version_id=version_id)
        return found

    async def finish(
        self, generation_id: GenerationId, by: Authorship, result: GenerationResult, *, now: datetime
    ) -> None:
        """Store where a generation ended."""
        await self._connection.run(_FINISH, id=generation_id, now=now, **asdict(by), **asdict(result))

    async def explain(self, explanation: Explanation, text: str) -> ExplanationId:
        """Insert or replace the explanation of a slot."""
        kept: ExplanationId = await self._connection.value(_EXPLAIN, said=text, **asdict(explanation))
        return kept

    async def explanation_of(
        self, attempt_id: AttemptId, number: int, *, user_id: UserId
    ) -> GenerationId | None:
        """Return the generation of the explanation that a slot has."""
        found: GenerationId | None = await self._connection.value(
            _EXPLANATION_OF, attempt_id=attempt_id, number=number, user_id=user_id
        )
        return found

    async def explanations(
        self, ids: Sequence[ExplanationId], *, user_id: UserId
    ) -> list[Explanation | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_EXPLANATIONS, ids=list(ids), user_id=user_id)
        return by_key(ids, found, lambda each: each.id)

    async def texts(self, ids: Sequence[ExplanationId], *, user_id: UserId) -> list[str | None]:
        """Return the text of each explanation."""
        rows = await self._connection.rows(_TEXTS, ids=list(ids), user_id=user_id)
        found = {row[0]: row[1] for row in rows}
        return [found.get(id_) for id_ in ids]
