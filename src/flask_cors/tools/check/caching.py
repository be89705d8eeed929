"""Checks: caching."""

from __future__ import annotations

from collections.abc import Iterator

from ...browser import CHROMIUM, FIREFOX
from ...doubts import Severity
from ...errors import shown
from .base import Check
from .finding import Finding
from .lines import line
from .patterns.examples import varies
from .served import served, some_of
from .subject import Subject, key_of, where_of, where_of_option
from .trials.public import kept_by_all

# How many seconds each remembers a preflight at most; WebKit's limit stands in its
# CrossOriginPreflightResultCache.
_LIMITS = {
    "WebKit": 600,
    CHROMIUM.name: CHROMIUM.max_age_limit or 0,
    FIREFOX.name: FIREFOX.max_age_limit or 0,
}


class LongMaxAge(Check):
    """Browsers remember a preflight as long as `max_age` says, but no longer than they like: WebKit
    ten minutes, Chromium two hours, Firefox a day. More is not wrong, and does nothing there.
    It counts where you reckon with it: a policy that was changed is known to all after so long, and
    a server sees so many preflights. Shorten it to what they keep, or leave it: nothing breaks."""

    code = "CORS401"
    title = "max_age above what browsers honour"
    severity = Severity.NOTE

    def find(self, subject: Subject) -> Iterator[Finding]:
        for setting, bound in subject.settings("max_age"):
            seconds = int(setting.value or 0)
            shorter = {name: limit for name, limit in _LIMITS.items() if limit < seconds}
            if shorter:
                told = ", ".join(f"{name} after {limit:,} s" for name, limit in shorter.items())
                is_above_all = len(shorter) == len(_LIMITS)
                best = max(_LIMITS.values()) if is_above_all else min(_LIMITS.values())
                why = (
                    "the most that any browser keeps" if is_above_all else "what all browsers keep"
                )
                yield self.finding(
                    f"max_age: {shown(setting.given)} is cut short: {told}",
                    where_of_option("max_age", setting, bound),
                    f"{line('max_age', setting, str(best))}, {why}",
                )


class NoVary(Check):
    """The answer depends on the origin that asks, and `vary_header=False` keeps that from caches.
    One that keeps the answer for one origin hands it to another: a page that is allowed gets an
    answer without the headers, and is blocked, whenever somebody else has asked first. Leave the
    option out. It does no harm only where nothing is cached, neither by browsers nor on the way."""

    code = "CORS402"
    title = "vary_header=False with an answer that varies"

    def find(self, subject: Subject) -> Iterator[Finding]:
        seen: set[object] = set()
        for bound in subject.bound:
            setting = bound.policy.options.vary_header
            if setting.value or key_of(setting) in seen or not varies(bound.policy):
                continue
            seen.add(key_of(setting))
            yield self.finding(
                f"vary_header: {shown(setting.given)}, and {bound.source.resource} answers "
                "one origin otherwise than another",
                where_of_option("vary_header", setting, bound),
                line("vary_header", setting, "True"),
            )


class PublicAnswer(Check):
    """`Cache-Control: public` invites every cache on the way to keep the answer for all, and the
    policy tells each origin something else. `Vary: Origin` says so, but some CDNs do not look at
    it, and the others keep a copy for each origin. A page is then blocked because another site
    asked first. Where the answer is for everybody, let the policy say so: `origins="*"` with
    `send_wildcard=True` is one answer for all. Where it is for one visitor, write `private`.

    To see it, the check asks for a file of each static folder, sends a GET to the routes where an
    `after_request` function names `Cache-Control`, and really calls the views that name it
    themselves: by GET, without `Origin`, and only where the rule has no converters."""

    code = "CORS403"
    title = "a public cache for an answer that varies"

    def find(self, subject: Subject) -> Iterator[Finding]:
        varying = [member for member in served(subject) if varies(member.policy)]
        for member, kept in kept_by_all(subject.app, varying):
            yield self.finding(
                f"Cache-Control: {shown(kept[0].header)} on {some_of(one.name for one in kept)}, "
                "where the policy's answer depends on the origin",
                where_of(member.bound),
                'origins="*", send_wildcard=True for what is for everybody, else '
                "response.cache_control.private = True",
            )


CHECKS: tuple[type[Check], ...] = (LongMaxAge, NoVary, PublicAnswer)
