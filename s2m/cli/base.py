"""What all commands share: the instance they work on, one line for a refusal, and the option that names the folder.

Exit 0 = done, 1 = refused with one line on stderr, 2 = wrong usage. Whatever takes long to import is imported late:
`s2m badge` and `s2m kiosk token` are called by scripts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from s2m.cli.sentences import sentence
from s2m.config import ADDRESS
from s2m.domain.errors import S2MError

if TYPE_CHECKING:
    from s2m.config import Config
    from s2m.domain.venues import Venue
    from s2m.store import Store
    from s2m.store.engine import Database

OPERATOR = "operator"
BASE = "http://127.0.0.1:8000"


@dataclass
class Place:
    """The instance that a command works on. folder None: S2M_INSTANCE, else ./instance."""

    folder: Path | None = None
    verbose: bool = False

    def config(self, **overrides: Any) -> Config:
        from s2m.config import load

        try:
            return load(self.folder, **overrides)
        except (ValueError, OSError) as error:
            raise refuse(f"The settings cannot be read: {error}") from error

    @contextmanager
    def database(self, *, new: bool = False) -> Iterator[Database]:
        """The database, at the newest schema. Where there is none, only `new` makes one."""
        from s2m.store.engine import Database

        config = self.config()
        file = config.instance / "s2m.sqlite"
        if not new and not config.database_url and not file.exists():
            raise refuse(f"There is no database in {config.instance}. Begin with: s2m init")
        try:
            database = Database(config.database)
        except ValueError as error:
            raise refuse(str(error)) from error
        except ImportError as error:
            raise refuse("PostgreSQL needs the extra: pip install 's2m-kiosk[postgres]'") from error
        try:
            database.migrate()
            yield database
        finally:
            database.close()

    def base(self, given: str | None) -> str:
        """The address before a link: as given, public_url, where the server last listened; else a guess, and said to be."""
        config = self.config()
        kept = config.instance / ADDRESS
        start = given or config.public_url or (kept.read_text().strip() if kept.exists() else "")
        if not start:
            click.echo(f"The address is a guess ({BASE}): no server was started here yet. --base says another.", err=True)
        return (start or BASE).rstrip("/")


def now() -> datetime:
    return datetime.now(UTC)


def refuse(text: str) -> click.ClickException:
    """What ends a command with exit 1 and this line."""
    return click.ClickException(" ".join(text.split()))


def venue_named(store: Store, wanted: str | None) -> Venue:
    """A venue by the name in its address or its full name; the only one where none is named."""
    venues = store.venues.all()
    if not venues:
        raise refuse("There is no venue yet. Begin with: s2m init")
    listed = ", ".join(sorted(v.slug for v in venues))
    if wanted is None:
        if len(venues) > 1:
            raise click.UsageError(f"Name one of the venues: {listed}")
        return venues[0]
    found = [v for v in venues if wanted.casefold() in (v.slug, v.name.casefold())]
    if len(found) != 1:
        raise refuse(f"There is no venue called {wanted!r}. There are: {listed}")
    return found[0]


def _set_folder(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.ensure_object(Place).folder = value
        # The server's own process and everything that is started from here
        os.environ["S2M_INSTANCE"] = str(value)


def instance_option() -> click.Option:
    return click.Option(
        ["--instance"], type=click.Path(path_type=Path, file_okay=False), expose_value=False, callback=_set_folder,
        metavar="DIR", help="Folder of the database, keys and settings (else S2M_INSTANCE, else ./instance).",
    )  # fmt: skip


class Command(click.Command):
    """A command that takes --instance behind its name, too, and never ends in a traceback."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(instance_option())

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, click.Abort, BrokenPipeError):
            raise
        except S2MError as error:
            raise refuse(sentence(error)) from error
        except OSError as error:
            raise refuse(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}") from error
        except Exception as error:
            if ctx.ensure_object(Place).verbose:
                raise
            raise refuse(f"This broke: {type(error).__name__}: {error} (s2m --verbose says more)") from error


class Group(click.Group):
    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


Group.group_class = Group
pass_place = click.make_pass_decorator(Place, ensure=True)
