"""The composition root: from settings to a running server. The only module that knows everyone."""

import asyncio
import logging
import shutil
import ssl
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from portico.base.clock import Clock
from portico.base.tasks import Tasks, every
from portico.bus.memory import MemoryBus
from portico.calls.authorize import Authorizer
from portico.calls.clients import Clients
from portico.calls.decisions import Decisions
from portico.calls.dispatch import Bound, Dispatcher
from portico.calls.ports import Ports, ServiceSpec, load
from portico.doors.access_log import DoorLogs
from portico.doors.buckets import Buckets
from portico.doors.callers import Callers
from portico.doors.connections import OpenConnections
from portico.doors.leading import Census, Guide
from portico.doors.port import Doors
from portico.doors.service_calls import ServiceCalls
from portico.doors.usage import UsagePlans
from portico.environments.connections import Connections
from portico.environments.doors import Entrance, Network
from portico.environments.sandbox import cgroups
from portico.environments.supervisor import Supervisor
from portico.environments.work import EnvironmentSpec
from portico.environments.zygotes import Zygotes
from portico.gateway.budgets import BudgetEndpoints
from portico.gateway.container import Container
from portico.gateway.cors import Origins
from portico.gateway.debug import Debug
from portico.gateway.doors import Front
from portico.gateway.exposed import exposed
from portico.gateway.forwarded import behind_proxy
from portico.gateway.guard import Guard
from portico.gateway.hosts import LOOPBACK_NAMES, Hosts
from portico.gateway.mail import Mail
from portico.gateway.metrics import Calls
from portico.gateway.own import Endpoint, Own
from portico.gateway.pipeline import Pipeline
from portico.gateway.plane import Plane
from portico.gateway.prepared import PreparedCalls
from portico.gateway.route import Router
from portico.gateway.status import Status
from portico.gateway.tls import authority_certificate
from portico.gateway.upkeep import Upkeep
from portico.gateway.user_imports import user_imports
from portico.gateway.ways import WaysEndpoint
from portico.identity.credentials import KeyRing
from portico.identity.issuers import Discovery, Issuers
from portico.identity.last_use import LastUses
from portico.identity.principal import Principal, Session
from portico.identity.sealing import Sealer
from portico.identity.sessions import Sessions, role_session
from portico.identity.tokens import Tokens
from portico.invoke.admit import Admission
from portico.invoke.asynchronous.attempt import EventAttempts
from portico.invoke.asynchronous.counts import Counts
from portico.invoke.asynchronous.worker import AsynchronousWorker
from portico.invoke.budget import Budgets
from portico.invoke.container_credentials import ContainerCredentials
from portico.invoke.destinations import Destinations
from portico.invoke.folders import Folders
from portico.invoke.invoker import Invoker
from portico.invoke.notices import Notices
from portico.invoke.own_keys import SealedVariables
from portico.invoke.preparer import EnvironmentPreparer
from portico.invoke.recursion import Recursion
from portico.invoke.resolve import Resolver
from portico.invoke.roles import ExecutionRoles
from portico.invoke.staging import Staging
from portico.outward import endpoint_of_functions, to_backends, to_endpoints, to_issuers
from portico.services import (
    apigateway,
    apigatewaymanagementapi,
    apigatewayv2,
    cloudwatch,
    cognito_identity,
    cognito_idp,
    iam,
    kms,
    lambda_,
    logs,
    sns,
    sqs,
    sts,
)
from portico.services.cloudwatch.concurrency import Concurrency
from portico.services.cloudwatch.embedded import EmbeddedMetrics
from portico.services.cloudwatch.functions import FunctionMetrics
from portico.services.logs import retention
from portico.services.logs.sink import FunctionLogs
from portico.services.sns.metrics import TopicMetrics
from portico.services.sqs.metrics import QueueMetrics
from portico.settings import Settings, listed
from portico.store.cache import RecordCache
from portico.store.data_key import data_key
from portico.store.metrics import METRICS_FILE, Metrics, Sampling, Source
from portico.store.port import Store
from portico.store.timeline import TIMELINE_FILE, Timeline

log = logging.getLogger("portico")

