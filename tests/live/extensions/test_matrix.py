"""Each of many extensions, initialised before and after CORS, and with decorators alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, abort, make_response, request, session

from flask_cors import CORS, cross_origin

from ...runtime.exchanges import (
    APP,
    EVIL,
    OTHER,
    allowed,
    cors_headers,
    send,
    send_preflight,
    vary,
)

pytestmark = [
    pytest.mark.live,
    # Of the extensions themselves.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

OPTIONS = {
    "origins": [APP, OTHER],
    "supports_credentials": True,
    "expose_headers": "X-Total",
}
NAMES = [
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
]

Library = Callable[..., Any]
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _undecorated(view: Callable[..., Any]) -> Callable[..., Any]:
    return view


def add_views(app: Flask, extension: Extension, decorate: Decorator) -> None:
    def fine() -> Any:
        extension.in_view()
        return make_response("fine " * 200)

    def refuse() -> Any:
        abort(401)

    def fail() -> Any:
        raise RuntimeError("no database")

    for view in (fine, refuse, fail):
        if view is fine:
            decorated = extension.wrap(decorate(view))
            if extension.wraps_inside:
                decorated = decorate(extension.wrap(view))
        else:
            decorated = decorate(view)
        name = view.__name__
        app.add_url_rule(f"/{name}", name, decorated, methods=["GET", "PUT"])


@dataclass
class Extension:
    """An extension of an app.

    :ivar reached: how often a request has reached it, as far as it can be observed.
    :ivar wrap: its own decorator of views.
    :ivar wraps_inside: whether that comes below ``@cross_origin``.
    :ivar in_view: how the view uses it.
    :ivar headers: the headers that a request needs to pass it.
    :ivar refusal: a request that it stops, and the status of its response.
    """

    reached: Callable[[], int] = lambda: 0
    wrap: Decorator = _undecorated
    wraps_inside: bool = False
    in_view: Callable[[], object] = lambda: None
    headers: dict[str, str] = field(default_factory=dict)
    base_url: str | None = None
    refusal: tuple[dict[str, Any], int] | None = None
    add_views: Callable[[Flask, Extension, Decorator], None] = add_views


Attach = Callable[[Library, Flask, ExitStack], Extension]


# ---- the extensions ----------------------------------------------------------------------------


def resources_of(resource: Any, api: Any) -> Callable[[Flask, Extension, Decorator], None]:
    """Return what adds the views as resources, with ``method_decorators``."""

    def add(app: Flask, extension: Extension, decorate: Decorator) -> None:
        decorators = [] if decorate is _undecorated else [decorate]

        class Fine(resource):
            method_decorators = decorators

            def get(self):
                return "fine"

            put = get

        class Refuse(resource):
            method_decorators = decorators

            def get(self):
                abort(401)

            put = get

        class Fail(resource):
            method_decorators = decorators

            def get(self):
                raise RuntimeError("no database")

            put = get

        for each in (Fine, Refuse, Fail):
            api.add_resource(each, f"/{each.__name__.lower()}")

    return add


def flask_restful(library: Library, app: Flask, stack: ExitStack) -> Extension:
    restful = library("flask_restful", "Flask-RESTful")
    return Extension(add_views=resources_of(restful.Resource, restful.Api(app)))


def flask_restx(library: Library, app: Flask, stack: ExitStack) -> Extension:
    restx = library("flask_restx")
    return Extension(add_views=resources_of(restx.Resource, restx.Api(app)))


def flask_login(library: Library, app: Flask, stack: ExitStack) -> Extension:
    flask_login = library("flask_login")
    manager = flask_login.LoginManager(app)
    loaded: list[str] = []

    class User(flask_login.UserMixin):
        id = "ada"

    @manager.request_loader
    def load(request):
        loaded.append(request.method)
        return User() if "X-User" in request.headers else None

    @app.before_request
    def check():
        return None if flask_login.current_user.is_authenticated else manager.unauthorized()

    return Extension(
        reached=lambda: len(loaded), headers={"X-User": "ada"}, refusal=({"headers": {}}, 401)
    )


def flask_jwt_extended(library: Library, app: Flask, stack: ExitStack) -> Extension:
    jwt = library("flask_jwt_extended")
    app.config["JWT_SECRET_KEY"] = "key" * 20
    jwt.JWTManager(app)
    verified: list[str] = []

    @app.before_request
    def verify():
        verified.append(request.method)
        jwt.verify_jwt_in_request()

    with app.app_context():
        token = jwt.create_access_token("ada")
    return Extension(
        reached=lambda: len(verified),
        headers={"Authorization": f"Bearer {token}"},
        refusal=({"headers": {}}, 401),
    )


def flask_limiter(library: Library, app: Flask, stack: ExitStack) -> Extension:
    flask_limiter = library("flask_limiter")
    counted: list[str] = []

    def key() -> str:
        counted.append(request.method)
        return request.headers.get("X-Client", "client")

    limiter = flask_limiter.Limiter(key, storage_uri="memory://", headers_enabled=True)
    limiter.init_app(app)
    limit = limiter.limit("1000 per hour")
    return Extension(reached=lambda: len(counted), wrap=limit)


def flask_talisman(library: Library, app: Flask, stack: ExitStack) -> Extension:
    library("flask_talisman").Talisman(app)
    return Extension(base_url="https://localhost", refusal=({"base_url": "http://localhost"}, 302))


def flask_compress(library: Library, app: Flask, stack: ExitStack) -> Extension:
    library("flask_compress").Compress(app)
    return Extension(headers={"Accept-Encoding": "gzip"})


def flask_caching(library: Library, app: Flask, stack: ExitStack) -> Extension:
    caching = library("flask_caching")
    cache = caching.Cache(app, config={"CACHE_TYPE": "SimpleCache"})
    return Extension(
        reached=lambda: len(cache.cache._cache), wrap=cache.cached(timeout=60, key_prefix="v%s")
    )


def flask_caching_inside(library: Library, app: Flask, stack: ExitStack) -> Extension:
    extension = flask_caching(library, app, stack)
    extension.wraps_inside = True
    return extension


def flask_session(library: Library, app: Flask, stack: ExitStack) -> Extension:
    cachelib = library("cachelib")
    cache = cachelib.SimpleCache()
    app.config.update(SESSION_TYPE="cachelib", SESSION_CACHELIB=cache)
    library("flask_session").Session(app)
    return Extension(reached=lambda: len(cache._cache), in_view=lambda: session.update(seen=True))


def flask_wtf(library: Library, app: Flask, stack: ExitStack) -> Extension:
    csrf = library("flask_wtf.csrf", "Flask-WTF")
    protect = csrf.CSRFProtect(app)
    checked: list[str] = []
    app.before_request(lambda: checked.append(request.method))
    assert protect is not None
    return Extension(reached=lambda: len(checked), refusal=({"method": "PUT"}, 400))


def prometheus_flask_exporter(library: Library, app: Flask, stack: ExitStack) -> Extension:
    exporter = library("prometheus_flask_exporter")
    registry = library("prometheus_client").CollectorRegistry()
    exporter.PrometheusMetrics(app, registry=registry)

    def reached() -> int:
        samples = [sample for metric in registry.collect() for sample in metric.samples]
        return int(sum(each.value for each in samples if each.name.endswith("request_total")))

    return Extension(reached=reached)


def opentelemetry(library: Library, app: Flask, stack: ExitStack) -> Extension:
    package = "opentelemetry-instrumentation-flask"
    instrumentor = library("opentelemetry.instrumentation.flask", package).FlaskInstrumentor()
    sdk = library("opentelemetry.sdk.trace", "opentelemetry-sdk")
    export = library("opentelemetry.sdk.trace.export", "opentelemetry-sdk")
    memory = library("opentelemetry.sdk.trace.export.in_memory_span_exporter", "opentelemetry-sdk")
    spans = memory.InMemorySpanExporter()
    provider = sdk.TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(spans))
    instrumentor.instrument_app(app, tracer_provider=provider)
    stack.callback(provider.shutdown)
    return Extension(reached=lambda: len(spans.get_finished_spans()))


def sentry(library: Library, app: Flask, stack: ExitStack) -> Extension:
    sdk = library("sentry_sdk", "sentry-sdk[flask]")
    flask_integration = library("sentry_sdk.integrations.flask", "sentry-sdk[flask]")
    events: list[Any] = []
    sdk.init(
        dsn="https://key@sentry.invalid/1",
        transport=events.append,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[flask_integration.FlaskIntegration()],
        traces_sample_rate=1.0,
    )
    stack.callback(sdk.init)  # without a DSN: nothing is sent any more
    return Extension(reached=lambda: len(events))


def flask_http_middleware(library: Library, app: Flask, stack: ExitStack) -> Extension:
    middleware = library("flask_http_middleware")
    base = library("flask_http_middleware.base", "flask-http-middleware").BaseHTTPMiddleware

    dispatched: list[str] = []

    class Marked(base):
        def __init__(self):
            pass

        def dispatch(self, request, call_next):
            dispatched.append(request.method)
            response = call_next(request)
            response.headers["X-Marked"] = "1"
            return response

    app.wsgi_app = middleware.MiddlewareManager(app)
    app.wsgi_app.add_middleware(Marked)
    # It dispatches in Flask's place, so that preflights reach it as any request does.
    return Extension(reached=lambda: len([each for each in dispatched if each != "OPTIONS"]))


EXTENSIONS: list[Attach] = [
    flask_restful,
    flask_restx,
    flask_login,
    flask_jwt_extended,
    flask_limiter,
    flask_talisman,
    flask_compress,
    flask_caching,
    flask_caching_inside,
    flask_session,
    flask_wtf,
    prometheus_flask_exporter,
    opentelemetry,
    sentry,
    flask_http_middleware,
]
# Those of which it can be seen that a request reaches them.
SEEN: list[Attach] = [
    flask_login,
    flask_jwt_extended,
    flask_limiter,
    flask_caching,
    flask_caching_inside,
    flask_session,
    flask_wtf,
    prometheus_flask_exporter,
    opentelemetry,
    sentry,
    flask_http_middleware,
]
# Those that stop some requests.
REFUSING: list[Attach] = [flask_login, flask_jwt_extended, flask_talisman, flask_wtf]
VARIANTS = ["extension first", "CORS first", "decorators"]


class Matched:
    """An app with one extension in one variant."""

    def __init__(self, app: Flask, extension: Extension, variant: str, name: str) -> None:
        self.app = app
        self.extension = extension
        self.variant = variant
        self.name = name

    def send(self, path: str = "/fine", origin: str | None = APP, **sent: Any) -> Any:
        sent = {
            "headers": self.extension.headers,
            "base_url": self.extension.base_url,
            "method": "GET",
            **sent,
        }
        return send(self.app, path, origin, **sent)

    def preflight(self, path: str = "/fine", origin: str = APP) -> Any:
        return send_preflight(self.app, path, origin, base_url=self.extension.base_url)


@pytest.fixture(params=EXTENSIONS, ids=lambda attach: attach.__name__)
def attach(request: pytest.FixtureRequest) -> Attach:
    return request.param


@pytest.fixture(params=VARIANTS)
def matched(request: pytest.FixtureRequest, attach: Attach, library: Library) -> Iterator[Matched]:
    app = Flask(__name__)
    app.secret_key = "key"
    app.logger.disabled = True
    variant = request.param
    with ExitStack() as stack:
        if variant == "CORS first":
            CORS(app, **OPTIONS)
        extension = attach(library, app, stack)
        if variant == "extension first":
            CORS(app, **OPTIONS)
        decorate = cross_origin(**OPTIONS) if variant == "decorators" else _undecorated
        extension.add_views(app, extension, decorate)
        yield Matched(app, extension, variant, attach.__name__)


def assert_own(response: Any, origin: str | None) -> None:
    """Assert that a response has the headers for a request from ``origin``, and no others."""
    is_allowed = origin in (APP, OTHER)
    assert allowed(response) == ([origin] if is_allowed else [])
    assert cors_headers(response) == (NAMES if is_allowed else [])
    assert vary(response).count("Origin") == 1
    assert len(response.headers.getlist("Vary")) == 1


# ---- the matrix --------------------------------------------------------------------------------


def test_each_response_has_the_headers_of_its_own_request(matched):
    """Twice each, as some are cached the first time."""
    for origin in (APP, EVIL, OTHER, None, EVIL, APP, None, OTHER):
        response = matched.send(origin=origin)
        assert response.status_code == 200
        assert_own(response, origin)


def test_a_preflight_from_an_allowed_origin_does_not_reach_the_extension(matched):
    for _ in range(2):  # as the first request of the app, and later
        before = matched.extension.reached()
        response = matched.preflight()
        assert (response.status_code, allowed(response)) == (200, [APP])
        assert response.headers["Access-Control-Allow-Credentials"] == "true"
        assert "PUT" in response.headers["Access-Control-Allow-Methods"].split(", ")
        assert "Set-Cookie" not in response.headers
        assert "Location" not in response.headers
        assert matched.extension.reached() == before
        assert matched.send(method="GET").status_code == 200


@pytest.mark.parametrize("attach", SEEN, indirect=True, ids=lambda attach: attach.__name__)
def test_a_request_that_is_not_a_preflight_reaches_the_extension(matched):
    """Otherwise the test of preflights would prove nothing."""
    matched.send("/fail" if matched.name == "sentry" else "/fine")  # Sentry gets errors alone
    assert matched.extension.reached() > 0


def test_a_preflight_from_a_refused_origin_gets_no_headers(matched):
    response = matched.preflight(origin=EVIL)
    assert cors_headers(response) == []
    assert "Origin" in vary(response)


@pytest.mark.parametrize(("path", "status"), [("/refuse", 401), ("/missing", 404), ("/fail", 500)])
def test_an_error_response_carries_the_headers(matched, path, status):
    for origin in (APP, EVIL, OTHER):
        response = matched.send(path, origin)
        assert response.status_code == status
        if (matched.variant, path) == ("decorators", "/missing"):
            assert cors_headers(response) == []  # no policy
        elif matched.name == "flask_http_middleware" and path != "/fail":
            # It dispatches in Flask's place, and what it makes of an HTTPException reaches no
            # after_request function.
            assert cors_headers(response) == []
        else:
            assert_own(response, origin)


@pytest.mark.parametrize("attach", REFUSING, indirect=True, ids=lambda attach: attach.__name__)
def test_a_refusal_of_the_extension_has_the_headers(matched):
    sent, status = matched.extension.refusal
    for origin in (APP, EVIL, OTHER):
        response = matched.send(origin=origin, **sent)
        assert response.status_code == status
        assert_own(response, origin)


@pytest.mark.parametrize("attach", REFUSING, indirect=True, ids=lambda attach: attach.__name__)
def test_a_preflight_is_allowed_where_the_extension_refuses_the_request(matched):
    sent, _ = matched.extension.refusal
    response = send_preflight(matched.app, "/fine", base_url=sent.get("base_url"))
    assert (response.status_code, allowed(response)) == (200, [APP])
