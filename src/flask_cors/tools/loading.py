"""The app that ``flask --app …`` names."""

from __future__ import annotations

import sys
import traceback
from contextlib import redirect_stdout
from pathlib import Path

import click
from flask import Flask
from flask.cli import ScriptInfo

from ..errors import CORSConfigError

_OURS = str(Path(__file__).parents[1])


class CannotLoad(click.ClickException):
    """The app cannot be loaded, so that nothing can be told about it."""

    exit_code = 2


def load_app(context: click.Context) -> Flask:
    """The app, made as ``flask run`` would.

    :raises CannotLoad: saying why in one line, or in one for each mistake of its configuration.
    """
    try:
        with redirect_stdout(sys.stderr):  # what the app prints is none of the command's output
            return context.ensure_object(ScriptInfo).load_app()
    except click.UsageError as error:  # Flask found no app
        first, *more = error.format_message().strip().splitlines()
        raise CannotLoad(" ".join([first, *more[-1:]])) from error  # between them: a traceback
    except CORSConfigError as error:
        mistakes = "".join(f"\n  {mistake}" for mistake in error.mistakes)
        raise CannotLoad(f"{_place(error)} configures CORS with mistakes:{mistakes}") from error
    except Exception as error:  # whatever the app's own code raises
        said = f"{type(error).__name__}: {error}".splitlines()[0]
        raise CannotLoad(f"the app cannot be loaded: {_place(error)} raised {said}") from error


def _place(error: Exception) -> str:
    """Where it was raised, by the line outside of this package."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    frame = next(frame for frame in reversed(frames) if not frame.filename.startswith(_OURS))
    return f"{frame.filename}:{frame.lineno}"
