"""Rules: options and keys of ``app.config`` that are ignored, or were set too late."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from ....diagnostics.finding import Finding, Severity
from ....diagnostics.format import format_value
from ....diagnostics.rules import ForeignConfigKey, OldOptionName, UnknownOption
from ....errors import CORSConfigError
from ....policy.layers import (
    DEFAULTS,
    ConfigLayer,
    Layer,
    LayerKind,
    find_unknown_key,
    unknown_keys,
)
from ....policy.options import EXTENSION_OPTIONS, POLICY_OPTIONS, config_key
from ..context import CheckContext, CheckRule, Located

# The rules for names that are not an option's.
NAME_RULES = (ForeignConfigKey, OldOptionName, UnknownOption)


def find_unknown_names(context: CheckContext, rule: type[Finding]) -> Iterator[Finding]:
    """Yield the options of calls, and the keys of ``app.config``, that a rule is about. The keys
    are those of now: nothing may have read them, and each is one finding, not one per view."""
    for found in context.iter_warnings(rule):
        if found.subject != LayerKind.CONFIG.value:
            yield found
    yield from (found for found in _find_unknown_keys(context) if type(found) is rule)


def _find_unknown_keys(context: CheckContext) -> Iterator[Finding]:
    config, readers = context.app.config, list(_iter_readers(context))
    for key in unknown_keys(config):
        found = find_unknown_key(key) or _find_similar_key(key)
        if found is None or found.option is None or _is_handed_over(context, config[key]):
            continue
        # Where it would decide if it were ours.
        deciding = [each for each in readers if found.option in _iter_options_of_config(each)]
        if config_key(found.option) not in config and (deciding or not readers):
            yield found.at(*_locate_key(key, next(iter(deciding), [])))


def _is_handed_over(context: CheckContext, value: object) -> bool:
    """Return whether the app gives the value of a key to ``CORS`` itself, as an argument."""
    return any(
        option.layer.kind not in (LayerKind.CONFIG, LayerKind.DEFAULT)
        and _parse_value(name, Layer(LayerKind.CHANGE, None, {name: value}, [name])) == option.value
        for name in ("origins", "methods", "allow_headers", "expose_headers", "max_age")
        for option, _ in context.iter_options(name)
    )


def _find_similar_key(key: str) -> Finding | None:
    """Return the finding for a key that is a little like an option's, which is not warned of when
    the app is configured. A key that is like none is the app's own, or another extension's."""
    # Compared without "CORS_": what all keys begin with makes any two alike.
    near = get_close_matches(key.removeprefix("CORS_").lower(), EXTENSION_OPTIONS, 1)
    if not near:
        return None
    message = f"app.config has {format_value(key)}, which is not an option"
    return UnknownOption(message, f"did you mean {config_key(near[0])!r}?", option=near[0])


class LateConfigKey(CheckRule):
    """A key of `app.config` is set or changed after Flask-CORS has read it.

    ## Why it matters

    `CORS(app)` reads `app.config` once, when it is called, and a blueprint's `CORS` when the
    blueprint is registered; a decorated view, at the first request. A key that is set later is
    ignored, and by default every origin is allowed.

    ## Example

        CORS(app)
        app.config["CORS_ORIGINS"] = ["https://app.example"]

    ## Use instead

        app.config["CORS_ORIGINS"] = ["https://app.example"]
        CORS(app)

    ## When to ignore

    Never: the key has no effect.
    """

    code = "CORS703"
    title = "a key set after CORS has read the config"
    severity = Severity.ERROR

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        hint = "set it before CORS(app), init_app(app) or register_blueprint(...) is called"
        # Without a location, so that nothing is warned of again.
        now = ConfigLayer(context.app.config, None)
        found: dict[str, Finding] = {}
        for layers in _iter_readers(context):
            then = layers[-1]
            for option in _iter_options_of_config(layers):
                key = config_key(option)
                if key not in found and not _is_same(option, then, now):
                    message = (
                        f"app.config[{key!r}] is {_format_option(option, now)} now, and was "
                        f"{_format_option(option, then)} when {layers[-2].name} read it, "
                        "which is what counts"
                    )
                    found[key] = cls(message, hint).at(*_locate_key(key, layers))
        yield from found.values()
        for key, located in _find_changed_in_place(context, now):
            message = f"app.config[{key!r}] was changed in place after it was read"
            yield cls(message, hint).at(*located)


def _iter_readers(context: CheckContext) -> Iterator[list[Layer]]:
    """Yield the layers of each reader of ``app.config``, from the top down to ``app.config``."""
    for *layers, _ in context.registry.all_layers():  # below app.config are the defaults alone
        yield layers


def _locate_key(key: str, layers: Sequence[Layer]) -> Located:
    """Return where ``app.config`` was read; the first of many decorated views is not the place."""
    is_read_by_cors = layers and layers[0].kind is not LayerKind.DECORATOR
    return layers[-1].location if is_read_by_cors else None, f"{key} of app.config"


def _iter_options_of_config(layers: Sequence[Layer]) -> Iterator[str]:
    """Yield the options that no layer above ``app.config`` gives."""
    *above, _ = layers
    is_view = above[-1].kind is LayerKind.DECORATOR
    for option in POLICY_OPTIONS if is_view else EXTENSION_OPTIONS:
        if not any(option in layer for layer in above) and (
            is_view or not _every_resource_gives(option, layers)
        ):
            yield option


def _every_resource_gives(option: str, layers: Sequence[Layer]) -> bool:
    giver = next((layer for layer in layers if "resources" in layer), None)
    if giver is None:
        return False
    resources: list[tuple[object, dict[str, object]]] = giver.read("resources").value
    return all(option in own for _, own in resources)


def _find_changed_in_place(context: CheckContext, now: Layer) -> Iterator[tuple[str, Located]]:
    """Yield the keys whose value is the object that was read, with another content."""
    for name in POLICY_OPTIONS:
        for option, located in context.iter_options(name):
            is_read = option.layer.kind is LayerKind.CONFIG and now.raw.get(name) is option.raw
            # An iterator gives something else the second time.
            is_list = isinstance(option.raw, (list, set))
            if is_read and is_list and _parse_value(name, now) != option.value:
                yield config_key(name), located


def _is_same(option: str, then: Layer, now: Layer) -> bool:
    # Raw values first: to parse thousands of origins takes long.
    raw = [layer.raw.get(option, layer) for layer in (then, now)]
    return raw[0] == raw[1] or _parse_value(option, then) == _parse_value(option, now)


def _parse_value(option: str, layer: Layer) -> object:
    """Return the value of an option; the error, where it cannot be used."""
    try:
        return (layer if option in layer else DEFAULTS).read(option).value
    except CORSConfigError as error:
        return str(error)


def _format_option(option: str, layer: Layer) -> str:
    return format_value(layer.raw[option]) if option in layer else "unset"
