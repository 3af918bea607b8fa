"""Calls of language models in Postgres: one statement reserves a call, and another settles it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import combinations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Interval,
    any_,
    bindparam,
    delete,
    select,
    text,
    update,
)

from domain.ai.calls import AiCall, AiCallFilter, AiCallStatus
from domain.ai.quotas import AiBudget, AiQuota
from domain.ai.requests import Purpose
from domain.ids import AiCallId, UserId
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT, Statement, by_key, columns_for
from persistence.tables.ai.calls import ai_budgets, ai_calls

_call = maker(AiCall, purpose=member_of(Purpose), status=member_of(AiCallStatus))
_COLUMNS = columns_for(AiCall, ai_calls)
_NAMES = [column.name for column in _COLUMNS]
_RESERVE = Statement(
    text(f"""
    WITH caller AS (
        SELECT id FROM users WHERE id = :caller_id AND erased_at IS NULL FOR KEY SHARE
    ), taken AS (
        INSERT INTO ai_budgets AS b (user_id, day, requests, tokens, cost, paced_until)
        SELECT caller.id, :day, 1, :tokens, :cost, :started_at + :pause FROM caller
        WHERE :request_limit > 0 AND :tokens <= :token_limit
        ON CONFLICT (user_id) DO UPDATE SET
            day = greatest(b.day, excluded.day),
            requests = CASE WHEN b.day < excluded.day THEN 0 ELSE b.requests END + 1,
            tokens = CASE WHEN b.day < excluded.day THEN 0 ELSE b.tokens END + excluded.tokens,
            cost = CASE WHEN b.day < excluded.day THEN 0 ELSE b.cost END + excluded.cost,
            paced_until = greatest(b.paced_until, :started_at) + :pause
        WHERE (b.day < excluded.day OR b.requests < :request_limit AND b.tokens + excluded.tokens <= :token_limit)
            AND b.paced_until <= :started_at + :pause * (:per_minute - 1)
        RETURNING b.user_id
    )
    INSERT INTO ai_calls ({", ".join(_NAMES)})
    SELECT {", ".join(f":{name}" for name in _NAMES)} FROM taken
    RETURNING id
    """).bindparams(  # noqa: S608 - names of columns
        *(bindparam(column.name, type_=column.type) for column in _COLUMNS),
        bindparam("day", type_=Date),
        bindparam("tokens", type_=BigInteger),
        bindparam("request_limit", type_=Integer),
        bindparam("token_limit", type_=BigInteger),
        bindparam("per_minute", type_=Integer),
        bindparam("pause", type_=Interval),
    )
)
"""The row of the budget is locked by the update, whose condition sees what others have taken meanwhile.

