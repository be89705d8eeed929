"""The layers that options come from: the options of a resource, the keyword arguments of
``init_app`` and of the constructor, ``app.config``, and the defaults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from enum import Enum
from typing import Any

from ..diagnostics import rules
from ..diagnostics.finding import Finding
from ..diagnostics.format import format_value
from ..diagnostics.source_location import SourceLocation
from ..errors import CORSConfigError, CORSWarning
from .lists import find_empty_list, keep_items
from .options import CONFIG_KEYS, EXTENSION_OPTIONS, OPTION_TYPES, Option, Unset, config_key


class LayerKind(Enum):
    """The kind of a layer. Its value is the name in messages."""

    RESOURCE = "a resource"
    INIT_APP = "init_app(...)"
    CONSTRUCTOR = "CORS(...)"
    DECORATOR = "cross_origin(...)"
    CONFIG = "app.config"
    DEFAULT = "default"
    CHANGE = "changed"  # options that a tool changes to try them


class Layer:
    """One place that options come from.

    Each option is read once, even if several policies use it, so that each warning is issued once.

    :ivar kind: the kind of the layer.
    :ivar name: its name in messages.
    :ivar location: where it was written; None if that is not known.
    :ivar raw: the options that are set in it, as written, but with a list for an iterator.
    :ivar findings: the warnings issued so far, including those about its resources.
    :ivar is_in_request: whether warnings never raise, even if Python turns them into errors.
    """

    def __init__(
        self,
        kind: LayerKind,
        location: SourceLocation | None,
        values: Mapping[str, object],
        known: Iterable[str],
        *,
        name: str | None = None,
        findings: list[Finding] | None = None,
    ) -> None:
        self.is_in_request = False
        self.kind = kind
        self.name = name or kind.value
        self.location = location
        self.findings: list[Finding] = [] if findings is None else findings
        known = tuple(known)
        passed = {key: value for key, value in values.items() if not isinstance(value, Unset)}
        self.raw = {
            key: keep_items(value)
            for key, value in passed.items()
            if key in known and not (value is None and OPTION_TYPES[key].is_switch)
        }
        self._read: dict[str, Option[Any] | CORSConfigError] = {}
        for key in passed:
            if key not in known:
                self.warn(_unknown_option(self.name, key, known))

    def __getstate__(self) -> dict[str, object]:
        """Leave out the options that were read: a copy reads them again."""
        return {**vars(self), "_read": {}}

    def __contains__(self, option: str) -> bool:
        return option in self.raw

    def read(self, option: str) -> Option[Any]:
        """Return an option that is set in this layer.

        :raises CORSConfigError: if its value is invalid.
        """
        known = self._read.get(option)
        if known is None:
            raw = self.raw[option]
            try:
                known = Option(OPTION_TYPES[option].parse(raw, self.warn), raw, self)
            except CORSConfigError as error:
                known = CORSConfigError(each.at(self.location) for each in error.findings)
            self._read[option] = known
        if isinstance(known, CORSConfigError):
            raise known.with_traceback(None)
        return known

    def warn(self, finding: Finding) -> None:
        """Issue a warning at the location of the layer, once, and keep the finding."""
        finding = finding.at(self.location)
        if finding not in self.findings:
            self.findings.append(finding)
            if self.location is not None:
                try:
                    self.location.warn(finding, CORSWarning)
                except CORSWarning:
                    if not self.is_in_request:
                        raise


def _unknown_option(layer: str, name: str, known: Iterable[str]) -> Finding:
    message = f"{layer} has no option {format_value(name)}, which is ignored"
    bare = str(name).lower().removeprefix("cors_")
    if bare in OLD_NAMES:
        hint = _hint_for_old_name(OLD_NAMES[bare])
        return rules.OldOptionName(message, hint, option=OLD_NAMES[bare])
    foreign = FOREIGN_KEYS.get(config_key(bare))
    near = [foreign] if foreign and foreign in known else _nearest(bare, known)
    hint = f"write {near[0]!r}" if near else "leave it out"
    return rules.UnknownOption(message, hint, option=near[0] if near else None)


def _hint_for_old_name(new: str) -> str:
    # The old option never had an effect. Renamed, it could block Authorization in a working app.
    return f"leave it out; renamed to {new!r} it would allow these headers alone"


def _nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> list[str]:
    from difflib import get_close_matches  # loaded only for an unknown name

    return get_close_matches(name, known, cutoff=cutoff)


DEFAULTS = Layer(
    LayerKind.DEFAULT,
    None,
    {name: option.default for name, option in OPTION_TYPES.items()},
    OPTION_TYPES,
)

# ---- app.config --------------------------------------------------------------------------------

# Option names of very old versions, which many examples still use.
OLD_NAMES = {"headers": "allow_headers"}

SUPPRESSIONS_KEY = "CORS_CHECK_IGNORE"  # read by `flask cors check` alone
_KNOWN_KEYS = {*CONFIG_KEYS, SUPPRESSIONS_KEY}

# The names of other libraries (django-cors-headers, Starlette and FastAPI, Quart-CORS, aiohttp,
# Express), with the option that each corresponds to.
FOREIGN_KEYS = {
    **dict.fromkeys(
        (
            *("CORS_ALLOWED_ORIGINS", "CORS_ALLOWED_ORIGIN", "CORS_ALLOW_ORIGINS"),
            *("CORS_ALLOW_ORIGIN", "CORS_ORIGIN_WHITELIST", "CORS_WHITELIST", "CORS_ALLOWLIST"),
            *("CORS_ORIGIN_REGEX_WHITELIST", "CORS_ALLOWED_ORIGIN_REGEXES"),
            *("CORS_ALLOW_ORIGIN_REGEX", "CORS_ORIGIN_ALLOW_ALL", "CORS_ALLOW_ALL_ORIGINS"),
            *("CORS_ACCESS_CONTROL_ALLOW_ORIGIN", "CORS_ALLOWED_HOSTS", "CORS_ORIGIN"),
            *("CORS_DOMAINS", "CORS_ALLOWED_DOMAINS"),
        ),
        "origins",
    ),
    **dict.fromkeys(
        ("CORS_ALLOW_CREDENTIALS", "CORS_CREDENTIALS", "CORS_ALLOWED_CREDENTIALS"),
        "supports_credentials",
    ),
    **dict.fromkeys(
        ("CORS_ALLOW_METHOD", "CORS_ALLOW_METHODS", "CORS_ALLOWED_METHOD", "CORS_ALLOWED_METHODS"),
        "methods",
    ),
    **dict.fromkeys(("CORS_ALLOWED_HEADERS", "CORS_ALLOW_HEADER"), "allow_headers"),
    **dict.fromkeys(("CORS_EXPOSED_HEADERS", "CORS_EXPOSE_HEADER"), "expose_headers"),
    **dict.fromkeys(("CORS_PREFLIGHT_MAX_AGE", "CORS_MAXAGE"), "max_age"),
    **dict.fromkeys(("CORS_URLS_REGEX", "CORS_RESOURCE", "CORS_PATHS"), "resources"),
}
# Booleans that allow every origin.
_ALLOW_ALL_KEYS = frozenset({"CORS_ORIGIN_ALLOW_ALL", "CORS_ALLOW_ALL_ORIGINS"})


def _is_unset(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value)


class ConfigLayer(Layer):
    """The ``CORS_*`` keys of ``app.config``, read now. An iterator is replaced by a list there,
    because the layers of other views read it too.

    None and an empty string mean unset, except for origins and resources, where they allow nothing:
    an unset variable does not open the API.
    """

    def __init__(
        self, config: MutableMapping[str, object], location: SourceLocation | None
    ) -> None:
        for key in CONFIG_KEYS.keys() & config.keys():
            config[key] = keep_items(config[key])
        values = {
            option: config[key]
            for key, option in CONFIG_KEYS.items()
            if key in config and (not _is_unset(config[key]) or option in ("origins", "resources"))
        }
        super().__init__(LayerKind.CONFIG, location, values, EXTENSION_OPTIONS)
        self._unknown_keys = unknown_keys(config)

    def read(self, option: str) -> Option[Any]:
        if option == "resources" and self.raw[option] is None:
            self.warn(find_empty_list(option, None))
            self.raw[option] = []
        return super().read(option)

    def warn_of_unknown_keys(self, given: Iterable[str]) -> None:
        """Warn of keys that resemble the key of an option or are another library's name for it,
        unless the option is set.

        :param given: the options that are set in other layers.
        """
        options = {*given, *self.raw}
        for key in self._unknown_keys:
            finding = find_unknown_key(key)
            if finding is not None and finding.option not in options:
                self.warn(finding)


def unknown_keys(config: Mapping[str, object]) -> list[str]:
    """Return the ``CORS_*`` keys that do not belong to an option."""
    keys = map(str, config)
    return [key for key in keys if key.startswith("CORS_") and key not in _KNOWN_KEYS]


def find_unknown_key(key: str) -> Finding | None:
    """Return the finding for a key that does not belong to an option, or None if the app may use
    the key for something else."""
    if key in FOREIGN_KEYS:
        option = FOREIGN_KEYS[key]
        message = f"app.config has {key!r}, which is not a key of Flask-CORS and is ignored"
        hint = f"write {config_key(option)!r}"
        if key in _ALLOW_ALL_KEYS:
            hint = "write CORS_ORIGINS = '*' for every origin"
        return rules.ForeignConfigKey(message, hint, option=option)
    message = f"app.config has {key!r}, which is not an option and is ignored"
    old = OLD_NAMES.get(key.removeprefix("CORS_").lower())
    if old is not None:
        hint = _hint_for_old_name(config_key(old))
        return rules.OldOptionName(message, hint, option=old)
    near = _nearest(key, CONFIG_KEYS, cutoff=0.9)
    if not near:
        return None
    return rules.UnknownOption(message, f"write {near[0]!r}", option=CONFIG_KEYS[near[0]])
