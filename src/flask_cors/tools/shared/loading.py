"""Loading the app of ``flask --app …``."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import redirect_stdout
from pathlib import Path
from sysconfig import get_path

import click
from flask import Flask
from flask.cli import ScriptInfo

from ...errors import CORSConfigError
from .progress import show_progress
from .text import escape, shorten_path

MAX_MESSAGE = 300  # characters of an exception
_HIDDEN = (str(Path(__file__).parents[2]), "<")  # files of this package, and frozen modules
_INSTALLED = tuple(map(get_path, ("stdlib", "platstdlib", "purelib", "platlib")))


class CannotLoad(click.ClickException):
    """The app cannot be loaded."""

    exit_code = 2


def load_app(context: click.Context) -> Flask:
    """Return the app, loaded as by ``flask run``.

    :raises CannotLoad: with one line, or one per finding of the app's configuration.
    """
    info = context.ensure_object(ScriptInfo)
    if "FLASK_DEBUG" not in os.environ:
        info.set_debug_flag = False  # it would take back what the app's own config says
    try:
        # The output of the app is not that of the command.
        with redirect_stdout(sys.stderr), show_progress("Loading the app"):
            return info.load_app()
    except click.UsageError as error:  # Flask found no app
        raised = error.__context__
        # Code of the app raised it, not Flask's import of the app.
        if isinstance(raised, ImportError) and getattr(raised.__traceback__, "tb_next", None):
            raise _cannot_load(raised) from error
        first, *more = error.format_message().strip().splitlines()
        raise CannotLoad(" ".join([first, *more[-1:]])) from error  # without the traceback between
    except CORSConfigError as error:
        findings = "".join(f"\n  {finding}" for finding in error.findings)
        raise CannotLoad(
            f"{_locate(error)[0]} has an invalid CORS configuration:{findings}"
        ) from error
    except (Exception, SystemExit) as error:  # of the app's own code
        raise _cannot_load(error) from error


def _cannot_load(error: BaseException) -> CannotLoad:
    first, *_ = f"{type(error).__name__}: {error}".splitlines()
    raised = escape(first[:MAX_MESSAGE]).rstrip(": ")
    line, installed = _locate(error)
    through = f" (in {installed})" if installed else ""
    return CannotLoad(f"the app cannot be loaded: {line} raised {raised}{through}")


def _locate(error: BaseException) -> tuple[str, str]:
    """Return the line of the app that led to an error, and the line that raised it if that is in an
    installed package."""
    if isinstance(error, SyntaxError):
        return f"{shorten_path(error.filename or '')}:{error.lineno}", ""
    trace = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in trace if not frame.filename.startswith(_HIDDEN)]
    own = [frame for frame in frames if not frame.filename.startswith(_INSTALLED)] or frames
    lines = [f"{shorten_path(frame.filename)}:{frame.lineno}" for frame in (own[-1], frames[-1])]
    return lines[0], "" if lines[0] == lines[1] else lines[1]
