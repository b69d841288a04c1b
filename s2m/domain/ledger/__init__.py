"""The ledger: who gave how much to whom, for ever.

One transfer is one debit account, one credit account, one positive whole amount and one unit, so every transfer
sums to zero by construction. Rows are only ever added: a mistake is mended by a reversal that names it. A *hold*
is a pending transfer; later exactly one row *posts* it (any amount up to the hold) or *voids* it. All rows of a
network form one hash chain.

    entries.py   the values: accounts, entries, transfers, and how a row becomes part of the chain
    book.py      what may be done with them: open, transfer, hold, post, void, reverse, forgive
    euro.py      the same in euro: what is owed by a document, and what comes in
    trail.py     the audit trail: a chain of its own, and whose the accounts are
    heads.py     the ends of both chains, sealed day by day and kept outside
    verify.py    both recomputed from their rows
    statement.py the lines of one account, as its owner reads them
"""

from s2m.domain.ledger.book import (
    forgive,
    hold,
    open_network,
    open_person,
    post,
    release,
    reverse,
    transfer,
    void,
)
from s2m.domain.ledger.entries import EUR, SC, Account, Entry, Fault, Head, Transfer, digest
from s2m.domain.ledger.euro import forgo, give_back, owe, pay_in, receive, take_back
from s2m.domain.ledger.heads import Kept, Sealed
from s2m.domain.ledger.trail import FROZEN, OPENED, RELEASED, Act, opening, tie
from s2m.domain.ledger.verify import Verdict, verify, verify_network

__all__ = [
    "EUR", "FROZEN", "OPENED", "RELEASED", "SC", "Account", "Act", "Entry", "Fault", "Head", "Kept", "Sealed", "Transfer",
    "Verdict", "digest", "forgive", "forgo", "give_back", "hold", "open_network", "open_person", "opening",
    "owe", "pay_in", "post", "receive", "release", "reverse", "take_back", "tie", "transfer", "verify", "verify_network", "void",
]  # fmt: skip
