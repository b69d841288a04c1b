"""The web server: granian with one worker process whose threads carry requests and live streams alike.

The parent holds the instance's lock and the worker's life: it keeps one end of a pipe, and when that end closes, because
the parent stops or is gone, the worker ends its live streams and itself. So nobody is left behind holding the port.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import multiprocessing
import os
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from granian.constants import Interfaces, SSLProtocols
from granian.log import LogLevels
from granian.server.mp import MPServer

from s2m.config import Config
from s2m.domain.errors import Refused

if TYPE_CHECKING:
    from s2m.store.engine import Database
    from s2m.web.live import Hub

# 256 live streams (web/live.py), 96 bodies that are waited for (web/bodies.py), and 32 requests that work
THREADS = 384
GRACE = 1.5
GRANIANS_LOG = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "plain", "filters": ["threads"]}
    },
    "filters": {"threads": {"()": "s2m.serving.ThreadsMeant"}},
    "loggers": {"_granian": {"handlers": ["stderr"], "propagate": False}},
}


@dataclass(frozen=True)
class Bind:
    """Where to listen. With certificate and key: https."""

    host: str = "127.0.0.1"
    port: int = 8000
    cert: Path | None = None
    key: Path | None = None

    @property
    def https(self) -> bool:
        return self.cert is not None

    @property
    def is_loopback(self) -> bool:
        return ipaddress.ip_address(self.address).is_loopback

    @property
    def address(self) -> str:
        """The number behind the name. Raises Refused `host_unknown`."""
        try:
            return str(socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)[0][4][0])
        except (OSError, UnicodeError) as error:
            raise Refused("host_unknown", host=self.host) from error

    @property
    def base(self) -> str:
        """How this machine itself reaches the server."""
        host = socket.gethostname() if ipaddress.ip_address(self.address).is_unspecified else self.host
        return f"{'https' if self.https else 'http'}://{f'[{host}]' if ':' in host else host}:{self.port}"

    def names(self) -> list[str]:
        """What others call this server: the certificate's names, or the address it listens on. Raises ValueError."""
        if self.cert:
            from s2m.cert import names

            return names(self.cert)
        if self.is_loopback:
            return []
        wide = ipaddress.ip_address(self.address).is_unspecified
        return [socket.gethostname(), *_own_addresses()] if wide else [self.host]

    def check_certificate(self) -> None:
        """Certificate and key are readable and belong together. Raises OSError (which ssl's errors are)."""
        if self.cert and self.key:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.cert, self.key)

    def check_free(self) -> None:
        """granian shares ports (SO_REUSEPORT): a second server would take half of the requests. Raises Refused `port_taken`."""
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.address, self.port))
            except OSError as error:
                raise Refused("port_taken", port=self.port, host=self.host) from error


class ThreadsMeant(logging.Filter):
    """granian warns of many threads; nearly all of ours only wait for something to happen in the house."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "spawning up to" not in record.getMessage()


class Server(MPServer):
    """granian's server, telling its worker over the pipe that it is time to stop."""

    leash: Connection

    def _stop_workers(self) -> None:
        self.leash.close()
        super()._stop_workers()


def serve(config: Config, bind: Bind, lines: Sequence[str], *, verbose: bool = False) -> None:
    """Serve until a signal comes. lines: printed once the app stands, just before it listens."""
    _pass_on(config)
    ours, theirs = multiprocessing.Pipe(duplex=False)
    server = Server(
        "s2m.app:serve",
        bind.address,
        bind.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        backlog=1024,
        websockets=False,
        ssl_cert=bind.cert,
        ssl_key=bind.key,
        ssl_protocol_min=SSLProtocols.tls12,
        workers_kill_timeout=3,
        log_level=LogLevels.info if verbose else LogLevels.warning,
        log_dictconfig=GRANIANS_LOG,
    )
    server.leash = theirs
    server.serve(target_loader=partial(_app, ours, theirs, tuple(lines), verbose), wrap_loader=False)


@contextlib.contextmanager
def alone(database: Database) -> Iterator[None]:
    """An embedded database has one serving process. Raises Refused `served` in the second."""
    if not database.kind.one_process:
        yield
        return
    with database.kind.sole("served") as mine:
        if not mine:
            raise Refused("served")
        yield


def _app(leash: Connection, other_end: Connection, lines: Sequence[str], verbose: bool) -> Callable[..., Any]:
    """In the worker: the app, tied to its parent's life."""
    from s2m import app, logs

    logs.set_up(verbose=verbose)
    other_end.close()
    made = app.serve()
    if verbose:
        logs.follow(made)
    threading.Thread(target=_end_with_parent, args=(leash, made.extensions["s2m.hub"]), name="leash", daemon=True).start()
    for line in lines:
        print(line, flush=True)
    return made


def _end_with_parent(leash: Connection, hub: Hub) -> None:
    with contextlib.suppress(EOFError, OSError):
        leash.recv_bytes()
    hub.close()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(0)


def _own_addresses() -> list[str]:
    from s2m.cert import own

    return [f"[{address}]" if ":" in address else address for address in own()[1]]


def _pass_on(config: Config) -> None:
    """The worker reads its settings anew: from the folder, and from here what the command line said."""
    os.environ["S2M_INSTANCE"] = str(config.instance)
    for name in ("database_url", "trusted_hosts", "https", "insecure_lan", "demo"):
        os.environ[f"S2M_{name.upper()}"] = str(getattr(config, name))
