"""Passports of members: checked offline, and the key that others need for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from s2m.cli.base import Group, Place, now, pass_place, refuse

if TYPE_CHECKING:
    from s2m.domain.passport import Passport


@click.group(cls=Group)
def passport() -> None:
    """Check a member's passport, or print the key of this network."""


@passport.command()
@pass_place
def key(place: Place) -> None:
    """Print the public key that this instance signs passports with. Give it to networks that shall believe them."""
    from s2m import signing
    from s2m.config import keys

    click.echo(f"ed25519:{signing.current(keys(place.config().instance)).public_key}")


@passport.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--key", "key_file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File with the key of the network it comes from, as `s2m passport key` prints it there; else this instance's own.",
)  # fmt: skip
@pass_place
def verify(place: Place, file: Path, key_file: Path | None) -> None:
    """Check a passport without asking anybody. Exit 0: real, unchanged and still good. Exit 1: not, with the reason."""
    from s2m import signing
    from s2m.domain import passport as passports

    with file.open("rb") as source:
        found = passports.read(source.read(passports.LARGEST + 1))
    passports.check(found, signing.is_signed, now())
    if found.public_key not in _keys(place, key_file):
        told = passports.fingerprint(found.public_key)
        raise refuse(f"Signed well, but by a key that is not known here: {told}. Name the one you trust with --key.")
    click.echo(_told(found))


def _keys(place: Place, key_file: Path | None) -> set[str]:
    from s2m import signing
    from s2m.config import keys
    from s2m.domain import passport as passports

    if key_file:
        return {passports.public_key(key_file.read_text(errors="replace")[:1000])}
    folder = place.config().instance
    return signing.own(keys(folder)) if (folder / "keys.json").exists() else set()


def _told(found: Passport) -> str:
    counts = ", ".join(f"{kind} {count.times} ({count.dots} SC)" for kind, count in found.counts.items() if count.times)
    return (
        f"Real and unchanged. {found.network}: {found.name or 'no name'}, since {found.since}, {found.visits} visits; "
        f"{counts or 'no contributions yet'}; good until {found.expires_at:%Y-%m-%d}."
    )
