"""The cases and the libraries that are measured."""

from __future__ import annotations

from typing import Literal, NamedTuple

# The origin that every configuration allows, as the last one in its list.
ALLOWED = "https://www.app.example"
REFUSED = "https://www.bad.example"

METHODS = ("GET", "PUT")  # of every view
NAMES = ("content-type", "x-token")  # the request headers that preflights request


class Configuration(NamedTuple):
    """The configuration of a library, as plain data.

    :ivar origins: the kind of the allowed origins.
    :ivar size: the number of allowed origins.
    :ivar resources: the number of resources with options of their own; 0 if all paths share them.
    :ivar binding: where the options are set.
    """

    origins: Literal["any", "exact", "subdomains", "regex"]
    size: int = 1
    resources: int = 0
    binding: Literal["app", "decorator", "blueprint"] = "app"


class Request(NamedTuple):
    """A request of a browser."""

    headers: tuple[tuple[str, str], ...]
    path: str = "/"
    method: str = "GET"


class Case(NamedTuple):
    """A configuration and a request.

    :ivar expected: the kind of response that ``checks.py`` expects. A library with another response
        is not measured.
    """

    title: str
    configuration: Configuration
    request: Request
    expected: Literal["allowed", "refused", "preflight", "any"] = "allowed"


class Library(NamedTuple):
    """One implementation of CORS, or a bare app without CORS.

    :ivar factory: the module below ``libraries/`` and its function that makes an app from a
        configuration, or returns None if the library does not support it.
    :ivar bare: the same app without CORS, from which the cost is computed; None for a bare app.
    :ivar preflights: whether it responds to preflights.
    """

    title: str
    environment: str
    factory: str
    interface: Literal["wsgi", "asgi"]
    bare: str | None
    preflights: bool = True


def _preflight(origin: str, names: str) -> Request:
    headers = (
        ("Origin", origin),
        ("Access-Control-Request-Method", "PUT"),
        ("Access-Control-Request-Headers", names),
    )
    return Request(headers, method="OPTIONS")


TWO = Configuration("exact", 2)
FIFTY_RESOURCES = TWO._replace(resources=50)

PLAIN = Request((("Origin", ALLOWED),))
OF_RESOURCE = PLAIN._replace(path="/rlast/item")

CASES = {
    "default": Case("default: any origin", Configuration("any"), PLAIN),
    "exact_1": Case("1 exact origin", Configuration("exact", 1), PLAIN),
    "exact_2": Case("2 exact origins", TWO, PLAIN),
    "exact_100": Case("100 exact origins", Configuration("exact", 100), PLAIN),
    "exact_1000": Case("1,000 exact origins", Configuration("exact", 1_000), PLAIN),
    "exact_100000": Case("100,000 exact origins", Configuration("exact", 100_000), PLAIN),
    "patterns_10000": Case("10,000 subdomain patterns", Configuration("subdomains", 10_000), PLAIN),
    "regex": Case("a regular expression", Configuration("regex"), PLAIN),
    "refused": Case("origin refused", TWO, Request((("Origin", REFUSED),)), "refused"),
    "absent": Case("no Origin", TWO, Request(()), "any"),
    "resources_1": Case("1 resource", TWO._replace(resources=1), OF_RESOURCE),
    "resources_50": Case("50 resources, the last one", FIFTY_RESOURCES, OF_RESOURCE),
    "resources_500": Case("500 resources, the last one", TWO._replace(resources=500), OF_RESOURCE),
    "decorator": Case("decorator", TWO._replace(binding="decorator"), PLAIN),
    "blueprint": Case(
        "blueprint", TWO._replace(binding="blueprint"), PLAIN._replace(path="/area/item")
    ),
    "preflight": Case("preflight", TWO, _preflight(ALLOWED, ",".join(NAMES)), "preflight"),
    "preflight_refused": Case(
        "preflight refused", TWO, _preflight(REFUSED, ",".join(NAMES)), "refused"
    ),
    "hostile_origin": Case(
        "Origin of 64 KiB", TWO, Request((("Origin", "https://" + "a" * 65_528),)), "refused"
    ),
    "hostile_headers": Case("60,000 commas in ACRH", TWO, _preflight(ALLOWED, "," * 60_000), "any"),
    "hostile_path": Case(
        "path of 20,000 segments",
        FIFTY_RESOURCES,
        PLAIN._replace(path="/rlast" + "/a" * 19_999),
        "any",
    ),
}

