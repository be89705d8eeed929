"""Resolves layers to the options of a policy, or of each resource."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from ..diagnostics import rules
from ..diagnostics.finding import Finding
from ..diagnostics.format import format_value
from ..errors import CORSConfigError
from ..protocol.headers import comma_list
from .layers import ConfigLayer, Layer, LayerKind
from .options import POLICY_OPTIONS, Option, Options
from .origin_parser import is_accepted
from .origins import OriginSet
from .path_patterns import PathPattern
from .untrusted import iter_misleading, untrusted_match

T = TypeVar("T")


class _Findings(list[Finding]):
    """The findings in several options, which are raised together."""

    def catch(self, read: Callable[[], T]) -> T | None:
        """Return the result of ``read``, or None after collecting the findings that it raised."""
        try:
            return read()
        except CORSConfigError as error:
            self.extend(error.findings)
            return None

    def raise_any(self) -> None:
        if self:
            raise CORSConfigError(self)


def _read_highest(layers: Sequence[Layer], option: str) -> Option[Any]:
    """Return an option from the highest layer in which it is set."""
    return next(layer for layer in layers if option in layer).read(option)


def _check_credentials(
    origins: Option[OriginSet] | None, credentials: Option[bool] | None, findings: _Findings
) -> None:
    """Refuse credentials for untrusted origins, which could act as the logged-in visitor.

    An option that is None is invalid and was reported before.
    """
    if origins is None or credentials is None or not credentials.value:
        return
    untrusted = untrusted_match(origins.value)
    if untrusted is not None:
        is_default = origins.layer.kind is LayerKind.DEFAULT
        shown = f"{'the default ' if is_default else ''}{format_value(origins.raw)}"
        message = f"origins: {shown} with supports_credentials=True allows {untrusted.description}"
        hint = 'list the origins that you trust, such as origins=["https://app.example"]'
        finding = rules.UntrustedCredentials(
            message, hint, option="origins", value=origins.raw, location=origins.layer.location
        )
        finding.origin = untrusted.origin
        findings.append(finding)


def _warn_of_lookalikes(options: Options) -> None:
    origins = options.origins
    for regex, lookalike in iter_misleading(origins.value):
        from .lookalikes import find_named_hosts

        message = f"origins: {format_value(regex.pattern)} allows {lookalike}"
        is_https = regex.fullmatch(lookalike.replace("http://", "https://")) is not None
        scheme = "https" if is_https else lookalike.partition("://")[0]
        patterns = [f"{scheme}://*.{host}" for host in sorted(find_named_hosts(regex))]
        patterns = [pattern for pattern in patterns if is_accepted(pattern)]
        hint = "write out the end of the host, or list each origin"
        if patterns:
            hint = f"write {patterns[0]!r} for its subdomains, or list each origin"
        origins.layer.warn(
            rules.LookalikeOrigin(message, hint, option="origins", value=regex.pattern)
        )


def _warn_of_wildcard_expose(options: Options) -> None:
    exposed = options.expose_headers
    if options.supports_credentials.value and "*" in comma_list(exposed.value or ""):
        # Fetch 4.1, main fetch, step 14.1: the wildcard is for requests without credentials.
        message = "expose_headers: with supports_credentials=True, '*' is the name of a header"
        hint = "list the headers that scripts should read"
        exposed.layer.warn(
            rules.WildcardExposeWithCredentials(
                message, hint, option="expose_headers", value=exposed.raw
            )
        )


def _read_all(layers: Iterable[Layer]) -> _Findings:
    """Return the findings in all options of the layers, including those that do not apply."""
    findings = _Findings()
    for layer in layers:
        for option in layer.raw:
            findings.catch(partial(layer.read, option))
    return findings


def check_settled(layers: Sequence[Layer]) -> None:
    """Check everything that these layers decide alone, before the app and its config are known.

    :raises CORSConfigError: with all findings.
    """
    findings = _read_all(layers)
    if findings:  # report what is invalid in the options of resources too
        findings += _read_all(own for layer in layers for own in _iter_own_layers(layer))
    raw = {key: value for layer in reversed(layers) for key, value in layer.raw.items()}
    # Resources in a dict may have origins of their own.
    if raw.keys() >= {"origins", "supports_credentials"} and not isinstance(
        raw.get("resources"), Mapping
    ):
        origins, credentials = (
            findings.catch(partial(_read_highest, layers, option))
            for option in ("origins", "supports_credentials")
        )
        _check_credentials(origins, credentials, findings)
    findings.raise_any()


def resolve(layers: Sequence[Layer]) -> Options:
    """Return the options of one policy.

    :param layers: the highest first, and :data:`~flask_cors.policy.layers.DEFAULTS` last.
    :raises CORSConfigError: with all findings.
    """
    findings = _Findings()
    resolved: dict[str, Any] = {
        option: findings.catch(partial(_read_highest, layers, option)) for option in POLICY_OPTIONS
    }
    _check_credentials(resolved["origins"], resolved["supports_credentials"], findings)
    findings.raise_any()
    options = Options(**resolved)
    _warn_of_wildcard_expose(options)
    _warn_of_lookalikes(options)
    return options


def changed(options: Options, values: Mapping[str, object]) -> Options:
    """Return options with new values, as if these were set in a layer above the others.

    :raises CORSConfigError: with all findings.
    """
    findings = _Findings()
    layer = Layer(LayerKind.CHANGE, None, values, POLICY_OPTIONS)
    resolved: dict[str, Any] = options._asdict()
    for option in values:
        resolved[option] = findings.catch(partial(layer.read, option))
    _check_credentials(resolved["origins"], resolved["supports_credentials"], findings)
    findings.raise_any()
    return Options(**resolved)


def resolve_view(layers: Sequence[Layer]) -> Options:
    """Return the options of a decorated view.

    :raises CORSConfigError: with all findings.
    """
    _warn_of_unknown_keys(layers, ())
    return resolve(layers)


def resolve_resources(layers: Sequence[Layer]) -> list[tuple[PathPattern, Options]]:
    """Return the resources that the layers configure, each with its options. Resources without
    options of their own share one :class:`Options`.

    :raises CORSConfigError: with the findings of all resources together.
    """
    findings = _read_all(layer for layer in layers if layer.kind is not LayerKind.CONFIG)
    highest = next(layer for layer in layers if "resources" in layer)
    resources = findings.catch(partial(highest.read, "resources"))
    if resources is None:  # report the findings in the other options too
        for own_layer in _iter_own_layers(highest):
            findings.catch(partial(resolve, [own_layer, *layers]))
        raise CORSConfigError(findings)
    _warn_of_unknown_keys(layers, [own for _, own in resources.value])
    resolved: list[tuple[PathPattern, Options]] = []
    shared: Options | None = None
    for pattern, own in resources.value:
        if own:
            own_layer = _make_own_layer(highest, pattern.source, own)
            options = findings.catch(partial(resolve, [own_layer, *layers]))
        else:
            shared = options = shared or findings.catch(partial(resolve, layers))
        if options is not None:
            resolved.append((pattern, options))
    findings.raise_any()
    return resolved


def _iter_own_layers(layer: Layer) -> Iterator[Layer]:
    """Yield the layer of each resource as written, even if its pattern is invalid."""
    raw = layer.raw.get("resources")
    for pattern, own in raw.items() if isinstance(raw, Mapping) else [(raw, {})]:
        yield _make_own_layer(layer, pattern, own if isinstance(own, Mapping) else {})


def _make_own_layer(layer: Layer, pattern: object, own: Mapping[str, object]) -> Layer:
    """Return the layer of a resource that ``layer`` configures."""
    return Layer(
        LayerKind.RESOURCE,
        layer.location,
        own,
        POLICY_OPTIONS,
        name=f"the resource {format_value(pattern)}",
        findings=layer.findings,
    )


def _warn_of_unknown_keys(
    layers: Sequence[Layer], resources: Sequence[Mapping[str, object]]
) -> None:
    given = {option for layer in layers if layer.location for option in layer.raw}
    if resources:
        given |= set(resources[0]).intersection(*resources[1:])
    for layer in layers:
        if isinstance(layer, ConfigLayer):
            layer.warn_of_unknown_keys(given)
