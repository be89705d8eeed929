"""Django and django-cors-headers."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

from ..cases import METHODS, NAMES, REGEX, Configuration, origins, parents


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("", view)]


def bare(configuration: object) -> WSGIHandler:
    return _app()


def cors(configuration: Configuration) -> WSGIHandler | None:
    if configuration.resources or configuration.binding != "app":
        return None
    return _app(
        INSTALLED_APPS=["corsheaders"],
        MIDDLEWARE=["corsheaders.middleware.CorsMiddleware"],
        CORS_ALLOW_METHODS=METHODS,
        CORS_ALLOW_HEADERS=NAMES,
        **_ORIGINS[configuration.origins](configuration),
    )


_ORIGINS: dict[str, Callable[[Configuration], dict[str, Any]]] = {
    "any": lambda _: {"CORS_ALLOW_ALL_ORIGINS": True},
    "exact": lambda configuration: {"CORS_ALLOWED_ORIGINS": origins(configuration)},
    "regex": lambda _: {"CORS_ALLOWED_ORIGIN_REGEXES": [REGEX]},
    "subdomains": lambda configuration: {
        "CORS_ALLOWED_ORIGIN_REGEXES": [
            re.compile(rf"https://[^/]+\.{re.escape(parent)}$") for parent in parents(configuration)
        ]
    },
}


def _app(**options: Any) -> WSGIHandler:
    settings.configure(
        ALLOWED_HOSTS=["*"], ROOT_URLCONF=sys.modules[__name__], LOGGING_CONFIG=None, **options
    )
    django.setup(set_prefix=False)
    return WSGIHandler()
