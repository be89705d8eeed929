"""A file that Flask serves has one policy, however its path is spelled."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Blueprint, Flask, send_from_directory
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from flask_cors import CORS

from .exchanges import APP, EVIL, OTHER, allowed, send, send_preflight, vary

ORIGINS = (APP, OTHER, EVIL)

FILES = (
    "s.txt",
    "public/s.txt",
    "public/b/s.txt",
    "private/s.txt",
    "private/b/s.txt",
    "a/s.txt",
    "a/b/s.txt",
    "a/b/public/s.txt",
    "a.b/.hidden",
    "publication/s.txt",
)
FOLDERS = sorted({folder for file in FILES for folder in Path(file).parent.parts})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make files whose content is their own name."""
    root = tmp_path_factory.mktemp("files")
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"content of {name}", encoding="utf-8")
    return root


def serve_files(folder: Path) -> tuple[Flask, Blueprint]:
    """Return an app that serves ``folder`` below ``/static`` and, by a view, below ``/view``; and
    the blueprint that is to serve it below ``/files`` once it is registered."""
    app = Flask("files", root_path="/", static_folder=str(folder), static_url_path="/static")
    bp = Blueprint("files", "files", url_prefix="/files")

    @app.route("/view/<path:name>")
    @bp.route("/<path:name>")
    def view(name: str) -> Response:
        return send_from_directory(folder, name)

    return app, bp


# ---- the property ------------------------------------------------------------------------------


class Resource(NamedTuple):
    """A resource, and the contract for it, without the package's own code."""

    pattern: str
    prefix: str
    characters: int
    options: dict[str, object]

    def matches(self, path: str) -> bool:
        if self.pattern == "/*":
            return True
        if self.pattern.endswith("/*"):
            return f"{path}/".startswith(self.pattern[:-1])
        if self.is_exact:
            return path == self.pattern
        return re.match(self.pattern, path) is not None

    @property
    def is_exact(self) -> bool:
        return "*" not in self.pattern and not self.pattern.endswith("$")

    @property
    def allows(self) -> tuple[tuple[str, ...], bool]:
        origins = self.options["origins"]
        credentials = self.options.get("supports_credentials", False)
        return (ORIGINS if origins == "*" else tuple(origins)), bool(credentials)


NOTHING: tuple[tuple[str, ...], bool] = ((), False)


def best_match(resources: list[Resource], path: str) -> Resource | None:
    """Return the resource of a path that has only one spelling."""
    matching = [each for each in resources if each.matches(path)]
    ranked = sorted(matching, key=lambda r: (not r.is_exact, -len(r.prefix), -r.characters))
    return ranked[0] if ranked else None


def all_options() -> st.SearchStrategy[dict[str, object]]:
    return st.one_of(
        st.just({"origins": "*"}),
        st.just({"origins": [APP]}),
        st.just({"origins": [APP], "supports_credentials": True}),
        st.just({"origins": [OTHER], "supports_credentials": True}),
        st.just({"origins": [APP, OTHER]}),
        st.just({"origins": []}),
    )


@st.composite
def all_resources(draw: st.DrawFn) -> list[Resource]:
    patterns: dict[str, Resource] = {}
    for _ in range(draw(st.integers(1, 5))):
        root = draw(st.sampled_from(["/static", "/view", "/files"]))
        below = draw(st.sampled_from(["", "/public", "/private", "/a", "/a/b", "/public/b"]))
        kind = draw(st.sampled_from(["folder", "folder", "file", "whole", "regex", "every"]))
        options = draw(all_options())
        path = f"{root}{below}"
        plain = len(path)
        made = {
            "folder": Resource(f"{path}/*", f"{path}/", plain + 1, options),
            "file": Resource(f"{path}/s.txt", f"{path}/s.txt", plain + 6, options),
            "whole": Resource(f"^{path}/s\\.txt$", f"{path}/s.txt", plain + 6, options),
            "regex": Resource(f"{path}/.*", f"{path}/", plain + 1, options),
            "every": Resource("/*", "/", 1, options),
        }[kind]
        patterns[made.pattern] = made
    return list(patterns.values())


