"""The accounts that belong to all: the commons, and the issuing account that what is earned comes from. No names here."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from s2m.domain.ledger import statement as statements
from s2m.domain.ledger.statement import Choice, Period
from s2m.web.context import now, person, reading
from s2m.web.ledger import blueprint, format_month, short_day, words, zone
from s2m.web.policy import signed_in

LAST = 15


@blueprint.get("/commons")
@signed_in
def commons() -> ResponseReturnValue:
    with reading() as store:
        account = store.ledger.network_account(person().network_id, "commons")
        months = statements.months(store, account, zone(), now())
        page = statements.page(store, account, Choice(), most=LAST)
        issuing = store.ledger.network_account(person().network_id, "issuing")
        issued = statements.periods(issuing, [issuing.created_at], store.statement.flows(issuing, [issuing.created_at]))[0]
    return render_template(
        "ledger/commons.html", account=account, months=months, kinds=_by_kind(months), lines=page.lines, issued=issued,
        issued_for=_issued(issued), kind_name=words.of_all, short_day=short_day, format_month=format_month,
    )  # fmt: skip


def _by_kind(months: tuple[Period, ...]) -> list[tuple[str, int, int]]:
    """(kind, in, out) of these months together, the largest flow first."""
    found: dict[str, tuple[int, int]] = {}
    for month in months:
        for kind, (gained, lost) in month.kinds.items():
            before = found.get(kind, (0, 0))
            found[kind] = before[0] + gained, before[1] + lost
    return sorted(((kind, *sums) for kind, sums in found.items()), key=lambda row: (-row[1] - row[2], row[0]))


def _issued(issued: Period) -> list[tuple[str, int]]:
    """(kind, amount): what the issuing account gave for, less what was taken back, the largest first."""
    found = [(kind, lost - gained) for kind, (gained, lost) in issued.kinds.items() if lost != gained]
    return sorted(found, key=lambda row: (-row[1], row[0]))
