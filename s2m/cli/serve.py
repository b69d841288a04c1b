"""Serving: the real thing, the demo, and the jobs alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from s2m.cli.base import Command, Place, now, pass_place, refuse
from s2m.config import ADDRESS

if TYPE_CHECKING:
    from s2m.config import Config
    from s2m.serving import Bind

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
PORT = click.IntRange(1, 65535)


@click.command(cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--port", default=8000, show_default=True, type=PORT, help="Port to listen on.")
@click.option("--cert", type=FILE, help="Certificate for https (see: s2m cert).")
@click.option("--key", type=FILE, help="Private key of the certificate.")
@click.option("--insecure-lan", is_flag=True, help="Serve other machines over plain http all the same; pages carry a warning.")
@pass_place
def run(place: Place, host: str, port: int, cert: Path | None, key: Path | None, insecure_lan: bool) -> None:
    """Serve the instance, jobs included.

    The first start prints a link that sets the place up; it works once. Beyond this machine it takes https
    (--cert and --key, or a reverse proxy): over plain http browsers give no camera, and passers-by could read along.
    """
    from s2m import serving
    from s2m.config import keys

    if (cert is None) != (key is None):
        raise click.UsageError("--cert and --key go together.")
    bind = serving.Bind(host, port, cert, key)
    if not bind.https and not bind.is_loopback and not insecure_lan:
        raise refuse(
            f"Other machines would reach {host} over plain http: no camera, and everybody on the network can read along. "
            "Use --cert and --key (see: s2m cert), or --insecure-lan if you accept that."
        )
    config = settings(place, bind, insecure_lan=insecure_lan and not bind.is_loopback)
    with place.database(new=True) as database, serving.alone(database):
        bind.check_free()
        keys(config.instance)
        (config.instance / ADDRESS).write_text(bind.base + "\n")
        lines = [f"s2m listens at {bind.base}"]
        link = _set_up_link(database, config.public_url or bind.base)
        if link:
            lines.append(f"Nobody is here yet. Set the place up, within the hour: {link}")
        database.close()
        serving.serve(config, bind, lines, verbose=place.verbose)


def settings(place: Place, bind: Bind, *, insecure_lan: bool = False) -> Config:
    """The instance's settings with what this start adds; the names in the certificate are names of this server."""
    config = place.config()
    https = config.https or bind.https
    try:
        names = [config.trusted_hosts, urlsplit(config.public_url).hostname, *bind.names()]
        bind.check_certificate()
    except (ValueError, OSError) as error:
        raise refuse(f"The certificate cannot be read: {error}") from error
    return place.config(https=https, insecure_lan=insecure_lan and not https, trusted_hosts=",".join(n for n in names if n))


def _set_up_link(database, base: str) -> str | None:  # type: ignore[no-untyped-def]
    from s2m.domain import setup

    with database.write() as store:
        secret = setup.offer(store, now())
    return f"{base.rstrip('/')}/setup/{secret}" if secret else None


@click.command(cls=Command)
@click.option("--port", default=8000, show_default=True, type=PORT, help="Port to listen on, on this machine only.")
@pass_place
def demo(place: Place, port: int) -> None:
    """A living venue to look around in: Het Seinhuis, with two months behind it and twelve people in the house.

    Made anew at each start, in instance/demo (or S2M_INSTANCE, --instance); never touches a real database.
    Prints five links that are ready to open: kiosk, member, host, wall and the plate beside a room.
    """
    from s2m import demo as demonstration
    from s2m import serving

    bind = serving.Bind(port=port)
    bind.check_free()
    with demonstration.prepare(place.folder, bind.base, now()) as (config, lines):
        (config.instance / ADDRESS).write_text(bind.base + "\n")
        serving.serve(config, bind, lines, verbose=place.verbose)


@click.command(cls=Command)
@pass_place
def worker(place: Place) -> None:
    """Run the jobs alone: closing visits, sending mail.

    For networks on PostgreSQL whose web processes run with S2M_JOBS=false. However many run, one of them works.
    """
    import signal
    import threading

    from s2m import jobs, logs

    config = place.config()
    with place.database() as database:
        if database.kind.one_process:
            raise refuse("The embedded database has one process: s2m run does the jobs, too.")
        logs.set_up(verbose=place.verbose)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        click.echo("s2m works on the jobs. Ctrl-C ends it.")
        jobs.reign(database, config, stop)
