"""The composition: which adapter stands behind each port, and the ASGI application over all of it."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.signals import Signals
from gateway import security
from gateway.accounts import google, mailing
from gateway.accounts.passwords import Argon2Passwords
from gateway.accounts.tokens import JwtTokens
from gateway.callers.addresses import networks
from gateway.callers.doors import Doorway
from gateway.callers.origins import Origins
from gateway.connections.tallies import Tally
from gateway.endpoints import health
from gateway.endpoints.exports import EXPORT_PATH, ExportDownloads
from gateway.endpoints.http import HttpEndpoint, wants_page
from gateway.endpoints.keys import KEY_SET_PATH, KeySet
from gateway.endpoints.playground import serve_asset, serve_page
from gateway.endpoints.websockets import WebSocketEndpoint
from gateway.http.shielding import Shield
from gateway.operations import persisted, trusting
from gateway.operations.gateways import Gateway, log_defect
from gateway.operations.persisted import DocumentDesk
from gateway.processes import jobs
from gateway.rates import charging
from gateway.security import derived
from gateway.settings import outside
from gateway.settings.environment import Settings
from gateway.streams.places import Places
from gateway.telemetry import exporting, exposition, observing
from gateway.telemetry.exposition import METRICS_PATH, Exposition, GuardedExposition
from gateway.telemetry.gauges import Sources
from gateway.telemetry.observing import Observer
from gateway.telemetry.usage import UsageCounts
from graph.documents import Documents
from graph.execution import Executor
from graph.schema import executable
from graph.usage import deprecated_in
from persistence.engine import connect
from persistence.signals import LocalSignals, RedisSignals, redis_at
from persistence.work import Postgres
from resolvers.context import Ports

PATH = "/graphql"


@dataclass(slots=True)
class Application:
    """The running gateway: the ASGI application and what operators ask of it."""

    asgi: ASGIApp
    gateway: Gateway
    readiness: health.Readiness


@asynccontextmanager
async def application(settings: Settings, database_url: str) -> AsyncIterator[Application]:
    """Open every connection, start the background work, and yield the application; close all at the end."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(
            connect(database_url, largest=settings.pool, statement_deadline_s=settings.statement_deadline_s)
        )
        redis, signals = await stack.enter_async_context(_bus(settings))
        postgres = Postgres(database, signals)
        endpoint, share = settings.otel_exporter_otlp_endpoint, settings.trace_share
        tracing = await stack.enter_async_context(exporting.opened(endpoint, share))
        seed, *old_seeds = _secrets(settings, "access key")
        tokens = JwtTokens(seed, old_seeds)
        refresh_secret, *old_refresh_secrets = _secrets(settings, "refresh tokens")
        ports = Ports(
            open_reads=postgres.open_reads,
            open_step=postgres.open_step,
            open_work=postgres.open_work,
            signals=signals,
            passwords=Argon2Passwords(),
            tokens=tokens,
            refresh_secret=refresh_secret,
            previous_refresh_secrets=tuple(old_refresh_secrets),
            now=security.now,
            mint=security.mint,
            public_url=settings.public_url,
            google=await stack.enter_async_context(google.opened(outside.registration(settings))),
            watch=None if tracing is None else tracing.watch,
        )
        documents = Documents(
            executable(),
            limits=settings.limits,
            hide_suggestions=settings.production,
            guard_introspection=settings.production,
        )
        executor = Executor(
            documents, log_defect=log_defect, deadline_s=settings.deadline_s, engine=settings.engine
        )
        redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
        toll = await stack.enter_async_context(charging.opened(settings.figures, redis_url))
        queries = await stack.enter_async_context(persisted.opened(redis_url))
        desk = DocumentDesk(documents, queries, mode=settings.documents)
        await stack.enter_async_context(trusting.running(desk.trusted, ports))
        observer = Observer(UsageCounts(deprecated_in(documents.schema)), tracing)
        await stack.enter_async_context(observing.running(observer, ports))
        gateway = Gateway(executor, ports, tokens, toll, desk, strict=settings.production, observer=observer)
        shown = Exposition(Sources(observer, executor, database, postgres.counts, toll))
        await stack.enter_async_context(
            exposition.served(
                shown, settings.metrics_host, settings.metrics_port, ports=settings.metrics_ports
            )
        )
        await stack.enter_async_context(jobs.running(ports, gateway.revocations, mailing.postman(settings)))
        readiness = health.Readiness(database, redis, gateway.drain)
        yield Application(_routes(gateway, readiness, shown, settings), gateway, readiness)


def _secrets(settings: Settings, purpose: str) -> list[bytes]:
    """Derive a key for the purpose from the secret, then one from each that it follows."""
    return [
        derived(secret.get_secret_value(), purpose)
        for secret in (settings.secret, *settings.previous_secrets)
    ]


@asynccontextmanager
async def _bus(settings: Settings) -> AsyncIterator[tuple["Redis | None", Signals]]:
    """Open the bus for signals: Redis where an address is set, else within the process."""
    if settings.redis_url is None:
        yield None, LocalSignals()
        return
    redis = redis_at(settings.redis_url.get_secret_value())
    signals = RedisSignals(redis, sender=os.urandom(8).hex())
    receiver = asyncio.create_task(signals.receive())
    try:
        yield redis, signals
    finally:
        receiver.cancel()
        with suppress(asyncio.CancelledError):
            await receiver
        await redis.aclose()


def _routes(gateway: Gateway, readiness: health.Readiness, shown: Exposition, settings: Settings) -> ASGIApp:
    doorway = Doorway(frozenset(settings.origins), networks(settings.trusted_proxies))
    per_address, per_user = Tally(settings.sockets_per_address), Tally(settings.sockets_per_user)
    http = HttpEndpoint(gateway, doorway, Origins(settings.origins), Places(per_address, per_user))
    sockets = WebSocketEndpoint(gateway, doorway, per_address=per_address, per_user=per_user)
    token = settings.metrics_token
    guarded = [GuardedExposition(shown, token.get_secret_value())] if token is not None else []
    others = Starlette(
        routes=[
            *(Route(METRICS_PATH, each.answer) for each in guarded),
            Route("/health/live", health.live),
            Route("/health/ready", readiness.answer),
            Route("/graphiql/{name}", serve_asset),
            Route(KEY_SET_PATH, KeySet(gateway.tokens).answer),
            Route(EXPORT_PATH, ExportDownloads(gateway.ports).answer),
        ]
    )

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"] != PATH:
            await others(scope, receive, send)
        elif scope["type"] == "websocket":
            await sockets(scope, receive, send)
        elif not settings.production and wants_page(scope):
            await serve_page(scope, receive, send)
        else:
            await http(scope, receive, send)

    return Shield(dispatch, production=settings.production)