LIBRARIES = {
    "bare": Library("Flask without CORS", "ours", "flask_bare:bare", "wsgi", None),
    "hook": Library("a hook by hand", "ours", "by_hand:hook", "wsgi", "bare", preflights=False),
    "pair": Library("a pair by hand", "ours", "by_hand:pair", "wsgi", "bare"),
    "ours": Library("Flask-CORS 7", "ours", "extension:ours", "wsgi", "bare"),
    "flask_cors_6_bare": Library(
        "Flask, for flask-cors 6", "flask_cors_6", "flask_bare:bare", "wsgi", None
    ),
    "flask_cors_6": Library(
        "flask-cors 6", "flask_cors_6", "extension:flask_cors_6", "wsgi", "flask_cors_6_bare"
    ),
    "starlette_bare": Library(
        "Starlette without CORS", "starlette", "starlette_cors:bare", "asgi", None
    ),
    "starlette": Library(
        "Starlette's middleware", "starlette", "starlette_cors:cors", "asgi", "starlette_bare"
    ),
    "django_bare": Library("Django without CORS", "django", "django_cors:bare", "wsgi", None),
    "django": Library("django-cors-headers", "django", "django_cors:cors", "wsgi", "django_bare"),
    "quart_bare": Library("Quart without CORS", "quart", "quart_cors:bare", "asgi", None),
    "quart": Library("quart-cors", "quart", "quart_cors:cors", "asgi", "quart_bare"),
    "falcon_bare": Library("Falcon without CORS", "falcon", "falcon_cors:bare", "wsgi", None),
    "falcon": Library("Falcon's middleware", "falcon", "falcon_cors:cors", "wsgi", "falcon_bare"),
}


class Variant(NamedTuple):
    """An app of a library.

    :ivar configuration: None for a bare app, which is the same for all configurations.
    :ivar case: the only case that the app is measured in, or None for all that it supports.
    """

    library: str
    configuration: Configuration | None
    case: str | None = None


def variants(environment: str) -> list[Variant]:
    """Return the apps of an environment, one per case: an app that responds to preflights in
    between is slower otherwise, and the hook by hand does not respond to any."""
    return [
        Variant(name, None if library.bare is None else CASES[case].configuration, case)
        for name, library in LIBRARIES.items()
        if library.environment == environment
        for case in dict.fromkeys(map(bare_case, CASES) if library.bare is None else CASES)
    ]


def cases_of(variant: Variant) -> list[str]:
    """Return the cases that an app is measured in. A bare app gets each distinct request once."""
    library = LIBRARIES[variant.library]
    if library.bare is None:
        names = list(dict.fromkeys(map(bare_case, CASES)))
    else:
        names = [
            name
            for name, case in CASES.items()
            if case.configuration == variant.configuration
            and (library.preflights or case.request.method != "OPTIONS")
        ]
    return names if variant.case is None else [name for name in names if name == variant.case]


def bare_case(name: str) -> str:
    """Return the case in which a bare app gets the request of case ``name``."""
    request = CASES[name].request
    return next(other for other, case in CASES.items() if case.request == request)


def origins(configuration: Configuration) -> list[str]:
    """Return the exact origins of a configuration, the allowed one last."""
    return [
        *(f"https://app{number:06}.example" for number in range(configuration.size - 1)),
        ALLOWED,
    ]


def parents(configuration: Configuration) -> list[str]:
    """Return the hosts whose subdomains a configuration allows, that of the allowed origin last."""
    return [
        *(f"app{number:06}.example" for number in range(configuration.size - 1)),
        "app.example",
    ]


REGEX = r"https://\w+\.app\.example"


def resources(configuration: Configuration) -> list[tuple[str, list[str]]]:
    """Return the resources of a configuration and their origins, the requested one last. All paths
    have the same length, because flask-cors 6 tries the longest first."""
    paths = [*(f"/r{number:04}/*" for number in range(configuration.resources - 1)), "/rlast/*"]
    return [(path, [f"https://{path[1:6]}.example", ALLOWED]) for path in paths]
