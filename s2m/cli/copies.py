"""Copies of the embedded database: made while the venue is open, brought back when it is closed."""

from __future__ import annotations

from pathlib import Path

import click

from s2m.cli.base import Command, Place, now, pass_place, refuse


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_place
def backup(place: Place, file: Path) -> None:
    """Copy the database to FILE, checked, while the venue is open.

    Keep keys.json from the instance folder, too, in another place: without it badges are worth nothing. Keep the newest
    erased.txt with the copies: without it, a copy on another machine brings people back who were erased.
    """
    if file.exists():
        raise refuse(f"{file} exists. Choose another name.")
    if not file.absolute().parent.is_dir():
        raise refuse(f"There is no folder {file.absolute().parent}.")
    with place.database() as database:
        database.kind.backup(file)
    click.echo(f"{file}: {file.stat().st_size:,} bytes, checked.")


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@pass_place
def restore(place: Place, file: Path) -> None:
    """Put the copy in FILE in the place of the database; the server must be stopped.

    The copy is checked first: whole, of this version or an older one, its ledger correct. The present database is kept
    aside. Everybody signs in anew. What happened after the copy was made is gone: tell people who earned something.
    """
    from s2m import restoring

    done = restoring.restore(place.config(), file, now())
    click.echo(f"Restored {file}: {done.rows} ledger rows, verified.")
    if done.aside:
        click.echo(f"The database before: {done.aside}")
    click.echo("All sessions have ended. Look on the host page whether every paired tablet is still yours.")
