"""The composition root: builds every part once, lists every route, and keeps the tasks that run beside requests."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount, Route, WebSocketRoute

from cam_proxy.common import CommonBounds, CommonCache
from cam_proxy.fetch import Fetches
from cam_proxy.outbound import Outbound
from cam_proxy.store import COMMON, AssetStore
from cam_proxy.targets import PORTS, Reach, listed_hosts
from relay.activity import Activity
from relay.authorization import Authorization
from relay.change_watch import ChangeWatch
from relay.clock import Clock
from relay.courier import Courier
from relay.errors import StorageDown
from relay.identity.access import Need
from relay.identity.auth_tokens import AuthTokens
from relay.identity.passwords import PasswordPool
from relay.identity.signing_keys import SigningKeys
from relay.identity.statement_key import statement_key
from relay.identity.tickets import Tickets
from relay.live.counts import Counts
from relay.live.visitor_link import FIRST_MESSAGE_BYTES
from relay.logbook import Logbook
from relay.metrics import Metrics
from relay.name_guesses import NameGuesses
from relay.partners import Partners
from relay.places import Places
from relay.policy_watch import PolicyWatch
from relay.provisioning import Provisioning
from relay.reception import Reception
from relay.registry import Registry
from relay.retriever import Retriever
from relay.settings import Settings
from relay.settings_watch import SettingsWatch
from relay.sign_on import SignOn
from relay.sockets.door import Door
from relay.sockets.lines import Lines
from relay.sockets.rights import Rights
from relay.sockets.turn import Turn
from relay.sockets.viewer import ViewerSocket
from relay.sockets.visitor import VisitorSocket
from relay.store.activity_search import ActivitySearch
from relay.store.api_keys import ApiKeys
from relay.store.audit import AuditLog
from relay.store.audit_writer import AuditWriter
from relay.store.database import Database
from relay.store.groups import Groups
from relay.store.login_sessions import LoginSessions
from relay.store.mask_versions import MaskVersions
from relay.store.masks import Masks
from relay.store.roles import Roles
from relay.store.session_search import SessionSearch
from relay.store.session_writer import SessionWriter
from relay.store.sessions import Sessions
from relay.store.setting_versions import SettingVersions
from relay.store.user_search import UserSearch
from relay.store.users import Users
from relay.store.webhook_log import WebhookLog
from relay.store.webhook_queue import WebhookQueue
from relay.store.webhooks import Webhooks
from relay.web import authorization, visitor_settings
from relay.web.activity import ActivityOperations
from relay.web.agent_join import AgentPages
from relay.web.asmx.service import AsmxService
from relay.web.assets import AssetService
from relay.web.bearers import Bearers
from relay.web.callers import Callers
from relay.web.codes import Codes
from relay.web.folding import CaseFolding
from relay.web.gate import Gate, needing
from relay.web.health import health
from relay.web.key_entry import KeyEntry
from relay.web.landing import landing
from relay.web.login import LoginPages
from relay.web.metrics import MetricsPage
from relay.web.problems import problem, unavailable
from relay.web.provisioning import FOLDER as PROVISIONING
from relay.web.provisioning import ProvisioningService
from relay.web.rest.audit import AuditService
from relay.web.rest.description import PATH as DESCRIPTION_PATH
from relay.web.rest.description import Description
from relay.web.rest.masked_pages import MaskedPageService
from relay.web.rest.masks import MaskService
from relay.web.rest.operation import API, GROUP
from relay.web.rest.roles import RoleService
from relay.web.rest.sessions import SessionService
from relay.web.rest.settings import SettingService
from relay.web.rest.users import UserService
from relay.web.rest.webhooks import WebhookService
from relay.web.retriever import AUTH_PATH, SESSIONS_PATH, RetrieverService
from relay.web.session_service import SessionLookup
from relay.web.site import STAGE_PATH, VIEWER_PATH, Site
from relay.web.stage import StagePage
from relay.web.static_files import PageFiles
from relay.web.tickets import TicketService
from relay.web.visitor_scripts import VisitorScripts

log = logging.getLogger(__name__)

TICK_SECONDS = 0.5
"""How exact the times of sessions are."""

WEBHOOK_SECONDS = 1.0
"""How often it is looked whether webhooks are to be told of something."""

RETRY_SECONDS = 1.0
RETRY_AFTER_SECONDS = 2

ASSETS_PATH = "/cobrowse/assets"
SWEEP_SECONDS = 3600
"""Between two looks for what the common cache has no use for."""

Wait = Callable[[], Awaitable[None]]


class Relay:
    """All parts of one relay that serves under `public_url`."""

    def __init__(self, settings: Settings, public_url: str, clock: Clock | None = None) -> None:
        clock = clock or Clock()
        self._settings = settings
        self._routes: list[BaseRoute] = []
        self._clock = clock
        self.database = Database.open(settings.data, settings.database)
        groups, masks, sessions = Groups(self.database), Masks(self.database), Sessions(self.database)
        site_settings = SettingVersions(self.database, settings.of_sites)
        logins = LoginSessions(self.database)
        bounds = CommonBounds(size=settings.common_bytes, days=settings.common_days)
        self._common = CommonCache(settings.assets / COMMON, bounds)
        self._assets = AssetStore(settings.assets, self._common)
        self._passwords = PasswordPool()
        self._writer = SessionWriter(sessions)
        audit = AuditLog(self.database)
        self._audit = AuditWriter(audit)
        self._logbook = Logbook(clock, self._writer, statement_key(settings.data))
        self.registry = Registry(clock, self._logbook)
        self._counts = Counts()
        self.lines = Lines(settings.write_deadline, FIRST_MESSAGE_BYTES)
        self._turn = Turn(clock)
        self._rights = Rights(logins, clock)
        policies, watch = PolicyWatch(masks, self.registry, self._turn), SettingsWatch(site_settings, self.registry)
        self._watch = ChangeWatch(self.database, (policies.look, watch.look), settings.policy_poll)
        self._reception = Reception(
            self.registry,
            self._logbook,
            groups,
            masks,
            sessions,
            site_settings,
            assets=self._assets,
            assets_url=f"{public_url}{ASSETS_PATH}",
            pending=settings.pending,
            clock=clock,
            counts=self._counts,
        )
        self._site = Site(public_url)
        callers = Callers(logins, clock, self._site.secure)
        codes = Codes(self.registry, self._audit, clock)
        tickets = Tickets()
        door = Door(settings.newcomers, settings.first_message)
        self._visitor = VisitorSocket(door, self._reception, self._turn, clock)
        self._viewer = ViewerSocket(door, tickets, self._rights, self.registry, self._turn, self._audit, audit, clock, self._site.origins)
        tokens = AuthTokens(SigningKeys(settings.data))
        sign_on = SignOn(Users(self.database), ApiKeys(self.database), logins, tokens, self._passwords, audit, clock)
        authorizing = Authorization(sign_on, tokens, site_settings, audit, self._site.origins, clock)
        self._authorization = authorization.AuthorizationService(self._site, authorizing)
        partners, records = Partners(sign_on), ActivitySearch(self.database)
        places = Places(Path(settings.location_database) if settings.location_database else None)
        self._retriever = RetrieverService(authorizing, Retriever(sign_on, partners, records))
        self._called = (
            AsmxService(self._site, ActivityOperations(partners, Activity(records, Users(self.database)), places).service()),
            AsmxService(self._site, SessionLookup(self._site, partners, codes).service()),
        )
        self._gate = Gate(self._site, callers, Bearers(sign_on, self._audit, clock), KeyEntry(self._site, callers, sign_on, audit, clock))
        self._login = LoginPages(self._site, callers, sign_on, audit, clock)
        users, search, roles = Users(self.database), UserSearch(self.database), Roles(self.database)
        names = NameGuesses(audit, clock)
        webhook_reach = _reach(settings.webhook_private, public_url)
        self.courier = Courier(WebhookQueue(self.database), Outbound(webhook_reach), clock)
        self._provisioning = ProvisioningService(Provisioning(sign_on, users, search, roles, self._passwords, names, clock))
        services = (
            RoleService(roles),
            UserService(users, search, roles, self._passwords, names),
            SettingService(site_settings),
            MaskService(masks, MaskVersions(self.database), roles),
            MaskedPageService(masks, roles),
            SessionService(SessionSearch(self.database), records),
            AuditService(audit),
            WebhookService(Webhooks(self.database), WebhookLog(self.database), webhook_reach),
        )
        self.operations = [operation for service in services for operation in service.operations()]
        self._description = Description(self.operations, self._site.public_origin)
        self._agent = AgentPages(self._site, callers, codes)
        self._tickets = TicketService(self._site, codes, tickets, clock)
        self._uploads = AssetService(
            self.registry,
            groups,
            site_settings,
            self._assets,
            Fetches(Outbound(_reach(settings.fetch_private, public_url))),
            settings.asset_wait,
            clock,
            self._counts,
        )
        told = self.courier.counts
        self._metrics = MetricsPage(Metrics(self._counts, self.lines, self.registry, self._common, told), settings.metrics_token)
        self._scripts = VisitorScripts()
        self._visitor_settings = visitor_settings.VisitorSettings(groups, site_settings)
        self._stage = StagePage(self._site)

    def app(self) -> Starlette:
        self._routes = self.routes()
        app = Starlette(
            routes=self._routes,
            middleware=[Middleware(CaseFolding)],
            exception_handlers={HTTPException: self._refused, StorageDown: self._down, Exception: self._failed},
            lifespan=self._lifespan,
        )
        # Such a redirection would go to whatever name the Host header has.
        app.router.redirect_slashes = False
        return app

    def routes(self) -> list[BaseRoute]:
        gate, asset = self._gate, f"{ASSETS_PATH}/{{scope}}/{{asset}}"
        service = authorization.PATH.lower()
        return [
            gate.open(Need.PUBLIC, "/", landing),
            gate.open(Need.PUBLIC, "/healthz", health),
            gate.open(Need.CREDENTIALS, "/metrics", self._metrics.show),
            gate.open(Need.PUBLIC, "/login", self._login.show),
            gate.open(Need.CREDENTIALS, "/login", self._login.log_in, "POST"),
            gate.open(Need.CREDENTIALS, "/logout", self._login.log_out, "POST"),
            gate.open(Need.PUBLIC, service, self._authorization.page),
            gate.open(Need.CREDENTIALS, service, self._authorization.call, "POST"),
            gate.open(Need.PUBLIC, f"{service}/rest/help", self._authorization.help),
            gate.open(Need.PUBLIC, f"{service}/rest/authorize", self._authorization.preflight, "OPTIONS"),
            gate.open(Need.CREDENTIALS, f"{service}/rest/authorize", self._authorization.rest, "POST"),
            *(gate.open(Need.CREDENTIALS, f"{PROVISIONING}/{name}", do, "POST") for name, do in self._provisioning.handlers().items()),
            *(route for service in self._called for route in service.routes(gate)),
            gate.open(Need.CREDENTIALS, AUTH_PATH, self._retriever.token, "POST"),
            gate.open(Need.CREDENTIALS, f"{SESSIONS_PATH}/completed", self._retriever.completed, "POST"),
            gate.open(Need.CREDENTIALS, f"{SESSIONS_PATH}/ended", self._retriever.ended, "POST"),
            gate.open(Need.PUBLIC, DESCRIPTION_PATH, self._description.show),
            *(gate.rest(one.need, f"{GROUP}{one.path}", one.route(self._clock), one.method) for one in self.operations),
            gate.entry(Need.WATCH, "/agentjoin/agentjoin.aspx", self._agent.ask),
            gate.entry(Need.WATCH, "/agentjoin/agentjoin.aspx", self._agent.join, "POST"),
            gate.entry(Need.WATCH, "/agentjoin/agentview.aspx", self._agent.view),
            gate.entry(Need.WATCH, "/agentjoin/agentview.aspx", self._agent.posted, "POST"),
            gate.service(Need.WATCH, "/agentjoin/ticket", self._tickets.issue, "POST"),
            needing(Need.TICKET, WebSocketRoute(VIEWER_PATH, self._viewer.serve)),
            gate.open(Need.PUBLIC, STAGE_PATH, self._stage.show),
            gate.open(Need.PUBLIC, "/cobrowse/cobrowsejs.ashx", self._scripts.by_group),
            gate.open(Need.PUBLIC, visitor_settings.PATH, self._visitor_settings.show),
            gate.open(Need.PUBLIC, "/cobrowse/js/GlanceCobrowseLoader_{version}M.js", self._scripts.loader),
            gate.open(Need.PUBLIC, "/agent/js/GlanceAgent_{version}M.js", self._scripts.agent),
            gate.open(Need.PUBLIC, "/cobrowse/js/CobrowseVisitor_{version}M.js", self._scripts.capture),
            gate.open(Need.PUBLIC, "/cobrowse/js/CobrowseVisitor_{version}M-{module}.js", self._scripts.module),
            needing(Need.SESSION, WebSocketRoute("/cobrowse/visitor", self._visitor.serve)),
            gate.open(Need.SESSION, asset, self._uploads.preflight, "OPTIONS"),
            gate.open(Need.SESSION, asset, self._uploads.put, "PUT"),
            gate.open(Need.SESSION, asset, self._uploads.offer, "POST"),
            gate.open(Need.SESSION, asset, self._uploads.delete, "DELETE"),
            gate.open(Need.SESSION, asset, self._uploads.get),
            needing(Need.PUBLIC, Mount("/static", PageFiles())),
        ]

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        self._assets.clear()
        await asyncio.to_thread(self._common.load)
        if count := await self._reception.restore():
            log.info("%d sessions taken up again; their visitors may come back", count)
        writing = [asyncio.create_task(writer.run()) for writer in (self._writer, self._audit)]
        tasks = (self._ticking, self._watch.run, self._looking, self._sweeping, self._telling)
        beside = [asyncio.create_task(_for_ever(task)) for task in tasks]
        try:
            yield
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            self._logbook.beat(self.registry.running())
            for writer in (self._writer, self._audit):
                writer.finish()
            await asyncio.gather(*writing)
            await self.courier.finish()
            self._passwords.close()
            await self.database.close()

    async def _ticking(self) -> None:
        while True:
            self.registry.tick()
            due = self._clock.now() + TICK_SECONDS
            await asyncio.sleep(TICK_SECONDS)
            self._counts.lag = max(0.0, self._clock.now() - due)

    async def _sweeping(self) -> None:
        while True:
            await asyncio.to_thread(self._common.sweep, self._clock.wall())
            await asyncio.sleep(SWEEP_SECONDS)

    async def _looking(self) -> None:
        while True:
            await asyncio.sleep(self._settings.rights_poll)
            await self._rights.look()

    async def _telling(self) -> None:
        while True:
            await self.courier.round()
            await self.courier.rest(WEBHOOK_SECONDS)

    async def _refused(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if request.url.path.startswith(f"{API}/"):
            answer = problem(HTTPStatus(status), "this address or request is not one of ours")
        else:
            answer = self._site.error(request, status, "Not possible", "This address or request is not one of ours.")
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            answer.headers["Allow"] = ", ".join(sorted(self._methods(request)))
        return answer

    def _methods(self, request: Request) -> set[str]:
        """What may be done at this address: each method has a route of its own."""
        matching = [route for route in self._routes if route.matches(request.scope)[0] is not Match.NONE]
        return {method for route in matching if isinstance(route, Route) for method in route.methods or ()}

    async def _down(self, request: Request, error: Exception) -> Response:
        log.error("%s", error)
        if request.url.path.startswith(f"{API}/"):
            return unavailable()
        response = self._site.error(request, 503, "Please try again", "The relay cannot reach its records right now.")
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response

    async def _failed(self, request: Request, _error: Exception) -> Response:
        return self._site.error(request, 500, "Something went wrong", "The relay could not do this. Please try again.")


async def _for_ever(task: Wait) -> None:
    """A task beside requests goes on after a fault, which is logged."""
    while True:
        try:
            await task()
        except Exception:
            log.exception("%s failed, going on", getattr(task, "__qualname__", task))
        await asyncio.sleep(RETRY_SECONDS)


def _reach(private: str, public_url: str) -> Reach:
    """Where the relay may go: never to itself."""
    own = urlsplit(public_url)
    here = {(own.hostname or "", own.port or PORTS[f"{own.scheme}:"])}
    return Reach(listed_hosts(private) or frozenset(), frozenset(here))
