"""Persisted queries of one process that tells the others of what is registered with it."""

from domain.persisted_queries import KeptQuery, PersistedQueries, digest_of


class SharedQueries:
    """Looks at home first, then where all processes look; what is found there is kept at home too."""

    def __init__(self, local: PersistedQueries, shared: PersistedQueries) -> None:
        self._local = local
        self._shared = shared

    async def find(self, digest: str) -> KeptQuery | None:
        """Return the document with this hash; text from elsewhere has to have it."""
        query = await self._local.find(digest)
        if query is not None:
            return query
        query = await self._shared.find(digest)
        if query is None or digest_of(query.text) != digest:
            return None
        await self._local.keep(digest, query)
        return query

    async def keep(self, digest: str, query: KeptQuery) -> None:
        """Keep a document at home and where all look, unless it is at home already."""
        if await self._local.find(digest) is None:
            await self._local.keep(digest, query)
            await self._shared.keep(digest, query)