@st.composite
def all_paths(draw: st.DrawFn) -> str:
    """Make the path of a file with additional dot and empty segments, or of these alone."""
    noise = st.one_of(
        st.sampled_from(["", ".", "..", "/", "./", "../"]),
        st.sampled_from(FOLDERS).map("{}/..".format),
        st.sampled_from(FOLDERS).map("{}//..".format),
        st.sampled_from(FOLDERS).map("{}/.//..".format),
    )
    root = draw(st.sampled_from(["static", "view", "files"]))
    segments = [root, *draw(st.sampled_from(FILES)).split("/")]
    for _ in range(draw(st.integers(0, 4))):
        segments.insert(draw(st.integers(0, len(segments))), draw(noise))
    if draw(st.booleans()):  # before the path of the file, any folder and back
        segments[1:1] = [draw(st.sampled_from(FOLDERS)), draw(st.sampled_from(["..", "", "."]))]
    return "/" + "/".join(segments) + draw(st.sampled_from(["", "", "", "/", "/."]))


def served_file(response: TestResponse) -> str | None:
    """Return the name of the file that the response contains."""
    found = re.fullmatch("content of (.*)", response.text)
    return None if found is None or response.status_code != 200 else found[1]


# Many paths per example, because making an app takes longer than a request.
@given(
    bound=st.sampled_from(["app", "blueprint", "both"]),
    resources=all_resources(),
    paths=st.lists(all_paths(), min_size=10, max_size=25),
)
def test_only_an_origin_that_the_path_of_a_file_allows_can_read_it(folder, bound, resources, paths):
    app, bp = serve_files(folder)
    of_bp = [] if bound == "app" else resources[:: 1 if bound == "blueprint" else 2]
    of_app = [each for each in resources if each not in of_bp]
    cors = None
    if of_app:
        cors = CORS(app, resources={each.pattern: each.options for each in of_app})
    if of_bp:
        CORS(bp, resources={each.pattern: each.options for each in of_bp})
    app.register_blueprint(bp)
    for path in (*paths, *(f"/{root}/{name}" for root in ("static", "files") for name in FILES)):
        for origin in ORIGINS:
            response = send(app, path, origin)
            file = served_file(response)
            if file is None:
                continue
            root = path.lstrip("/.").partition("/")[0]
            canonical = f"/{root}/{file}"
            best = best_match(of_bp, canonical) if root == "files" else None
            best = best or best_match(of_app, canonical)
            origins, credentials = NOTHING if best is None else best.allows
            if allowed(response):
                assert origin in origins, (path, canonical)
            if "Access-Control-Allow-Credentials" in response.headers:
                assert credentials, (path, canonical)
            if cors is not None and root != "files" and cors.allows(origin, path=path, app=app):
                assert origin in origins, (path, canonical)
            preflight = send_preflight(app, path, origin, "GET")
            if allowed(preflight):
                assert origin in origins, (path, canonical)
            if path == canonical and not any(each.pattern.endswith("$") for each in resources):
                assert (allowed(response) != []) == (origin in origins), path


def test_flask_serves_every_spelling_that_the_property_makes(folder):
    """Otherwise the property would be tested on no file."""
    app, bp = serve_files(folder)
    app.register_blueprint(bp)
    spellings = [
        "/static/public/../private/s.txt",
        "/static/./private/s.txt",
        "/static/private//s.txt",
        "/static/public//../private/s.txt",
        "/view/public/../private/s.txt",
        "/view/private/./s.txt",
        "/files/a//../private/s.txt",
    ]
    served = [served_file(send(app, path)) for path in spellings]
    assert served == ["private/s.txt"] * len(spellings)


# ---- examples ----------------------------------------------------------------------------------


def an_app(folder: Path, resources: dict[str, dict[str, object]]) -> tuple[Flask, CORS]:
    app, _ = serve_files(folder)
    return app, CORS(app, resources=resources)


