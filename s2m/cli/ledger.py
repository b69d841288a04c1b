"""The ledger: recomputed, and written out for other books."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from s2m.cli.base import Group, Place, pass_place, refuse

if TYPE_CHECKING:
    from s2m.domain.ledger import Fault, Kept

FAULTS = {
    "gap": "a row is missing or stands twice",
    "unreadable": "it holds what cannot be read",
    "rewritten": "it is not the row that was there when its head was kept",
    "seals": "a sealed head was taken away",
    "frozen": "an account stands still, or moves, though nobody said so",
    "opened": "an account is not the one that was opened",
    "amount": "no possible amount",
    "chain": "this row or its hash was changed",
    "accounts": "an account that does not exist",
    "network": "an account of another network",
    "unit": "two units in one row",
    "hold": "no open hold to settle",
    "reversal": "no row to reverse, or not its mirror",
    "floor": "below the lowest floor ever allowed",
    "cut": "rows are missing at the end",
    "sum": "the balances do not sum to zero",
    "balance": "a balance is not what its rows say",
}


@click.group(cls=Group)
def ledger() -> None:
    """Check the ledger, or write it out."""


def _named(fault: Fault) -> str:
    row = f"row {fault.n}" if fault.n else "the whole"
    where = f"{row} of the audit trail" if fault.chain == "audit" else row
    return f"{where} is wrong: {FAULTS.get(fault.what, fault.what)} ({fault.what}) {fault.detail}".rstrip()


class _Head(click.ParamType):
    """A head of the ledger that somebody wrote down: at least as many digits of the hash as the host's page shows."""

    name = "n:hash"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Kept:
        from s2m.domain.ledger import Head, Kept

        n, _, hash_ = value.partition(":")
        if not re.fullmatch(r"[0-9]{1,15}", n) or not re.fullmatch(r"[0-9a-f]{16,64}", hash_.lower()):
            self.fail(f"{value!r} is no head: number, colon, and 16 to 64 hex digits, as in 1234:9f86d081884c7d65")
        return Kept("ledger", Head(int(n), hash_.lower()))


def _in_mails(files: tuple[Path, ...]) -> list[Kept]:
    from s2m.domain.ledger import heads

    found = []
    for file in files:
        there = heads.read(file.read_bytes().decode(errors="replace"))
        if not there:
            raise refuse(f"{file} holds no head: a line that begins with s2m-head")
        found += there
    return found


@ledger.command()
@click.option("--head", "given", type=_Head(), multiple=True, help="A head you kept, as 1234:9f86…; may be repeated.")
@click.option(
    "--heads", "files", type=click.Path(path_type=Path, exists=True, dir_okay=False), multiple=True,
    help="A mail with heads, or several in one file; may be repeated.",
)  # fmt: skip
@pass_place
def verify(place: Place, given: tuple[Kept, ...], files: tuple[Path, ...]) -> None:
    """Recompute every ledger from its rows: numbers, chain, holds, floors, balances; and the audit trail.

    Both are held against the heads that were sealed day by day, and against those you kept outside: only they show that the
    end was cut off or all of it written anew. Exit 1 and the first bad row when something is wrong.
    """
    from s2m.domain import ledger as books
    from s2m.domain.ledger import heads

    kept, wrong = [*given, *_in_mails(files)], []
    with place.database() as database, database.read() as store:
        networks = store.venues.networks()
        for network in networks:
            verdict = books.verify_network(store, network.id)
            click.echo(f"{network.name}: {verdict.rows} rows, head {verdict.head.n} {verdict.head.hash}")
            click.echo(f"{network.name}: audit trail, head {verdict.trail.n} {verdict.trail.hash}")
            if verdict.fault:
                wrong.append(f"{network.name}: {_named(verdict.fault)}")
        astray = heads.unlike(store, [network.id for network in networks], kept)
        if astray and not wrong:
            wrong.append(_named(astray))
    if wrong:
        raise refuse("; ".join(wrong))
    if kept:
        click.echo(f"All {len(kept)} heads that you kept are in it.")


@ledger.command()
@click.option(
    "--format", "form", type=click.Choice(["csv", "hledger", "beancount"]), default="csv", show_default=True, help="Which books."
)
@pass_place
def export(place: Place, form: str) -> None:
    """Write all rows that moved something, for a spreadsheet, hledger or Beancount. Account numbers only, no names."""
    from s2m import export as exports

    with place.database() as database, database.read() as store:
        networks = [network.id for network in store.venues.networks()]
        accounts = [account for network in networks for account in store.ledger.accounts(network)]
        rows = (row for network in networks for row in store.ledger.rows(network) if row.moves)
        for line in exports.ledger(form, accounts, rows):
            click.echo(line)
