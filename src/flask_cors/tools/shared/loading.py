"""Loading the app of ``flask --app …``."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import redirect_stdout
from pathlib import Path

import click
from flask import Flask
from flask.cli import ScriptInfo

from ...errors import CORSConfigError

_PACKAGE = str(Path(__file__).parents[2])


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
        with redirect_stdout(sys.stderr):  # the output of the app is not that of the command
            return info.load_app()
    except click.UsageError as error:  # Flask found no app
        raised = error.__context__
        if isinstance(raised, ImportError) and _is_raised_by_app(raised):
            raise _cannot_load(raised) from error
        first, *more = error.format_message().strip().splitlines()
        raise CannotLoad(" ".join([first, *more[-1:]])) from error  # without the traceback between
    except CORSConfigError as error:
        findings = "".join(f"\n  {finding}" for finding in error.findings)
        raise CannotLoad(
            f"{_locate(error)} has an invalid CORS configuration:{findings}"
        ) from error
    except Exception as error:  # of the app's own code
        raise _cannot_load(error) from error


def _is_raised_by_app(error: ImportError) -> bool:
    """Return whether code of the app raised an error, not Flask's import of the app."""
    return error.__traceback__ is not None and error.__traceback__.tb_next is not None


def _cannot_load(error: Exception) -> CannotLoad:
    raised = f"{type(error).__name__}: {error}".splitlines()[0]
    return CannotLoad(f"the app cannot be loaded: {_locate(error)} raised {raised}")


def _locate(error: Exception) -> str:
    """Return the line outside of this package that raised an error."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    frame = next(frame for frame in reversed(frames) if not frame.filename.startswith(_PACKAGE))
    return f"{frame.filename}:{frame.lineno}"
