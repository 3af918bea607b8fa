"""Resolvers of search."""

from domain.accounts.scopes import Scope
from domain.paging import Window
from domain.refusals import all_at_once
from domain.search import queries
from domain.search import search as rules
from domain.search.search import SearchFacet, SearchResult, SearchType
from resolvers.context import Context


async def search(
    context: Context, *, query: str, types: list[SearchType] | None = None, window: Window
) -> SearchResult:
    """Return a page of what the words find."""
    with all_at_once() as each:
        with each:
            parsed = queries.parsed(query, field="query")
        with each:
            wanted = rules.searched(types, may_read_own=_may_read_own(context))
    async with context.open_reads() as reads:
        page = await reads.search.page(
            parsed, window, types=wanted, viewer_id=context.viewer_id, now=context.now()
        )
    return SearchResult(query=parsed, page=page)


async def facets(result: SearchResult, context: Context) -> list[SearchFacet]:
    """Return how many objects of each type the words of a search find, whatever types were asked for."""
    wanted = rules.searched(None, may_read_own=_may_read_own(context))
    async with context.open_reads() as reads:
        return await reads.search.facets(
            result.query, types=wanted, viewer_id=context.viewer_id, now=context.now()
        )


def _may_read_own(context: Context) -> bool:
    """Tell whether the caller is a person, or an API key that reads what its owner learns."""
    viewer = context.viewer
    return viewer is not None and (viewer.scopes is None or Scope.READ_LEARNING in viewer.scopes)
