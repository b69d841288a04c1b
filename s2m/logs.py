"""What is written down while serving: one line an event on stderr, JSON for programs, key=value on a terminal.

Values are escaped, so that nobody can write a line of their own into the log; secrets are left out.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from flask import Flask

SECRET = re.compile(r"secret|token|cookie|password|authorization|code_text", re.IGNORECASE)
# Addresses whose last part lets somebody in
OPENS = re.compile(r"(/login/|/setup/|/pair/|/in/|/feeds/|S2M1\.[BDL]\.)[^\s/?\"']+")


def set_up(*, verbose: bool = False) -> None:
    level = logging.DEBUG if verbose else logging.INFO
    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_secrets,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"])
            if terminal
            else structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),  # a line in one write: several processes share it
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.DEBUG if verbose else logging.WARNING, handlers=[_Passed()], force=True)


def follow(app: Flask) -> None:
    """Each request in the log, without what its address may give away."""
    from flask import Response, request

    log = structlog.get_logger("s2m.requests")

    def said(response: Response) -> Response:
        log.debug("request", method=request.method, path=request.path, status=response.status_code)
        return response

    app.after_request(said)


def without_secrets(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    return {name: "…" if SECRET.search(name) else _plain(value) for name, value in event.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return OPENS.sub(r"\1…", value)
    return value if value is None or isinstance(value, bool | int | float) else _plain(repr(value))


class _Passed(logging.Handler):
    """What libraries say goes the same way."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger(record.name)
        name = "warning" if record.levelname == "WARNING" else record.levelname.lower()
        getattr(log, name, log.info)(record.getMessage(), exc_info=record.exc_info or None, logger=record.name)
