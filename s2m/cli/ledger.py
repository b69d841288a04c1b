"""The ledger: recomputed, and written out for other books."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from s2m.cli.base import Group, Place, pass_place, refuse

if TYPE_CHECKING:
    from s2m.domain.ledger import Fault

FAULTS = {
    "gap": "a row is missing or stands twice",
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
    return f"{row} is wrong: {FAULTS.get(fault.what, fault.what)} ({fault.what}) {fault.detail}".rstrip()


@ledger.command()
@pass_place
def verify(place: Place) -> None:
    """Recompute every ledger from its rows: numbers, chain, holds, floors, balances.

    Prints the rows and the head of each network's chain: compare it with one you kept elsewhere. Exit 1 and the first
    bad row when something is wrong.
    """
    from s2m.domain import ledger as books

    wrong = []
    with place.database() as database, database.read() as store:
        for network in store.venues.networks():
            verdict = books.verify_network(store, network.id)
            click.echo(f"{network.name}: {verdict.rows} rows, head {verdict.head.n} {verdict.head.hash}")
            if verdict.fault:
                wrong.append(f"{network.name}: {_named(verdict.fault)}")
    if wrong:
        raise refuse("; ".join(wrong))


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
