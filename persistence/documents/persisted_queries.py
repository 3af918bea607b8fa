"""Persisted queries of one process, shared with the other processes."""

from domain.documents.persisted_queries import PersistedQueries, PersistedQuery, digest_of


class SharedQueries:
    """Reads the local store first, then the shared one, whose documents are then stored locally too."""

    def __init__(self, local: PersistedQueries, shared: PersistedQueries) -> None:
        self._local = local
        self._shared = shared

    async def find(self, digest: str) -> PersistedQuery | None:
        """Return the document with this hash; that of a shared text is checked."""
        query = await self._local.find(digest)
        if query is not None:
            return query
        query = await self._shared.find(digest)
        if query is None or digest_of(query.text) != digest:
            return None
        await self._local.register(digest, query)
        return query

    async def register(self, digest: str, query: PersistedQuery) -> None:
        """Store a document locally and shared, unless it is stored locally already."""
        if await self._local.find(digest) is None:
            await self._local.register(digest, query)
            await self._shared.register(digest, query)
