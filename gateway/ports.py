"""Ports: the adapters behind each port of the resolvers, opened once for a process that serves or runs jobs."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

import structlog
from pydantic import SecretStr

from domain.printouts.printers import Printing
from domain.signals import Signals
from domain.webhooks.ports import WebhookPorts
from domain.webhooks.receiver_addresses import ReceiverRules
from gateway import secrets_and_ids
from gateway.ai import assistants
from gateway.authentication import openid_provider
from gateway.authentication.access_tokens import JwtTokens
from gateway.authentication.password_hashing import Argon2Passwords
from gateway.backups import configured_backups
from gateway.databases.chaotic_lender import ChaoticLender
from gateway.error_reports import reports as reports_of
from gateway.error_reports.reports import ErrorReports
from gateway.feature_flags import flag_refresh
from gateway.feature_flags.flags import FeatureFlags
from gateway.mail import delivery, mail_keys
from gateway.mail.template_language import MjmlLanguage
from gateway.printouts.printout_folder import PrintoutFolder
from gateway.printouts.typst_printer import TypstPrinter
from gateway.rate_limits import rate_limiter
from gateway.rate_limits.rate_limiter import RateLimiter
from gateway.secrets_and_ids import derived
from gateway.service_status import status_watch
from gateway.service_status.circuit_breakers import CircuitBreakers
from gateway.service_status.local_troubles import LocalTroubles
from gateway.service_status.status_board import StatusBoard
from gateway.settings import chaos as chaos_settings
from gateway.settings import integrations
from gateway.settings.environment import Settings
from gateway.spaced_review.fsrs_schedulers import FsrsSchedulers
from gateway.telemetry import span_export
from gateway.telemetry.ai_metrics import AiMetrics
from gateway.telemetry.tracing import Tracing
from gateway.telemetry.webhook_metrics import WebhookMetrics
from gateway.uploads.media_folder import MediaFolder
from gateway.uploads.upload_folder import UploadFolder
from gateway.webhooks import webhook_sender
from gateway.webhooks.secret_sealer import sealer_of
from gateway.workflows.conditions import SafeConditions
from graph.documents.operation_usage import coordinates_in
from graph.schema import executable
from persistence.connection_lender import Lender
from persistence.database import Database, connect
from persistence.redis_client import AnyRedis
from persistence.replicas import replicated_postgres
from persistence.replicas.read_replicas import ReadReplicas
from persistence.replicas.replicated_postgres import ReplicatedPostgres
from persistence.signals import LocalSignals, RedisSignals, redis_at
from persistence.work import Postgres
from resolvers.context import Ports
from resolvers.public_nodes import PublicNodes

_log = structlog.get_logger("gateway.ports")


@dataclass(slots=True)
class Adapters:
    """What is behind the ports of a process, for those parts of the gateway that need more than a port."""

    ports: Ports
    database: Database
    postgres: Postgres
    replicas: ReadReplicas | None
    redis: AnyRedis | None
    redis_url: str | None
    tracing: Tracing | None
    tokens: JwtTokens
    limiter: RateLimiter
    breakers: CircuitBreakers
    board: StatusBoard
    webhook_metrics: WebhookMetrics
    ai_metrics: AiMetrics
    reports: ErrorReports | None


@asynccontextmanager
async def opened(
    settings: Settings,
    database_url: str,
    *,
    pool: int,
    statement_deadline_s: float,
    reads_replicas: bool = False,
) -> AsyncIterator[Adapters]:
    """Open every connection, and close all of them at the end.

    There are at most `pool` connections to Postgres, and to each replica where queries are to read the replicas; both
    cancel a statement after `statement_deadline_s` seconds.
    """
    chaos = chaos_settings.parsed(settings.chaos)
    if settings.chaos:
        _log.warning("chaos", switches=settings.chaos)
    if chaos.is_redis_lost and settings.redis_url is not None:
        settings = settings.model_copy(update={"redis_url": SecretStr(chaos_settings.NOWHERE)})
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(
            connect(
                settings.pool_address(database_url),
                largest=pool,
                usual=settings.pool_usual,
                lifetimes=settings.lifetimes,
                statement_deadline_s=statement_deadline_s,
                lock_wait_s=settings.lock_wait_s,
                share=settings.pool_share,
                statement_log=settings.statement_log,
                lender_of=partial(ChaoticLender, chaos=chaos) if chaos.touches_postgres else Lender,
            )
        )
        redis, signals = await stack.enter_async_context(_signals(settings))
        replicas = None
        if reads_replicas and settings.database_replica_urls:
            replicas = await stack.enter_async_context(
                _replicas(settings, database_url, largest=pool, statement_deadline_s=statement_deadline_s)
            )
        postgres = Postgres(database, signals)
        if replicas is not None:
            postgres = ReplicatedPostgres(database, signals, replicas)
        collector, share = settings.otel_exporter_otlp_endpoint, settings.trace_share
        tracing = await stack.enter_async_context(span_export.opened(collector, share))
        reports = await stack.enter_async_context(reports_of.opened(settings))
        seed, *old_seeds = _secrets(settings, "access key")
        tokens = JwtTokens(seed, old_seeds)
        refresh_secret, *old_refresh_secrets = _secrets(settings, "refresh tokens")
        keys = mail_keys.of_settings(settings)
        redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
        limiter = await stack.enter_async_context(rate_limiter.opened(settings.rate_figures, redis_url))
        breakers, board = CircuitBreakers(), StatusBoard()
        rules, webhook_metrics = ReceiverRules(allows_local=not settings.production), WebhookMetrics()
        assistant = await stack.enter_async_context(
            assistants.opened(
                settings, breakers, postgres.open_step, now=secrets_and_ids.now, mint=secrets_and_ids.mint
            )
        )
        ports = Ports(
            open_reads=postgres.open_reads,
            open_step=postgres.open_step,
            open_work=postgres.open_work,
            signals=signals,
            passwords=Argon2Passwords(),
            tokens=tokens,
            refresh_secret=refresh_secret,
            previous_refresh_secrets=tuple(old_refresh_secrets),
            mail_keys=keys,
            session_lifetime=settings.session_lifetime,
            now=secrets_and_ids.now,
            mint=secrets_and_ids.mint,
            conditions=SafeConditions(),
            breakers=breakers,
            flags=FeatureFlags(),
            service_status=board,
            webhooks=WebhookPorts(
                rules=rules,
                sealer=sealer_of(settings),
                sender=await stack.enter_async_context(webhook_sender.opened(rules, webhook_metrics)),
            ),
            template_language=MjmlLanguage(),
            public_nodes=PublicNodes(most_values=settings.node_cache_values),
            upload_files=UploadFolder(settings.uploads_folder),
            media_files=MediaFolder(settings.media_folder),
            schedulers=FsrsSchedulers(),
            assistant=assistant,
            printing=Printing(pdf=TypstPrinter(), files=PrintoutFolder(settings.printouts_folder)),
            coordinates=coordinates_in(executable()),
            public_url=settings.public_url,
            api_url=settings.api_url or settings.public_url,
            google=await stack.enter_async_context(
                openid_provider.opened(integrations.registration(settings), breakers)
            ),
            watch=None if tracing is None else tracing.watch,
            rate_limits=limiter,
            upload_limits=settings.upload_limits,
            campaign_mails_per_second=settings.campaign_mails_per_second,
            backups=configured_backups.of_settings(settings, database_url, secrets_and_ids.now),
            mail_transport=delivery.transport_of(settings, keys),
        )
        await stack.enter_async_context(flag_refresh.running(ports))
        local = LocalTroubles(breakers, database.lender, signals)
        await stack.enter_async_context(status_watch.running(ports, board, local))
        yield Adapters(
            ports,
            database,
            postgres,
            replicas,
            redis,
            redis_url,
            tracing,
            tokens,
            limiter,
            breakers,
            board,
            webhook_metrics,
            assistant.metrics,
            reports,
        )


def _secrets(settings: Settings, purpose: str) -> list[bytes]:
    """Derive a key for the purpose from the secret, and one from each previous secret."""
    return [
        derived(secret.get_secret_value(), purpose)
        for secret in (settings.secret, *settings.previous_secrets)
    ]


def _replicas(
    settings: Settings, database_url: str, *, largest: int, statement_deadline_s: float
) -> AbstractAsyncContextManager[ReadReplicas]:
    return replicated_postgres.opened(
        database_url,
        [url.get_secret_value() for url in settings.database_replica_urls],
        redis_url=settings.redis_url.get_secret_value() if settings.redis_url else None,
        late_s=settings.replica_late_s,
        largest=largest,
        statement_deadline_s=statement_deadline_s,
        lock_wait_s=settings.lock_wait_s,
        share=settings.pool_share,
    )


@asynccontextmanager
async def _signals(settings: Settings) -> AsyncIterator[tuple[AnyRedis | None, Signals]]:
    """Open the signals: over Redis if an address is set, else within the process."""
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
