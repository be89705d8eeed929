"""Where the browsers are, what installs them, and how Chromium is started."""

from __future__ import annotations

import shutil

EXECUTABLES = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "firefox": ("firefox-esr", "firefox"),
}

CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable(browser: str) -> str | None:
    return next(filter(None, map(shutil.which, EXECUTABLES[browser])), None)


def install(browser: str) -> str:
    """Return the command that installs a browser on Debian."""
    return f"apt-get install -y --no-install-recommends {EXECUTABLES[browser][0]}"
