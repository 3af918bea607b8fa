"""Application: the adapter behind each port, and the ASGI application that uses them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.rate_limits.rules import RateRules
from gateway.callers.client_addresses import networks
from gateway.callers.cors import Cors, CorsPaths
from gateway.callers.origins import Origins
from gateway.callers.request_info import RequestInfoReader
from gateway.certificates.certificate_routes import certificate_routes
from gateway.connections.keyed_counters import KeyedCounter
from gateway.endpoints import guides, health, sdl
from gateway.endpoints.click_links import CLICK_PATH, ClickLinks
from gateway.endpoints.exports import EXPORT_PATH, ExportDownloads
from gateway.endpoints.http import HttpEndpoint, wants_page
from gateway.endpoints.key_set import KEY_SET_PATH, KeySet
from gateway.endpoints.link_charges import LinkCharges
from gateway.endpoints.load_shedder import LoadShedder
from gateway.endpoints.mail_events import reports_of
from gateway.endpoints.media import MEDIA_PATH, MediaEndpoint
from gateway.endpoints.other_paths import OtherPaths
from gateway.endpoints.playground import AccessDescriptions, serve_asset, serve_page
from gateway.endpoints.printouts import PRINTOUT_PATH, PrintoutDownloads
from gateway.endpoints.sdl import SDL_PATH
from gateway.endpoints.unsubscribe_links import MARKETING_PATH, UNSUBSCRIBE_PATH, UnsubscribeLinks
from gateway.endpoints.uploads import UPLOAD_PATH, UploadEndpoint
from gateway.endpoints.websockets import WebSocketEndpoint
from gateway.http.security_headers import SecurityHeaders
from gateway.jobs import background, worker_lifetime
from gateway.monitoring import expositions
from gateway.operations import defects, document_lookup, trusted_documents
from gateway.operations.document_lookup import DocumentLookup
from gateway.operations.pipeline import OperationPipeline
from gateway.operations.replica_routes import executor_type
from gateway.overload import load_watch
from gateway.overload.admission import Admission
from gateway.ports import opened
from gateway.printouts.printout_folder import PrintoutFolder
from gateway.rate_limits.preparation import Preparation
from gateway.rate_limits.preparation_budget import PreparationBudget
from gateway.settings.connection_bounds import UPLOADS
from gateway.settings.environment import Settings
from gateway.streams.connection_slots import ConnectionSlots
from gateway.telemetry import job_metrics
from gateway.telemetry import observer as telemetry_observer
from gateway.telemetry.active_users import ActiveUsers
from gateway.telemetry.gauges import GaugeSources
from gateway.telemetry.observer import Observer
from gateway.telemetry.prometheus import Answer, Guarded
from gateway.telemetry.usage_counts import UsageCounts
from gateway.uploads.media_folder import MediaFolder
from gateway.uploads.upload_folder import UploadFolder
from graph.documents.operation_usage import coordinates_in
from graph.documents.prepared import DocumentCache
from graph.schema import executable
from persistence.database import connect

PATH = "/graphql"


@dataclass(slots=True)
class Application:
    """The running gateway: the ASGI application, its operation pipeline and its readiness."""

    asgi: ASGIApp
    pipeline: OperationPipeline
    readiness: health.Readiness


@asynccontextmanager
async def application(
    settings: Settings, database_url: str, *, with_worker: bool = False
) -> AsyncIterator[Application]:
    """Open every connection, start the background jobs, and yield the application; close everything at the end.

    With a worker, this process runs jobs too.
    """
    async with AsyncExitStack() as stack:
        adapters = await stack.enter_async_context(
            opened(
                settings,
                database_url,
                pool=settings.pool,
                statement_deadline_s=settings.statement_deadline_s,
                reads_replicas=True,
            )
        )
        ports, limiter = adapters.ports, adapters.limiter
        documents = DocumentCache(
            executable(),
            limits=settings.limits,
            hide_suggestions=settings.production,
            guard_introspection=settings.production,
        )
        preparation = Preparation(PreparationBudget(RateRules(settings.rate_figures)))
        executor = executor_type(adapters.replicas)(
            documents,
            log_defect=defects.reporting(adapters.reports),
            deadline_s=settings.deadline_s,
            engine=settings.engine,
            compile_=preparation.compile,
        )
        queries = await stack.enter_async_context(document_lookup.opened(adapters.redis_url))
        lookup = DocumentLookup(documents, queries, mode=settings.documents, preparation=preparation)
        await stack.enter_async_context(trusted_documents.running(lookup.trusted, ports))
        observer = Observer(
            UsageCounts(coordinates_in(documents.schema, deprecated_only=True)),
            adapters.tracing,
            ActiveUsers(adapters.redis),
        )
        await stack.enter_async_context(telemetry_observer.running(observer, ports))
        pipeline = OperationPipeline(
            executor,
            ports,
            adapters.tokens,
            limiter,
            lookup,
            strict=settings.production,
            observer=observer,
            reports=adapters.reports,
            admission=Admission(settings.shedding_figures),
        )
        await stack.enter_async_context(load_watch.running(pipeline.admission, adapters.database.lender))
        stack.push_async_callback(pipeline.events.written)
        sources = GaugeSources(
            observer,
            executor,
            adapters.database,
            adapters.postgres.counts,
            limiter,
            ports.public_nodes,
            pipeline.admission,
        )
        jobs = await stack.enter_async_context(job_metrics.opened(settings, ports))
        checks = await stack.enter_async_context(
            connect(
                settings.pool_address(database_url),
                largest=1,
                lifetimes=settings.lifetimes,
                statement_deadline_s=health.STATEMENT_DEADLINE_S,
            )
        )
        answers = await stack.enter_async_context(
            expositions.of_server(settings, adapters, jobs, sources, checks)
        )
        await stack.enter_async_context(background.running(ports, pipeline.revocations))
        if with_worker:
            await stack.enter_async_context(worker_lifetime.running(settings, database_url, adapters, jobs))
        readiness = health.Readiness(adapters.database, checks, adapters.redis, pipeline.drain)
        await stack.enter_async_context(readiness.checked())
        yield Application(_routes(pipeline, readiness, answers, settings), pipeline, readiness)


def _pages(pipeline: OperationPipeline, settings: Settings) -> list[Route]:
    """Return the pages that development shows beside the endpoint; production has none of them."""
    if settings.production:
        return []
    return [
        Route("/", guides.start_page),
        Route(f"{guides.GUIDES_PATH}/{{path:path}}", guides.guide),
        Route("/graphiql/access.json", AccessDescriptions(pipeline.executor.documents.schema).answer),
        Route("/graphiql/{name}", serve_asset),
        Route(SDL_PATH, sdl.serve),
    ]


def _routes(
    pipeline: OperationPipeline,
    readiness: health.Readiness,
    for_operators: Mapping[str, Answer],
    settings: Settings,
) -> ASGIApp:
    origins = Origins(settings.origins, loopback=not settings.production)
    request_info = RequestInfoReader(origins, networks(settings.trusted_proxies))
    per_address, per_user = (
        KeyedCounter(settings.sockets_per_address),
        KeyedCounter(settings.sockets_per_user),
    )
    cors = Cors(origins)
    http = HttpEndpoint(pipeline, request_info, cors, ConnectionSlots(per_address, per_user))
    websockets = WebSocketEndpoint(pipeline, request_info, per_address=per_address, per_user=per_user)
    charges = LinkCharges(pipeline.preparation, request_info)
    token = settings.metrics_token
    guarded = for_operators.items() if token is not None else ()
    secret = "" if token is None else token.get_secret_value()
    others = OtherPaths(
        [
            *(Route(path, Guarded(answer, secret).answer) for path, answer in guarded),
            Route("/health", readiness.report),
            Route("/health/live", health.live),
            Route("/health/ready", readiness.answer),
            *_pages(pipeline, settings),
            Route(KEY_SET_PATH, KeySet(pipeline.tokens).answer),
            Route(CLICK_PATH, ClickLinks(pipeline.ports, charges).answer),
            *(
                Route(path, reports.answer, methods=["POST"])
                for path, reports in reports_of(settings, pipeline.ports, charges)
            ),
            Route(EXPORT_PATH, ExportDownloads(pipeline.ports, charges).answer),
            *certificate_routes(pipeline.ports, charges, pipeline.tokens),
            Route(
                PRINTOUT_PATH,
                PrintoutDownloads(pipeline.ports, charges, PrintoutFolder(settings.printouts_folder)).answer,
            ),
            Route(MEDIA_PATH, MediaEndpoint(MediaFolder(settings.media_folder)).answer),
            Route(
                UPLOAD_PATH,
                UploadEndpoint(pipeline.ports, charges, UploadFolder(settings.uploads_folder)).answer,
                methods=["PUT"],
            ),
            *(
                Route(path, UnsubscribeLinks(pipeline.ports, charges).answer, methods=["GET", "POST"])
                for path in (UNSUBSCRIBE_PATH, MARKETING_PATH)
            ),
        ],
        request_id_of=pipeline.request_id_of,
        reports=pipeline.reports,
    )

    uploads = CorsPaths(others, cors, methods="OPTIONS, PUT")
    admission, shedder = pipeline.admission, LoadShedder(pipeline, cors, production=settings.production)

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        lane = admission.ordinary
        if lane.begun - lane.ended >= lane.limit and scope["type"] == "http":  # `is_full` would be a call
            admitted = await shedder.admit(scope, receive, send)
            if admitted is None:
                return
            lane, receive = admitted
        if scope["type"] == "http" and scope["path"].startswith(UPLOADS.decode()):
            await uploads(scope, receive, send)
        elif scope["type"] == "lifespan" or scope["path"] != PATH:
            await others(scope, receive, send)
        elif scope["type"] == "websocket":
            await websockets(scope, receive, send)
        elif not settings.production and wants_page(scope):
            await serve_page(scope, receive, send)
        else:
            lane.begun += 1
            try:
                await http(scope, receive, send)
            finally:
                lane.ended += 1

    return SecurityHeaders(dispatch, production=settings.production)
