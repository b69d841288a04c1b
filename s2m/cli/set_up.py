"""Setting an instance up, and looking whether it is well."""

from __future__ import annotations

import os
from pathlib import Path

import click

from s2m.cli.base import Command, Place, now, pass_place, refuse


@click.command(cls=Command)
@click.option("--network", prompt=True, help="Name of the network: venues that share members and one ledger.")
@click.option("--venue", prompt=True, help="Name of its first venue.")
@click.option("--timezone", default="Europe/Amsterdam", show_default=True, help="The venue's time zone.")
@click.option("--name", prompt="Your own name", help="Who runs it: admin of the network and host of the venue.")
@click.option("--email", prompt="Your mail address", help="Where this person's sign-in links go.")
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="The venue's language.")
@pass_place
def init(place: Place, network: str, venue: str, timezone: str, name: str, email: str, language: str) -> None:
    """Make the database with a network, its first venue and you as its host.

    Refuses where a network exists already. `s2m run` offers the same as a page instead.
    """
    from s2m.config import keys
    from s2m.domain import setup

    with place.database(new=True) as database:
        with database.write() as store:
            setup.found(
                store, network=network, venue=venue, timezone=timezone, name=name, email=email, language=language, now=now()
            )
        keys(place.config().instance)
    click.echo(f"{network} with {venue} is ready. Next: s2m run, and s2m login-link {email.strip().lower()}")


@click.command(cls=Command)
@pass_place
def doctor(place: Place) -> None:
    """Look whether the instance is well: database, keys, ledger, clock, browser files, jobs.

    Changes nothing. Exit 1 when something is wrong; each line says what.
    """
    from s2m.cli import examination

    findings = list(examination.examine(place.config(), now()))
    for finding in findings:
        click.echo(f"{finding.verdict:5}  {finding.about}: {finding.text}")
    wrong = sum(f.verdict == examination.WRONG for f in findings)
    if wrong:
        raise refuse(f"{wrong} of {len(findings)} findings {'is' if wrong == 1 else 'are'} wrong.")


@click.command(cls=Command)
@click.option("--name", "names", multiple=True, help="A name the tablets use for this server; may be repeated.")
@click.option("--ip", "addresses", multiple=True, help="An address of this server; may be repeated.")
@pass_place
def cert(place: Place, names: tuple[str, ...], addresses: tuple[str, ...]) -> None:
    """Make a certificate for the venue's own network, and say how tablets come to trust it.

    Browsers give a page the camera only over https. This makes a private certificate authority (once) and a certificate
    for this server, signed by it; without --name and --ip for the names and addresses that this machine has.
    """
    from s2m import cert as certificates

    folder = place.config().instance / "tls"
    try:
        made = certificates.make(folder, names, addresses, now())
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    click.echo(made.steps(_shown(folder)))


def _shown(folder: Path) -> Path:
    """The shortest way to write it from here."""
    here = os.path.relpath(folder)
    return Path(here) if not here.startswith("..") else folder.resolve()
