"""Stock Strawberry server as its guides show it: ORM rows behind types, dataloaders, both caches; no rules, no log."""

import os
from typing import Any

import strawberry
import uvicorn
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache

from bench.peers.strawberry.answers import RequestContext
from bench.peers.strawberry.types import Mutation, Query

EXTENSIONS: Any = [ParserCache(), ValidationCache()]  # one object each, so that they keep their entries
schema = strawberry.Schema(query=Query, mutation=Mutation, extensions=EXTENSIONS)


class Application(GraphQL[RequestContext, None]):
    """Strawberry's own ASGI application; the caller's id is taken from the header unchecked."""

    def __init__(self) -> None:
        super().__init__(schema)
        url = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://")
        engine = create_async_engine(
            url, pool_size=10, max_overflow=0, connect_args={"server_settings": {"jit": "off"}}
        )
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)

    async def get_context(
        self,
        request: Request | WebSocket,
        response: Response | WebSocket,  # noqa: ARG002 - Strawberry's signature
    ) -> RequestContext:
        """Make loaders for one request."""
        return RequestContext(self._sessions, request.headers["authorization"][7:])


if __name__ == "__main__":
    uvicorn.run(
        Application(),
        port=int(os.environ["BENCH_PORT"]),
        lifespan="off",
        log_level="warning",
        access_log=False,
    )