PRIVATE = {
    "/static/public/*": {"origins": "*"},
    "/static/private/*": {"origins": APP, "supports_credentials": True},
}


def assert_ambiguous(app: Flask, cors: CORS, path: str, file: str) -> None:
    for origin in ORIGINS:
        response = send(app, path, origin)
        assert served_file(response) == file
        assert (allowed(response), vary(response)) == ([], ["Origin"])
        assert "Access-Control-Allow-Credentials" not in response.headers
        assert not cors.allows(origin, path=path)


@pytest.mark.parametrize(
    "path",
    [
        "/static/public//../private/s.txt",  # %2f..%2f, as servers decode it
        "/static/public/../private/s.txt",
        "/static/public/./../private/s.txt",
        "/static/public/b/../../private/s.txt",
        "/static/public//b/..//../private/s.txt",
    ],
)
def test_a_path_through_a_public_folder_does_not_make_a_private_file_public(folder, path):
    app, cors = an_app(folder, PRIVATE)
    assert_ambiguous(app, cors, path, "private/s.txt")


@pytest.mark.parametrize("path", ["/static/private/../public/s.txt", "/static/a/../private/s.txt"])
def test_a_path_through_a_folder_with_another_policy_is_ambiguous(folder, path):
    """Also where the detour begins in the stricter folder, or in one without a policy."""
    app, cors = an_app(folder, PRIVATE)
    assert_ambiguous(app, cors, path, path.partition("../")[2])


@pytest.mark.parametrize(
    "path",
    ["/static/a//b/s.txt", "/static//a/b/s.txt", "/static/a/./b/s.txt", "/static/a/../a//b/s.txt"],
)
def test_an_empty_segment_does_not_bypass_the_resource_of_a_folder(folder, path):
    app, cors = an_app(folder, {"/static/*": {"origins": "*"}, "/static/a/b/*": {"origins": APP}})
    for origin in (OTHER, EVIL):
        response = send(app, path, origin)
        assert (allowed(response), "Origin" in vary(response)) == ([], True)
        assert not cors.allows(origin, path=path)


@pytest.mark.parametrize("path", ["/static/a//b/s.txt", "/static/./a/b/s.txt"])
def test_spellings_of_one_policy_are_not_ambiguous(folder, path):
    """Equal options are one policy, even in two resources."""
    app, cors = an_app(folder, {"/static/*": {"origins": APP}, "/static/a/b/*": {"origins": [APP]}})
    response = send(app, path)
    assert (served_file(response), allowed(response)) == ("a/b/s.txt", [APP])
    assert (cors.allows(APP, path=path), cors.allows(OTHER, path=path)) == (True, False)


def test_a_spelling_without_a_policy_makes_a_path_ambiguous(folder):
    app, cors = an_app(folder, {"/static/public/*": {"origins": "*"}})
    assert_ambiguous(app, cors, "/static/public/../s.txt", "s.txt")
    assert_ambiguous(app, cors, "/static/private/../public/s.txt", "public/s.txt")


def test_a_view_with_a_path_converter_is_checked_like_the_static_route(folder):
    resources = {name.replace("static", "view"): given for name, given in PRIVATE.items()}
    app, cors = an_app(folder, resources)
    assert_ambiguous(app, cors, "/view/public/../private/s.txt", "private/s.txt")
    assert allowed(send(app, "/view/private/s.txt")) == [APP]


@pytest.mark.parametrize("exact", ["/api/keys", r"^/api/keys$", r"/api/keys\Z"])
@pytest.mark.parametrize("path", ["/api/keys", "/api/keys/"])
def test_a_trailing_slash_does_not_bypass_an_exact_resource(exact, path):
    app = Flask(__name__)
    cors = CORS(app, resources={"/api/*": {"origins": "*"}, exact: {"origins": APP}})
    app.add_url_rule("/api/keys", "keys", lambda: "secret", strict_slashes=False)
    for origin in (OTHER, EVIL):
        response = send(app, path, origin)
        assert (response.text, allowed(response)) == ("secret", [])
        assert "Origin" in vary(response)
        assert not cors.allows(origin, path=path)
        assert allowed(send_preflight(app, path, origin)) == []