A request that began before midnight, and comes after one of the next day, counts for that day. An erased account gets
no budget: its row in `users` is locked against the erasure.
"""
_SETTLE = Statement(
    text("""
    WITH ended AS (
        UPDATE ai_calls SET status = :status, model = :model, provider = :provider, attempts = :attempts,
            tokens_in = :tokens_in, tokens_out = :tokens_out, cost = :cost, latency_ms = :latency_ms
        WHERE id = :call_id AND status = 'RUNNING'
        RETURNING id, caller_id
    ), given_back AS (
        UPDATE ai_budgets b SET
            requests = greatest(0, b.requests - CASE WHEN :is_counted THEN 0 ELSE 1 END),
            tokens = greatest(0, b.tokens + :tokens_more),
            cost = greatest(0, b.cost + :cost_more)
        FROM ended WHERE b.user_id = ended.caller_id AND b.day = :day
    )
    SELECT id FROM ended
    """).bindparams(
        *(
            bindparam(name, type_=ai_calls.c[name].type)
            for name in (
                "status",
                "model",
                "provider",
                "attempts",
                "tokens_in",
                "tokens_out",
                "cost",
                "latency_ms",
            )
        ),
        bindparam("call_id", type_=ID),
        bindparam("is_counted", type_=Boolean),
        bindparam("tokens_more", type_=BigInteger),
        bindparam("cost_more", type_=BigInteger),
        bindparam("day", type_=Date),
    )
)
_BUDGET = Statement(
    select(*columns_for(AiBudget, ai_budgets)).where(
        ai_budgets.c.user_id == bindparam("caller_id", type_=ID)
    ),
    AiBudget,
)
_HAS_CALLER = Statement(
    text("SELECT EXISTS (SELECT FROM users WHERE id = :caller_id AND erased_at IS NULL)").bindparams(
        bindparam("caller_id", type_=ID)
    )
)
_BY_IDS = Statement(select(*_COLUMNS).where(ai_calls.c.id == any_(bindparam("ids", type_=ARRAY(ID)))), _call)
_END_LOST = Statement(
    update(ai_calls)
    .where(ai_calls.c.status == AiCallStatus.RUNNING.value)
    .where(ai_calls.c.started_at < bindparam("before", type_=MOMENT))
    .values(status=AiCallStatus.LOST.value)
)
_FORGET = Statement(
    delete(ai_calls)
    .where(ai_calls.c.started_at < bindparam("before", type_=MOMENT))
    .where(ai_calls.c.status != AiCallStatus.RUNNING.value)
)
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "caller_id": ai_calls.c.caller_id == bindparam("caller_id", type_=ID),
    "purpose": ai_calls.c.purpose == bindparam("purpose"),
    "status": ai_calls.c.status == bindparam("status"),
    "model": ai_calls.c.model == bindparam("model", type_=ID),
}
_within = (
    select(*_COLUMNS)
    .where(ai_calls.c.started_at >= bindparam("since", type_=MOMENT))
    .where(ai_calls.c.started_at < bindparam("until", type_=MOMENT))
)
_PAGES = {
    names: Pages(
        _within.where(*(_CONDITIONS[name] for name in names)),
        order=[ai_calls.c.id],
        descending=True,
        make=_call,
        key_of=lambda call: (call.id,),
        name="aiCalls",
    )
    for length in range(len(_CONDITIONS) + 1)
    for names in combinations(_CONDITIONS, length)
}
"""One statement for each set of conditions: with only the conditions in use, it can follow an index."""
_EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class SqlAiCalls:
    """Calls in the table `ai_calls`, budgets in `ai_budgets`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def reserve(self, call: AiCall, quota: AiQuota) -> bool:
        """Store a call that runs and take its tokens, cost and request; False, and nothing changed, without room."""
        values = {name: getattr(call, name) for name in _NAMES}
        values |= {"purpose": call.purpose.value, "status": call.status.value}
        taken = await self._connection.value(
            _RESERVE,
            **values,
            day=call.started_at.astimezone(UTC).date(),
            tokens=call.tokens_in + call.tokens_out,
            request_limit=quota.requests,
            token_limit=quota.tokens,
            per_minute=quota.per_minute,
            pause=quota.pause,
        )
        return taken is not None

    async def has_caller(self, caller_id: UserId) -> bool:
        """Return whether the account of a caller is there, and was not erased."""
        return bool(await self._connection.value(_HAS_CALLER, caller_id=caller_id))

    async def budget(self, caller_id: UserId) -> AiBudget | None:
        """Return what a caller has used on the day of the last request."""
        return await self._connection.first(_BUDGET, caller_id=caller_id)

    async def settle(self, ended: AiCall, *, reserved: AiCall, is_counted: bool) -> bool:
        """Store how a running call ended, and give back what was reserved too much; False if it does not run."""
        spent, kept = ended.tokens_in + ended.tokens_out, reserved.tokens_in + reserved.tokens_out
        found = await self._connection.value(
            _SETTLE,
            call_id=ended.id,
            status=ended.status.value,
            model=ended.model,
            provider=ended.provider,
            attempts=ended.attempts,
            tokens_in=ended.tokens_in,
            tokens_out=ended.tokens_out,
            cost=ended.cost,
            latency_ms=ended.latency_ms,
            is_counted=is_counted,
            tokens_more=spent - kept,
            cost_more=ended.cost - reserved.cost,
            day=reserved.started_at.astimezone(UTC).date(),
        )
        return found is not None

    async def by_ids(self, ids: Sequence[AiCallId]) -> list[AiCall | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=list(ids))
        return by_key(ids, found, lambda call: call.id)

    async def page(self, asked: AiCallFilter, window: Window) -> Page[AiCall]:
        """Return calls, newest first."""
        given = {
            "caller_id": asked.caller_id,
            "purpose": None if asked.purpose is None else asked.purpose.value,
            "status": None if asked.status is None else asked.status.value,
            "model": asked.model,
        }
        values = {name: value for name, value in given.items() if value is not None}
        return await _PAGES[tuple(values)].read(
            self._connection, window, since=asked.since or _EVER[0], until=asked.until or _EVER[1], **values
        )

    async def end_lost(self, *, before: datetime) -> None:
        """Mark calls as lost that run since before."""
        await self._connection.run(_END_LOST, before=before)

    async def forget(self, *, before: datetime) -> None:
        """Remove calls that began before, but for running ones."""
        await self._connection.run(_FORGET, before=before)