SERVICES: tuple[ServiceSpec, ...] = (
    sts.SERVICE,
    iam.SERVICE,
    kms.SERVICE,
    logs.SERVICE,
    cloudwatch.SERVICE,
    sqs.SERVICE,
    sns.SERVICE,
    lambda_.SERVICE,
    cognito_idp.SERVICE,
    cognito_identity.SERVICE,
    apigateway.SERVICE,
    apigatewayv2.SERVICE,
    apigatewaymanagementapi.SERVICE,
)

ROOT_ACCOUNT = "000000000000"
_TEND_EVERY_S = 300


class Server:
    """All parts of one server, put together in the order in which they need each other. `url` is where it answers."""

    def __init__(self, settings: Settings, store: Store, clock: Clock, url: str) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self.url = url
        self.tasks = Tasks()
        self.bus = MemoryBus()
        store.on_commit(self.bus.announce)
        self._directory = settings.data_directory
        self._temporary = Path(tempfile.mkdtemp(prefix="portico-")) if self._directory is None else None
        self._build()

    @property
    def directory(self) -> Path:
        """Where files are: the data directory, or a temporary one for an ephemeral server."""
        return self._directory or self._temporary or Path()

    def _build(self) -> None:
        settings, store, clock = self.settings, self.store, self.clock
        self.cache = RecordCache(store)
        self.timeline = Timeline(None if self._directory is None else self._directory / TIMELINE_FILE)
        self.metrics = Metrics(None if self._directory is None else self._directory / METRICS_FILE)
        self.sampling = Sampling(self.metrics, clock)
        self.function_metrics = FunctionMetrics(self.metrics, clock)
        self.log_metrics = EmbeddedMetrics(self.metrics, clock)
        self.decisions = Decisions(store, clock)
        self.last_uses = LastUses(self.cache)
        self.authorizer = Authorizer(self.cache, clock, self.decisions, settings.iam, self.last_uses)
        self.dispatcher = Dispatcher(self.cache, clock, self.authorizer)
        self.clients = Clients(self.dispatcher)
        self.sealer = Sealer(data_key(self._directory))
        self.sessions = Sessions(self.sealer)
        self.keys = KeyRing(self.cache, self.sessions, clock.now, development=settings.development)
        self.calls = Calls()
        self._build_invocation()
        self._build_services()
        self._build_gateway()

    def _build_invocation(self) -> None:
        settings, clock = self.settings, self.clock
        self.network = Network(settings.functions_network, urlsplit(self.url).port or 0)
        self.roles = ExecutionRoles(cache=self.cache, sessions=self.sessions, clock=clock)
        roots = listed(settings.code_roots) if settings.development else ()
        folders = Folders(roots=roots, forbidden=self._directory)
        self.staging = Staging(root=self.directory / "code", store=self.store, folders=folders)
        self.container_credentials = ContainerCredentials(
            sealer=self.sealer, roles=self.roles, endpoint_url=settings.endpoint_url or self.url
        )
        ca_bundle = str(authority_certificate(self.directory)) if settings.tls == "auto" else ""
        preparer = EnvironmentPreparer(
            staging=self.staging,
            roles=self.roles,
            containers=self.container_credentials,
            sealed=SealedVariables(self.clients, self._role_of),
            clock=clock,
            endpoint_url=endpoint_of_functions(settings, self.url, own_network=self.network.own),
            ca_bundle=ca_bundle,
        )
        self.environments = Supervisor(
            preparer,
            clock=clock,
            environments_max=settings.environments_max,
            idle_s=settings.idle_timeout,
            network=self.network,
            groups=cgroups.find(capped=settings.cpu == "proportional"),
            zygotes=Zygotes(tiers=settings.isolation_tiers, shown=(ca_bundle,) if ca_bundle else ()),
        )
        self.resolver = Resolver(cache=self.cache)
        self.function_logs = FunctionLogs(
            self.clients, self.cache, self.timeline, clock, self._role_of, self.log_metrics.heard
        )
        self.counts = Counts()
        self.counts.listen(self.function_metrics.told)
        notices = Notices(self.function_logs, clock)
        self.budgets = Budgets(cache=self.cache, clock=clock, notices=notices, counts=self.counts)
        self.invoker = Invoker(
            environments=self.environments,
            admission=Admission(concurrent_executions=settings.concurrent_executions),
            logs=self.function_logs,
            folders=folders,
            metrics=self.function_metrics,
            recursion=Recursion(notices=notices, counts=self.counts),
            budgets=self.budgets,
        )
        self._build_events(notices)

    def _build_events(self, notices: Notices) -> None:
        self.destinations = Destinations(clients=self.clients, role=self._role_of)
        attempts = EventAttempts(
            store=self.store,
            cache=self.cache,
            clock=self.clock,
            resolver=self.resolver,
            invoker=self.invoker,
            destinations=self.destinations,
            notices=notices,
            counts=self.counts,
        )
        self.worker = AsynchronousWorker(
            store=self.store, clock=self.clock, attempts=attempts, counts=self.counts
        )

    def open_doors(self, connect: Callable[[], asyncio.Protocol], tls: ssl.SSLContext | None) -> None:
        """Let functions that have a network of their own in, by this protocol."""
        self.network.portico = Entrance(connect, tls)

    def _role_of(self, spec: EnvironmentSpec) -> Principal | None:
        """The execution role of an environment, as it writes its log."""
        role = self.roles.assumable(spec.role, spec.account)
        if role is None:
            return None
        now = self.clock.now()
        return role_session(role, Session(spec.function, issued_at=now, expires_at=now + 3600))

    def _build_services(self) -> None:
        self.doors = Doors()
        self.door_logs = DoorLogs(self.clients)
        self.guide = Guide()
        self._from_function = Connections(self.environments.pids, self.environments.users).is_function
        outbound = to_issuers(self.settings, self.url)
        issuers = Issuers(Discovery(outbound, monotonic=self.clock.monotonic))
        extras = {
            "Doors": self.doors,
            "DoorLogs": self.door_logs,
            "Buckets": Buckets(),
            "OpenConnections": OpenConnections(),
            "UsagePlans": UsagePlans(),
            "Guide": self.guide,
            "Census": Census(self.cache, self.clock, self.authorizer),
            "Callers": Callers(self.keys, self.clock, self.settings.region, self._from_function),
            "Bus": self.bus,
            "Timeline": self.timeline,
            "Metrics": self.metrics,
            "Sampling": self.sampling,
            "LogListener": self.log_metrics.heard,
            "Sessions": self.sessions,
            "Sealer": self.sealer,
            "Issuers": issuers,
            "Tokens": Tokens(issuers, wall=self.clock.wall, now=self.clock.now),
            "Endpoints": to_endpoints(self.settings, self.url),
            "ServiceCalls": ServiceCalls(self.dispatcher, lambda: self.router),
            "Backends": to_backends(self.settings, self.url),
            "Authorizer": self.authorizer,
            "LastUses": self.last_uses,
            "Resolver": self.resolver,
            "Invoker": self.invoker,
            "ExecutionRoles": self.roles,
            "Destinations": self.destinations,
            "Counts": self.counts,
            "Staging": self.staging,
            "Environments": self.environments,
            "Settings": self.settings,
            "Origin": self.settings.endpoint_url or self.url,
        }
        ports = Ports(self.store, self.cache, self.clock, self.clients, self.tasks.start, extras)
        self.owners = {}
        registries = []
        for spec in SERVICES:
            registry = load(spec)
            self.owners[spec.folder] = owner = spec.build(ports)
            self.dispatcher.bind(registry.index.service, Bound(registry, owner, spec.admit))
            registries.append(registry)
        self.router = Router(registry.index for registry in registries)
        self.sampling.add(Source("AWS/Lambda", Concurrency(self.invoker.admission).read))
        self.sampling.add(Source("AWS/SQS", QueueMetrics(self.owners["sqs"]).read))
        self.sampling.add(Source("AWS/SNS", TopicMetrics(self.owners["sns"].counters).read))

    def _build_gateway(self) -> None:
        settings, from_function = self.settings, self._from_function
        own = self._own_endpoints()
        prepared = PreparedCalls(self.dispatcher, self.calls, self.clock)
        pipeline = Pipeline(
            router=self.router,
            keys=self.keys,
            dispatcher=self.dispatcher,
            clock=self.clock,
            calls=self.calls,
            region=settings.region,
            from_function=from_function,
            trace_in=self.environments.trace_in,
            prepared=prepared,
        )
        plane = Plane(
            own=own,
            pipeline=pipeline,
            keys=self.keys,
            authorizer=self.authorizer,
            cache=self.cache,
            clock=self.clock,
            development=settings.development,
            region=settings.region,
            from_function=from_function,
        )
        others = LOOPBACK_NAMES if settings.development else ()
        hosts = Hosts((*listed(settings.hostnames), *others), settings.host)
        origins = Origins(listed(settings.origins))
        guard = Guard(plane, hosts, origins)
        front = Front(guard, self.doors, cache=self.cache, hosts=hosts, clock=self.clock)
        self.handler = behind_proxy(front) if settings.trust_proxy else front
        # A proxy says who calls, and pages are told more with every answer.
        self.at_once = None if settings.trust_proxy or origins.tells else prepared

    def _own_endpoints(self) -> Own:
        own = Own(development=self.settings.development)
        status = Status(
            tasks=self.tasks,
            decisions=self.decisions,
            services=[spec.folder.rstrip("_") for spec in SERVICES],
            metrics=exposed(
                calls=self.calls,
                tasks=self.tasks,
                decisions=self.decisions,
                timeline=self.timeline,
                door_logs=self.door_logs,
                points=self.metrics,
                counts=self.counts,
            ),
        )
        own.add(status.endpoints())
        own.add(Upkeep(store=self.store, clock=self.clock, reset=self.reset, jumped=self._jumped).endpoints())
        own.add(Debug(resolver=self.resolver, invoker=self.invoker).endpoints())
        own.add(BudgetEndpoints(self.cache).endpoints())
        own.add(WaysEndpoint(self.guide).endpoints())
        own.add(Container(self.container_credentials).endpoints())
        downloads = self.owners["lambda_"].downloads
        code = Endpoint("GET", lambda head, body: downloads.reply(head), "portico:Code", "anyone")
        own.add({"/_portico/code/": code})  # the address itself is signed
        own.add(user_imports(self.owners["cognito_idp"]))
        own.add(Mail(self.owners["sns"]).endpoints())
        return own

    def _jumped(self, seconds: float) -> None:
        """The clock was moved (development mode): environments that would have been idle for too long end, as their credentials may have
        expired."""
        if seconds >= self.settings.idle_timeout:
            self.environments.retire("")

    async def reset(self) -> None:
        """Forget everything (development mode): records, queues, blobs, log events; environments end."""
        self.environments.retire("")
        await self.store.erase()
        await self.timeline.erase()
        await self.metrics.erase()
        self.cache.clear()

    async def start(self) -> None:
        """Start what runs beside the calls: zygotes and background loops."""
        await self.environments.start()
        self.tasks.start("invoke.asynchronous", self.worker.run)
        self.tasks.start("doors.logs", self.door_logs.run)
        self.tasks.start("identity.refusals", self.decisions.run)
        self.tasks.start("store.tend", every(_TEND_EVERY_S, self.store.tend))
        self.tasks.start("identity.last_use", self.last_uses.keep_writing)
        expire = partial(retention.expire, self.store, self.timeline, self.clock)
        self.tasks.start("logs.retention", every(retention.EVERY_S, expire, at_once=True))

    async def close(self) -> None:
        """End what was started, in the opposite order; everything acknowledged is on disk before and after."""
        await self.worker.close()
        await self.tasks.close()
        await self.environments.close()
        await self.budgets.close()
        await self.owners["apigateway"].plane.quotas.close()
        await self.door_logs.close()
        await self.function_logs.close()
        await self.decisions.close()
        await self.timeline.close()
        await self.metrics.close()
        await self.store.close()
        if self._temporary is not None:
            self.staging.clear()
            shutil.rmtree(self._temporary, ignore_errors=True)