@pytest.mark.parametrize("exact", ["/view/private/s.txt", r"/view/private/s\.txt$"])
@pytest.mark.parametrize(
    "path",
    [
        "/view/private/s.txt/",
        "/view/private/s.txt//",
        "/view/private/s.txt/.",
        "/view/private/s.txt/./",
        "/view/private/./s.txt/",
        "/view/private//s.txt/",
        "/view/private/s.txt/x/..",
        "/view/public/../private/s.txt/",
        "/view/public//../private/s.txt/",
    ],
)
def test_dot_segments_with_a_trailing_slash_do_not_bypass_an_exact_resource(folder, exact, path):
    """A file is also served by its name with a trailing slash."""
    app, cors = an_app(folder, {"/*": {"origins": "*"}, exact: {"origins": APP}})
    assert served_file(send(app, path)) == "private/s.txt"
    for origin in (OTHER, EVIL):
        assert allowed(send(app, path, origin)) == []
        assert not cors.allows(origin, path=path)
        assert allowed(send_preflight(app, path, origin, "GET")) == []


def test_a_trailing_slash_is_not_ambiguous_if_both_paths_have_one_policy():
    app = Flask(__name__)
    cors = CORS(app, resources={"/api/*": {"origins": APP}, "/api/keys": {"origins": APP}})
    app.add_url_rule("/api/keys", "keys", lambda: "secret", strict_slashes=False)
    for path in ("/api/keys", "/api/keys/"):
        assert allowed(send(app, path)) == [APP]
        assert cors.allows(APP, path=path)


def test_a_trailing_slash_matters_only_if_routing_found_a_view():
    """On a 404 no spelling leads to a file."""
    app = Flask(__name__)
    cors = CORS(app, resources={"/api/*": {"origins": "*"}, "/api/keys": {"origins": APP}})
    response = send(app, "/api/keys/", EVIL)
    assert (response.status_code, allowed(response)) == (404, [EVIL])
    assert cors.allows(EVIL, path="/api/keys/")


def test_a_trailing_dot_segment_is_the_folder_with_its_slash():
    app = Flask(__name__)
    cors = CORS(app, resources={"/d/*": {"origins": "*"}, "/d/x/": {"origins": APP}})
    app.add_url_rule("/d/<path:name>", "view", lambda name: name)
    for path in ("/d/x/.", "/d/x/y/..", "/d/x//"):
        response = send(app, path, EVIL)
        assert (response.status_code, allowed(response)) == (200, [])
        assert not cors.allows(EVIL, path=path)


@pytest.mark.parametrize(
    "anchored",
    [
        r"/view/private/(s\.txt$)",
        r"/view/private/(s\.txt$|t\.txt$)",
        r"/view/private/s\.txt(?:$)",
        r"/view/private/s\.txt(?!.)",
        r"/view/private/s\.txt$(?#a comment)",
        r"/view/private/s\.txt($|\?)",
        re.compile(r"/view/private/s\.txt$ # a comment", re.VERBOSE),
    ],
    ids=str,
)
@pytest.mark.parametrize("end", ["/", "//", "/."])
def test_a_regex_with_an_anchor_anywhere_is_compared_with_a_trailing_slash(folder, anchored, end):
    app, bp = serve_files(folder)
    CORS(app, resources={anchored: {"origins": APP}, "/view/*": {"origins": "*"}})
    app.register_blueprint(bp)
    path = "/view/private/s.txt"
    assert allowed(send(app, path, APP)) == [APP]
    for spelling in (path, path + end):
        assert allowed(send(app, spelling, EVIL)) == []
        assert allowed(send_preflight(app, spelling, EVIL, "GET")) == []
