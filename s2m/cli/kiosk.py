"""Kiosks: pairing a tablet, and a token for programs."""

from __future__ import annotations

import click

from s2m.cli.base import OPERATOR, Group, Place, now, pass_place, venue_named


@click.group(cls=Group)
def kiosk() -> None:
    """Pair a tablet, or make a token for a program that scans."""


@kiosk.command()
@click.argument("venue", required=False)
@click.option("--name", default="Tablet", show_default=True, help="How hosts will see it.")
@click.option("--base", help="Address of the server before the link (else public_url, else where it last listened).")
@pass_place
def pair(place: Place, venue: str | None, name: str, base: str | None) -> None:
    """Print a one-time code that pairs a tablet with VENUE, and the page to open on it. Within 10 minutes.

    The only venue is the default.
    """
    from s2m.domain import devices

    with place.database() as database, database.write() as store:
        _, code = devices.offer_pairing(store, venue_named(store, venue), "kiosk", name, OPERATOR, now())
    click.echo(f"code: {code}\nlink: {place.base(base)}/kiosk/pair/{code}")


@kiosk.command()
@click.argument("venue", required=False)
@click.option("--name", default="Program", show_default=True, help="How hosts will see it.")
@pass_place
def token(place: Place, venue: str | None, name: str) -> None:
    """Print the bearer token of a new kiosk at VENUE, for programs that send scans to /kiosk/scans.

    The only venue is the default. Only its hash is kept: it is shown this once. Hosts can revoke it.
    """
    from s2m.domain import devices

    with place.database() as database, database.write() as store:
        made = devices.make_token(store, venue_named(store, venue), name, OPERATOR, now())
    click.echo(made)
