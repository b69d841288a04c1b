"""A venue of any size for measuring: many people with badges and, if wished, a million transfers, as the product writes them.

Rows go in by the thousand and not through the rules, which would take an hour; the chain, the balances and the keys are
real, so that `s2m ledger verify` accepts the result.
"""

import json
import uuid
from collections import defaultdict
from datetime import UTC, datetime, timedelta

from s2m import config
from s2m.domain import codes, contributions, devices, ledger, people, presence, venues
from s2m.domain.ledger.entries import SC, Entry, Head, Transfer, link
from s2m.store.engine import Database
from s2m.store.schema import accounts, badges, transfers
from s2m.store.schema import people as people_table

BATCH = 5000


def seed(instance, visitors, history):
    """A venue with `visitors` people who can check in and `history` transfers behind them.

    Returns the kiosk's token. Writes instance/scans.txt: one request body a line, each a fresh scan of another person.
    """
    database = Database(config.load(instance).database)
    database.migrate()
    then, now = datetime.now(UTC) - timedelta(days=300), datetime.now(UTC)
    with database.write() as store:
        network = venues.found_network(store, "Bench", then)
        venue = venues.open_venue(store, network.id, "Bench", "Europe/Amsterdam", then)
        host = people.join(store, network.id, "Bench Host", None, store.venues.policy(venue, then), then)
        token = devices.make_token(store, venue, "Bench", host.id, now)
        who = _people(store, network.id, visitors, then)
        _transfers(store, network.id, [account for _, account, _ in who], history, then)
    ring = config.keys(instance).badge
    with (instance / "scans.txt").open("w") as out:
        for _, _, badge in who:
            event = {"id": str(uuid.uuid4()), "code": codes.badge_text(ring, badge)}
            out.write(json.dumps({"events": [event]}) + "\n")
    database.close()
    return token


def _people(store, network_id, count, then):
    """(person, account, badge) ids of new people, each with a full purse so that nobody meets the floor."""
    made, rows = [], defaultdict(list)
    for n in range(count):
        person, account, badge = store.new_id(then), store.new_id(then), store.nonce(16).hex()
        made.append((person, account, badge))
        own = {"network_id": network_id}
        name = f"Visitor {n:07d}x"
        rows[people_table].append(
            own | {"id": person, "name": name, "name_folded": name.lower(), "language": "nl", "created_at": then}
        )
        short = f"{n:08d}"
        rows[badges].append(own | {"id": badge, "person_id": person, "short_code": short, "issued_at": then})
        empty = {"kind": "person", "person_id": person, "unit": SC, "balance": 0, "held": 0, "created_at": then}
        rows[accounts].append(own | {"id": account} | empty)
    for table in (people_table, badges, accounts):
        for first in range(0, len(rows[table]), BATCH):
            store.connection.execute(table.insert(), rows[table][first : first + BATCH])
    return made


def _transfers(store, network_id, account_ids, count, then):
    """`count` thanks from the issuing account, round and round, at the end of the chain."""
    issuing = store.ledger.network_account(network_id, "issuing")
    head, earned, rows = store.ledger.lock_chain(network_id), defaultdict(int), []
    key = ledger.digest("bench")
    for n in range(count):
        at, credit = then + timedelta(seconds=n), account_ids[n % len(account_ids)]
        entry_id = store.new_id(at)
        entry = Entry(network_id, entry_id, entry_id, "thanks", "posted", issuing.id, credit, 2, SC, at, key)
        head = Head(head.n + 1, link(head.hash, head.n + 1, entry))
        rows.append(vars(Transfer(**vars(entry), n=head.n, hash=head.hash)))
        earned[credit] += 2
        if len(rows) == BATCH:
            store.connection.execute(transfers.insert(), rows)
            rows = []
    if rows:
        store.connection.execute(transfers.insert(), rows)
    store.ledger.set_head(network_id, "ledger", head)
    for account, amount in [*earned.items(), (issuing.id, -2 * count)]:
        change = accounts.update().where(accounts.c.id == account).values(balance=accounts.c.balance + amount)
        store.connection.execute(change)


def live_long(store, cast, lines, now):
    """Half seats and half thanks, until Samira's statement has this many lines; one seat is still held."""
    began, step = now - timedelta(days=400), timedelta(days=400) / lines
    issuing = store.ledger.network_account(cast.noord.id, "issuing")
    account = store.ledger.person_account(cast.samira.id)
    for number in range(lines // 2):
        at = began + 2 * number * step
        text = f"nummer {number}"
        moved = ledger.transfer(store, issuing, account, 4, "thanks", at, key=ledger.digest("thanks", number))
        thanks = contributions.Thanks(
            store.new_id(at), cast.noord.id, cast.seinhuis.id, cast.joost.id, cast.samira.id, "offertes", text, 4, moved.id, at
        )
        store.contributions.add_thanks(thanks)
        store.ledger.add_evidence(moved, thanks_id=thanks.id)
        _sit(store, cast, at + step)
    presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now)


def _sit(store, cast, at):
    """A visit of a moment, with the hold for its seat, which is settled."""
    person, venue = cast.samira, cast.seinhuis
    debit, credit = store.ledger.seat_accounts(person, venue)
    visit_id, until = store.new_id(at), at + timedelta(minutes=1)
    key = ledger.digest("seat", visit_id)
    held = ledger.hold(store, debit, credit, 4, "seat", at, key=key, floor=-1_000_000, expires_at=until)
    visit = presence.Visit(
        visit_id, person.network_id, venue.id, person.id, None, None, "badge", "working", False, at, until, until, "left", held.id
    )
    store.presence.add(visit)
    store.ledger.add_evidence(held, visit_id=visit_id)
    ledger.post(store, held, until)
