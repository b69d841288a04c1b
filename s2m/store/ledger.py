"""Accounts, transfers and the chain. Transfers are only ever added; triggers see to it on both engines.

Balances stand on the account and change in the same transaction as the row; `domain/ledger/verify.py` recomputes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, and_, bindparam, case, func, insert, or_, select, update

from s2m.domain.errors import Damaged
from s2m.domain.instants import EPOCH
from s2m.domain.ledger import EUR, SC, Account, Head, Transfer
from s2m.domain.people import Person
from s2m.domain.venues import Venue
from s2m.store.part import Part
from s2m.store.prepared import Prepared
from s2m.store.schema import accounts, chain_heads, evidence, transfers

if TYPE_CHECKING:
    from s2m.domain.presence import Visit
    from s2m.store import Store
    from s2m.store.statement import StatementRow

# What fills a seat that its visitor's own capital does not
FILLED = {"seat_forgiven": "commons", "day_pass": "day_pass"}

_lock = Prepared(
    select(chain_heads.c.n, chain_heads.c.hash)
    .where(chain_heads.c.network_id == bindparam("network"), chain_heads.c.chain == bindparam("which"))
    .with_for_update()
)
_set_head = Prepared(
    update(chain_heads)
    .where(chain_heads.c.network_id == bindparam("network"), chain_heads.c.chain == bindparam("which"))
    .values(n=bindparam("to_n"), hash=bindparam("to_hash"))
)
_two = Prepared(select(accounts).where(or_(accounts.c.id == bindparam("one"), accounts.c.id == bindparam("other"))))
_one = Prepared(select(accounts).where(accounts.c.id == bindparam("account")))
_seat = Prepared(
    select(accounts).where(
        accounts.c.unit == SC,
        or_(accounts.c.kind == "person", accounts.c.kind == "venue"),
        or_(accounts.c.person_id == bindparam("person"), accounts.c.venue_id == bindparam("venue")),
    )
)
_move = Prepared(
    update(accounts)
    .where(or_(accounts.c.id == bindparam("debit"), accounts.c.id == bindparam("credit")))
    .values(
        balance=accounts.c.balance + case((accounts.c.id == bindparam("debit"), -bindparam("amount")), else_=bindparam("amount"))
    )
)
_hold = Prepared(update(accounts).where(accounts.c.id == bindparam("debit")).values(held=accounts.c.held + bindparam("amount")))
_COLUMNS = [c.name for c in transfers.c]
_append = Prepared(insert(transfers))
_evidence = Prepared(insert(evidence))
_transfer = Prepared(select(transfers).where(transfers.c.id == bindparam("transfer")))
_resolution = Prepared(select(transfers).where(transfers.c.pending_id == bindparam("transfer")))


class Ledger(Part):
    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._heads: dict[tuple[str, str], Head] = {}
        self._fresh: dict[str, Account] = {}

    # The chain ------------------------------------------------------------------------------------------------

    def start_chain(self, network_id: str, chain: str, head: Head) -> None:
        self.run(insert(chain_heads).values(network_id=network_id, chain=chain, n=head.n, hash=head.hash))

    def lock_chain(self, network_id: str, chain: str = "ledger") -> Head:
        """The end of the chain, locked until this transaction ends: whoever writes to it comes one after another.

        Raises Damaged where somebody took it away.
        """
        known = self._heads.get((network_id, chain))
        if known is None:
            found = self.fast(_lock, network=network_id, which=chain)
            if not found:
                raise Damaged(n=0, what=f"chain_heads, {chain}")
            known = Head(*found[0])
            self._heads[network_id, chain] = known
        return known

    def head(self, network_id: str, chain: str = "ledger") -> Head:
        """Raises Damaged where it is gone or cannot be read."""
        mine = (chain_heads.c.network_id == network_id) & (chain_heads.c.chain == chain)
        found = list(self.each(select(chain_heads.c.n, chain_heads.c.hash).where(mine), f"chain_heads, {chain}"))
        if len(found) != 1:
            raise Damaged(n=0, what=f"chain_heads, {chain}")
        return Head(found[0].n, found[0].hash)

    def set_head(self, network_id: str, chain: str, head: Head) -> None:
        self.write(_set_head, network=network_id, which=chain, to_n=head.n, to_hash=head.hash)
        self._heads[network_id, chain] = head

    def append(self, row: Transfer) -> None:
        self.write(_append, **vars(row))
        self.set_head(row.network_id, "ledger", Head(row.n, row.hash))

    def add_evidence(
        self, row: Transfer, *, visit_id: str | None = None, thanks_id: str | None = None, contribution_id: str | None = None,
        reason: str | None = None,
    ) -> None:  # fmt: skip
        """What a transfer was for, beside the chain."""
        self.write(
            _evidence, network_id=row.network_id, transfer_id=row.id, visit_id=visit_id, thanks_id=thanks_id,
            contribution_id=contribution_id, reason=reason,
        )  # fmt: skip

    # Accounts -------------------------------------------------------------------------------------------------

    def open_account(
        self, network_id: str, kind: str, now: datetime, *, person_id: str | None = None, venue_id: str | None = None,
        unit: str = SC, room_id: str | None = None,
    ) -> Account:  # fmt: skip
        """A new account; the audit trail is told whose. The ledger's chain comes first, as for all who write to both."""
        self.lock_chain(network_id)
        account = Account(self.store.new_id(now), network_id, kind, person_id, venue_id, unit, 0, 0, now, room_id=room_id)
        self.run(insert(accounts).values(vars(account)))
        self.store.audit.opened(account, now)
        return account

    def account(self, account_id: str) -> Account | None:
        return next((Account(*row) for row in self.fast(_one, account=account_id)), None)

    def fresh(self, debit: Account, credit: Account) -> tuple[Account, Account]:
        """Both as they stand now: as read since the chain was locked and not moved since, else read again."""
        if not {debit.id, credit.id} <= self._fresh.keys():
            self._remember(Account(*row) for row in self.fast(_two, one=debit.id, other=credit.id))
        return self._fresh[debit.id], self._fresh[credit.id]

    def _remember(self, found: Iterable[Account]) -> None:
        self._fresh.update({account.id: account for account in found})

    def forget(self, account_id: str) -> None:
        """Read this account anew before the next row."""
        self._fresh.pop(account_id, None)

    def seat_accounts(self, person: Person, venue: Venue) -> tuple[Account, Account]:
        """The accounts that pay and are paid for a seat. Locks the chain, so that they stay as read."""
        self.lock_chain(person.network_id)
        found = [Account(*row) for row in self.fast(_seat, person=person.id, venue=venue.id)]
        self._remember(found)
        return next(a for a in found if a.person_id), next(a for a in found if a.venue_id)

    def person_account(self, person_id: str) -> Account:
        row = self.run(select(accounts).where(accounts.c.person_id == person_id, accounts.c.unit == SC)).one()
        return Account(**row._mapping)

    def person_accounts(self, person_ids: Iterable[str]) -> list[Account]:
        mine = accounts.c.person_id.in_(list(person_ids)) & (accounts.c.unit == SC)
        return [Account(**row._mapping) for row in self.run(select(accounts).where(mine))]

    def network_account(self, network_id: str, kind: str) -> Account:
        """The issuing account or the commons."""
        mine = (accounts.c.network_id == network_id) & (accounts.c.kind == kind) & (accounts.c.unit == SC)
        return Account(**self.run(select(accounts).where(mine)).one()._mapping)

    def euro_account(self, network_id: str, kind: str, venue_id: str | None, room_id: str | None = None) -> Account | None:
        """One of a venue's (venue_id) or a room's, or where its euro come from; None before the first euro."""
        mine = (accounts.c.network_id == network_id) & (accounts.c.kind == kind) & (accounts.c.unit == EUR)
        mine &= accounts.c.venue_id.is_not_distinct_from(venue_id) & accounts.c.room_id.is_not_distinct_from(room_id)
        row = self.one(select(accounts).where(mine))
        return Account(**row._mapping) if row else None

    def accounts(self, network_id: str) -> list[Account]:
        """Raises Damaged."""
        query = select(accounts).where(accounts.c.network_id == network_id).order_by(accounts.c.created_at, accounts.c.id)
        return [Account(**row._mapping) for row in self.each(query, "accounts", accounts.c.id)]

    def move(self, debit: Account, credit: Account, amount: int) -> None:
        self._fresh.clear()
        self.write(_move, debit=debit.id, credit=credit.id, amount=amount)

    def hold(self, debit: Account, amount: int) -> None:
        self._fresh.clear()
        self.write(_hold, debit=debit.id, amount=amount)

    def settle(self, held: Transfer, amount: int) -> None:
        """The hold ends; `amount` of it (0 = nothing) moves."""
        self._fresh.clear()
        self.write(_hold, debit=held.debit_id, amount=-held.amount)
        if amount:
            self.write(_move, debit=held.debit_id, credit=held.credit_id, amount=amount)

    def seats(self, network_id: str, visits: Sequence[Visit]) -> dict[str, str]:
        """How the seat of each visit stands: held, settled, undone, free; or what filled it: commons, day_pass, house,
        meeting."""
        holds = {visit.hold_id for visit in visits if visit.hold_id}
        mirrored = transfers.alias("mirrored")
        rows = self.run(
            select(transfers.c.pending_id, transfers.c.state, mirrored.c.id.label("given_back"))
            .outerjoin(mirrored, mirrored.c.reverses_id == transfers.c.id)
            .where(transfers.c.pending_id.in_(holds))
        )
        ends = {row.pending_id: "house" if row.state == "void" or row.given_back else "settled" for row in rows}
        since = min((visit.started_at for visit in visits), default=EPOCH)
        filled = {visit_id: FILLED[row.kind] for visit_id, row in self._filled(network_id, since)}
        return {visit.id: filled.get(visit.id) or _seat_state(visit, ends) for visit in visits}

    def filled(self, network_id: str, visit: Visit) -> Transfer | None:
        """What the commons or a day pass paid for the seat of a visit, unless it was given back."""
        return next((row for _visit, row in self._filled(network_id, visit.started_at, visit.id)), None)

    def _filled(self, network_id: str, since: datetime, visit_id: str | None = None) -> list[tuple[str, Transfer]]:
        """Seats that somebody else's capital or euro paid since then and that were not given back, each with its visit."""
        mirrored = transfers.alias("mirrored")
        # By the accounts that pay for others: their rows are few among all
        pays = or_(accounts.c.kind == "commons", and_(accounts.c.kind == "issuing", accounts.c.unit == EUR))
        payers = select(accounts.c.id).where(accounts.c.network_id == network_id, pays)
        query = (
            select(transfers, evidence.c.visit_id)
            .join(evidence, evidence.c.transfer_id == transfers.c.id)
            .outerjoin(mirrored, mirrored.c.reverses_id == transfers.c.id)
            .where(transfers.c.debit_id.in_(payers), transfers.c.kind.in_(FILLED), transfers.c.at >= since)
            .where(mirrored.c.id.is_(None), evidence.c.visit_id.is_not(None))
        )
        if visit_id:
            query = query.where(evidence.c.visit_id == visit_id)
        return [(row.visit_id, Transfer(**{c.name: row._mapping[c.name] for c in transfers.c})) for row in self.run(query)]

    def day_passes(self, venue_id: str, since: datetime) -> tuple[int, int]:
        """How many day passes stand since then at a venue, and how many euro cents they brought."""
        mirrored = transfers.alias("mirrored")
        query = (
            select(func.count().label("passes"), func.coalesce(func.sum(transfers.c.amount), 0).label("cents"))
            .join(accounts, accounts.c.id == transfers.c.credit_id)
            .outerjoin(mirrored, mirrored.c.reverses_id == transfers.c.id)
            .where(accounts.c.venue_id == venue_id, transfers.c.kind == "day_pass", transfers.c.at >= since)
            .where(mirrored.c.id.is_(None))
        )
        row = self.run(query).one()
        return int(row.passes), int(row.cents)

    def gifts_of_commons(self, network_id: str, since: datetime) -> dict[str, int]:
        """How often the commons paid for each kind of transfer since then."""
        commons = self.network_account(network_id, "commons")
        paid = (transfers.c.debit_id == commons.id) & (transfers.c.at >= since) & transfers.c.state.in_(("posted", "post"))
        rows = self.run(select(transfers.c.kind, func.count().label("times")).where(paid).group_by(transfers.c.kind))
        return {row.kind: row.times for row in rows}

    def earned_by_rooms(self, venue_id: str, since: datetime, until: datetime) -> int:
        """Cents that the revenue of a venue's rooms grew by from one moment until another, what capital paid left out."""
        revenue = select(accounts.c.id).where(accounts.c.venue_id == venue_id, accounts.c.kind == "revenue")
        c = transfers.c
        sign = case((c.credit_id.in_(revenue), c.amount), else_=-c.amount)
        touched = or_(c.credit_id.in_(revenue), c.debit_id.in_(revenue)) & (c.at >= since) & (c.at < until)
        touched &= c.kind.not_in(("room", "room_back"))
        moved = select(func.coalesce(func.sum(sign), 0)).where(touched, c.state.in_(("posted", "post")))
        return int(self.run(moved).scalar_one())

    # Rows -----------------------------------------------------------------------------------------------------

    def transfer(self, transfer_id: str) -> Transfer | None:
        return next(map(_transfer_of, self.fast(_transfer, transfer=transfer_id)), None)

    def resolution(self, hold_id: str) -> Transfer | None:
        """The row that posted or voided a hold, if any."""
        return next(map(_transfer_of, self.fast(_resolution, transfer=hold_id)), None)

    def reversal(self, transfer_id: str) -> Transfer | None:
        return _transfer_in(self.one(select(transfers).where(transfers.c.reverses_id == transfer_id)))

    def journal(self, network_id: str, journal_id: str) -> list[Transfer]:
        """The rows that belong together, in their order."""
        mine = (transfers.c.network_id == network_id) & (transfers.c.journal_id == journal_id)
        return [Transfer(**row._mapping) for row in self.run(select(transfers).where(mine).order_by(transfers.c.n))]

    def rows(self, network_id: str) -> Iterator[Transfer]:
        """All rows in the order of the chain, read as they are needed. Raises Damaged."""
        query = select(transfers).where(transfers.c.network_id == network_id).order_by(transfers.c.n)
        for row in self.each(query, "transfers"):
            yield Transfer(**row._mapping)

    def latest(self, network_id: str) -> datetime | None:
        """When the last row was written."""
        query = select(transfers.c.at).where(transfers.c.network_id == network_id).order_by(transfers.c.n.desc()).limit(1)
        row = self.one(query)
        return row.at if row else None

    def mirrored(self, network_id: str) -> frozenset[int]:
        """The numbers of rows that were reversed."""
        reversal = transfers.alias("reversal")
        query = select(transfers.c.n).join(reversal, reversal.c.reverses_id == transfers.c.id)
        return frozenset(self.run(query.where(reversal.c.network_id == network_id)).scalars())

    def statement(self, account: Account, *, most: int | None = None) -> list[StatementRow]:
        """Open holds and then what happened on an account, the newest first, each row with what it was for."""
        return self.store.statement.latest(account, most)


def _transfer_of(row: tuple[Any, ...]) -> Transfer:
    """From the values of a row in the order of the table's columns."""
    return Transfer(**dict(zip(_COLUMNS, row, strict=True)))


def _seat_state(visit: Visit, ends: dict[str, str]) -> str:
    if not visit.hold_id:
        return "meeting" if visit.booking_id else "free"
    return "undone" if visit.ended_how == "undone" else ends.get(visit.hold_id, "held")


def _transfer_in(row: Row[tuple[object, ...]] | None) -> Transfer | None:
    return Transfer(**row._mapping) if row else None
