"""People: a way in, a badge, and lists of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

import click

from s2m.cli.base import OPERATOR, Command, Group, Place, now, pass_place, refuse, venue_named
from s2m.cli.sentences import sentence


@click.command("login-link", cls=Command)
@click.argument("email")
@click.option("--base", help="Address of the server before the link (else public_url, else where it last listened).")
@pass_place
def login_link(place: Place, email: str, base: str | None) -> None:
    """Print a link that signs a person in: once, within 10 minutes, in any browser."""
    from s2m.domain import signin

    with place.database() as database, database.write() as store:
        person = _known(store, email)
        secret = signin.make_link(store, now(), person=person)
        store.audit.record(person.network_id, now(), actor=OPERATOR, role="operator", action="link.make", object_id=person.id)
    click.echo(f"{place.base(base)}/login/{secret}")


@click.command(cls=Command)
@click.argument("email")
@click.option(
    "--format",
    "form",
    type=click.Choice(["svg", "png", "text"]),
    default="svg",
    show_default=True,
    help="text: what the QR holds.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write instead of the standard output.")
@pass_place
def badge(place: Place, email: str, form: str, out: Path | None) -> None:
    """Print a person's badge: its QR code as a picture, or exactly what the QR holds."""
    from s2m.config import keys
    from s2m.domain import codes

    with place.database() as database, database.read() as store:
        person = _known(store, email)
        found = store.people.valid_badge(person.id)
    if found is None:
        raise refuse("This person has no valid badge.")
    text = codes.badge_text(keys(place.config().instance).badge, found.id)
    _put(f"{text}\n".encode() if form == "text" else _picture(text, form), out)


def _picture(text: str, form: str) -> bytes:
    import io

    import segno

    made = io.BytesIO()
    segno.make(text, error="m", micro=False).save(made, kind=form, scale=10, border=4, dark="#000000", light="#ffffff")
    return made.getvalue()


def _put(content: bytes, out: Path | None) -> None:
    if out:
        out.write_bytes(content)
        return
    if sys.stdout.isatty() and content[:4] == b"\x89PNG":
        raise click.UsageError("A picture in a terminal is unreadable: add --out FILE or send it to a file.")
    sys.stdout.flush()
    sys.stdout.buffer.write(content)


def _known(store, email: str):  # type: ignore[no-untyped-def]
    """Whoever has this mail address, in whichever network. Raises NotFound, Invalid."""
    from s2m.domain import people as domain
    from s2m.domain.errors import NotFound

    for network in store.venues.networks():
        try:
            return domain.known_mail(store, network.id, email)
        except NotFound:
            continue
    raise NotFound("person_unknown")


@click.group(cls=Group)
def people() -> None:
    """Bring people in from a list, or write the list."""


@people.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--venue", help="Venue whose policy gives the newcomers' grant; the only one is the default.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@pass_place
def bring_in(place: Place, file: IO[bytes], venue: str | None, dry_run: bool) -> None:
    """Bring people in from a CSV file (- for the standard input).

    Columns: email, name and, if you like, topics (divided by semicolons: what they know). Everybody new gets an account,
    the newcomers' grant and a badge; who is known already stays as they are. One wrong line, and nobody comes in.
    Thousands at once keep the database busy for seconds: do that before the doors open.
    """
    from s2m.domain import roster

    rows = roster.read(file.read(roster.BYTES + 1))
    with place.database() as database, database.write() as store:
        chosen = venue_named(store, venue)
        listed, wrong = roster.check(store, chosen.network_id, rows)
        for line, error in wrong:
            click.echo(f"line {line}: {sentence(error)}", err=True)
        if wrong:
            raise refuse(f"{len(wrong)} of {len(rows)} lines cannot come in. Nothing was changed.")
        new = [entry for entry in listed if not entry.known]
        if not dry_run:
            roster.join(store, chosen, new, now(), by=OPERATOR)
    known = len(listed) - len(new)
    click.echo(f"{len(new)} {'would come in' if dry_run else 'came in'}, {known} known already{' (dry run)' if dry_run else ''}.")


@people.command("export")
@click.option("--venue", help="A venue of the network whose people to write; the only network is the default.")
@pass_place
def write_out(place: Place, venue: str | None) -> None:
    """Write everybody who has a mail address as CSV: email, name.

    Cells that a spreadsheet would take for a formula begin with an apostrophe.
    """
    from s2m import export

    with place.database() as database, database.write() as store:
        networks = store.venues.networks()
        network_id = networks[0].id if len(networks) == 1 and not venue else venue_named(store, venue).network_id
        listed = store.people.all(network_id)
        store.audit.record(network_id, now(), actor=OPERATOR, role="operator", action="people.export")
    click.echo(export.people_csv(listed), nl=False)
    without = sum(not p.email for p in listed)
    if without:
        click.echo(f"{without} without a mail address left out.", err=True)
