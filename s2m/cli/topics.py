"""The lexicon of topics: looking whether its lines are right, and more concepts for this instance."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from s2m.cli.base import Group, Place, pass_place, refuse


@click.group(cls=Group)
def topics() -> None:
    """Check the lexicon that matches Dutch and English topics, or add the EU taxonomy to it."""


@topics.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
def check(file: Path | None) -> None:
    """Look at a lexicon, by default the one that comes with s2m. Each fault is named by its line; exit 1 when there is one."""
    from s2m.domain.relevance import lexicon

    path = file or lexicon.SHIPPED
    found = lexicon.Lexicon()
    try:
        found.read(path.read_text(encoding="utf-8").splitlines(), path.name)
    except UnicodeDecodeError as error:
        raise refuse(f"{path.name} is not text in UTF-8.") from error
    for fault in found.faults:
        click.echo(str(fault))
    labels = sum(len(concept.nl) + len(concept.en) for concept in found.concepts)
    click.echo(f"{len(found.concepts)} concepts with {labels} labels, {len(found.apart)} pairs of false friends.")
    per_field = Counter(concept.field for concept in found.concepts)
    click.echo(", ".join(f"{field} {count}" for field, count in per_field.most_common()))
    if found.faults or not found.concepts:
        raise refuse(f"{len(found.faults)} faults." if found.faults else "There is no concept in it.")


@topics.command("import")
@click.argument("taxonomy", type=click.Choice(["esco"]))
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--remove", is_flag=True, help="Take the taxonomy away again.")
@pass_place
def import_(place: Place, taxonomy: str, file: Path | None, remove: bool) -> None:
    """Add the EU's taxonomy of occupations, a CSV file, gzipped or not, to this instance.

    A running server takes it, or forgets it, at its next start.
    """
    from s2m.domain.relevance import esco

    kept = place.config().taxonomy
    if remove:
        if not kept.exists():
            raise refuse("No taxonomy was imported here.")
        kept.unlink()
        click.echo("Removed. A running server forgets it at its next start.")
        return
    if file is None:
        raise click.UsageError("Name the file of the taxonomy, or --remove.")
    with file.open("rb") as source:
        lines = esco.lines(source)
    kept.parent.mkdir(parents=True, exist_ok=True)
    fresh = kept.with_suffix(".new")
    fresh.write_text("\n".join(lines) + "\n", encoding="utf-8")
    fresh.replace(kept)
    click.echo(f"{len(lines) - 1} occupations imported. {esco.ACKNOWLEDGEMENT}")
