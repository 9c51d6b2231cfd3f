"""Run the service: `safeconduct serve` ends here."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import replace
from pathlib import Path

import uvicorn

from service.access.keys import NewKey
from service.app import create_app
from service.logs import configure
from service.patience import patient
from service.settings import read_settings

# Slow clients do not keep a service from stopping.
_GOODBYE_SECONDS = 10


def serve(rulesets: Path, host: str, port: int) -> int:
    """Serve until stopped, and return 0.

    Args:
        rulesets: Folder of the law; stronger than the environment's.
    Raises:
        RulesetError: The law has faults.
        EvaluationError: The inference core did not pass its trial with this law.
        SettingsError: The environment holds settings that cannot be used.
    """
    settings = replace(read_settings(), rulesets=rulesets, host=host)
    configure(settings.log_level)
    app = create_app(settings, on_failure=lambda: setattr(server, "should_exit", True))
    app.state.shelf.on_first_key = _show_first_key
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,  # the envelope writes one line per request, with its id
        server_header=False,
        http=patient(settings.request_seconds),
        timeout_graceful_shutdown=_GOODBYE_SECONDS,
    )
    server = uvicorn.Server(config)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    error = app.state.shelf.error
    if error is not None:
        raise error
    return 0


def _show_first_key(key: NewKey) -> None:
    """Show the key of the first administrator, once, to whoever started the service; no log has it."""
    sys.stderr.write(
        "\nThe database is new. This key of its first administrator is shown this once; keep it safe:\n\n"
        f"    {key.text}\n\n"
    )
    sys.stderr.flush()
