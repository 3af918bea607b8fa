"""Search in Postgres: full text in four languages, the beginnings of words, and misspelled words where none matches."""

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Boolean, Integer, Text, bindparam, text

from domain.ids import UserId
from domain.paging import Page, Window, cut, expect, other_list
from domain.search import highlights
from domain.search.highlights import START, STOP
from domain.search.queries import SearchQuery
from domain.search.search import MOST_COUNTED, SearchFacet, SearchHit, SearchType, mark_of
from persistence.database import SqlConnection
from persistence.search.candidates import found
from persistence.statements import ID, MOMENT, Statement

NAME = "search"
_TYPES = {kind.value: kind for kind in SearchType}
_SWITCHES = {kind: f"searches_{kind.value}" for kind in SearchType}
_PARAMETERS: list[BindParameter[Any]] = [
    bindparam("viewer_id", type_=ID),
    bindparam("words", type_=Text),
    bindparam("longest", type_=Text),
    bindparam("swapped", type_=Text),
    bindparam("now", type_=MOMENT),
    *(bindparam(name, type_=Boolean) for name in _SWITCHES.values()),
]
_MARKS = f"StartSel={START}, StopSel={STOP}"
_WHOLE = f"{_MARKS}, HighlightAll=true"
_PART = f"{_MARKS}, MaxFragments=1, MaxWords=30, MinWords=12"
_SHORT = 200
_EXCERPT = f"CASE WHEN length(page.body) <= {_SHORT} THEN '{_WHOLE}' ELSE '{_PART}' END"
"""A short text is its own excerpt."""
_STEMS = "search_config(page.title || ' ' || page.body)"
_WORDS = "CAST('search_simple' AS regconfig)"


_MARKED = "(SELECT CASE WHEN EXISTS (SELECT FROM by_words) THEN query ELSE query || swapped END FROM asked)"
"""The words that are marked: those with exchanged letters only where hits were found by them."""


def _headline(config: str, column: str, options: str) -> str:
    return f"ts_headline({config}, page.{column}, {_MARKED}, {options})"


def _page(*, backward: bool, keyed: bool) -> Statement[SearchHit]:
    """Return the statement of a page; only the texts of its hits are marked."""
    direction, compared = ("ASC", ">") if backward else ("DESC", "<")
    after = f"WHERE (score, id) {compared} (:after_score, :after_id)" if keyed else ""
    marked = [_headline(config, "title", f"'{_WHOLE}'") for config in (_STEMS, _WORDS)]
    marked += [_headline(config, "body", _EXCERPT) for config in (_STEMS, _WORDS)]
    written = f"""{found()}
        SELECT page.type, page.id, page.score, {", ".join(marked)} FROM (
            SELECT * FROM found {after} ORDER BY score {direction}, id {direction} LIMIT :page_size
        ) page ORDER BY page.score {direction}, page.id {direction}"""  # noqa: S608 - texts of the code
    parameters = [*_PARAMETERS, bindparam("text", type_=Text), bindparam("page_size", type_=Integer)]
    if keyed:
        parameters += [bindparam("after_score", type_=Integer), bindparam("after_id", type_=ID)]
    return Statement(text(written).bindparams(*parameters), _hit)


def _hit(type_: str, id_: str, score: int, *marked: str) -> SearchHit:
    stemmed, exact = marked[2:]
    return SearchHit(
        type=_TYPES[type_],
        id=id_,
        score=score,
        title=highlights.read(*marked[:2]),
        excerpt=highlights.read(stemmed if START in stemmed else exact),
    )


_PAGES = {(b, k): _page(backward=b, keyed=k) for b in (False, True) for k in (False, True)}
_FACETS = Statement(
    text(f"{found(counted=True)} SELECT type, count(*) FROM found GROUP BY type").bindparams(*_PARAMETERS)  # noqa: S608
)
_SCORES = range(-(2**31), 2**31)


class SqlSearch:
    """Search over the tables of content, accounts, goals, bookmarks, notes, topics, chats and threads."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def page(
        self,
        query: SearchQuery,
        window: Window,
        *,
        types: frozenset[SearchType],
        viewer_id: UserId | None,
        now: datetime,
    ) -> Page[SearchHit]:
        """Return hits of these types, best first."""
        values: dict[str, Any] = _values(query, types, viewer_id, now) | {"text": query.text}
        mark = mark_of(query, types)
        key = expect(window, NAME, _SCORES, str, str)
        if key is not None:
            if key[2] != mark:
                raise other_list("This cursor belongs to another search; begin with its first page.", window)
            values |= {"after_score": key[0], "after_id": key[1]}
        statement = _PAGES[window.backward, key is not None]
        rows = await self._connection.all(statement, page_size=window.size + 1, **values)
        return cut(rows, window, lambda hit: (hit.score, hit.id, mark), NAME)

    async def facets(
        self, query: SearchQuery, *, types: frozenset[SearchType], viewer_id: UserId | None, now: datetime
    ) -> list[SearchFacet]:
        """Return how many objects of each of these types match."""
        rows = await self._connection.rows(_FACETS, **_values(query, types, viewer_id, now))
        counts: dict[SearchType, int] = {_TYPES[row[0]]: int(row[1]) for row in rows}
        return [
            SearchFacet(
                type=kind,
                count=min(counts.get(kind, 0), MOST_COUNTED),
                is_capped=counts.get(kind, 0) > MOST_COUNTED,
            )
            for kind in SearchType
            if kind in types
        ]


def _values(
    query: SearchQuery, types: frozenset[SearchType], viewer_id: UserId | None, now: datetime
) -> dict[str, Any]:
    switches = {name: kind in types for kind, name in _SWITCHES.items()}
    asked = {"words": query.words, "longest": query.longest, "swapped": query.swapped}
    return {**asked, "viewer_id": viewer_id, "now": now, **switches}
