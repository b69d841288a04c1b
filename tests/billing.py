"""What tests of bills begin with: who sells at Het Seinhuis, the room Perron there, and what its rent is billed as."""

from datetime import date

from sqlalchemy import text

from s2m.domain import billing, bookings, money, venues
from s2m.domain.billing import Party

SELLER = {
    "name": "Het Seinhuis B.V.", "street": "Stationsplein 1", "postcode": "1234 ab", "city": "Utrecht",
    "vat_id": "NL004495445B01", "registration": "12345678", "email": "balie@seinhuis.example",
    "iban": "NL91 ABNA 0417 1643 00", "prefix": "", "days": "14",
}  # fmt: skip
BUYER = Party("Rosa Huurder", "Laan 2", "3511 AB", "Utrecht", "NL", email="rosa@huurder.example")
HALF_A_DAY = (money.line("room_half_day", 100, 180_00, 2100), money.line("extra", 800, 12_50, 900, "Lunch"))
DEPOSIT = money.line("deposit", 100, 100_00, 0)


def sells(store, cast, now, venue=None, **other):
    return billing.change_seller(store, venue or cast.seinhuis, SELLER | other, cast.marieke.id, now)


def perron(store, cast, now, name="Perron"):
    given = {"name": name, "kind": "meeting", "floor": 1, "capacity": 12}
    return venues.add_room(store, cast.seinhuis, given, cast.marieke.id, now)


def rosa(store, network_id, now):
    """A stranger who rents; one in each test."""
    known = store.billing.one(text("SELECT id FROM renters WHERE email = :email"), email=BUYER.email)
    values = {"name": BUYER.name, "company": "", "vat_id": "", "email": BUYER.email}
    values |= {name: getattr(BUYER, name) for name in ("street", "postcode", "city", "country")}
    return known.id if known else bookings.renter_for(store, network_id, None, values, "nl", now).id


def supply(store, room, lines=HALF_A_DAY, **other):
    given = {
        "booking_id": None, "room_id": room.id, "renter_id": rosa(store, room.network_id, room.created_at), "buyer": BUYER,
        "language": "nl", "about": "Perron, 19-03-2026 09:00–13:00", "day": date(2026, 3, 19), "lines": lines,
    }  # fmt: skip
    return billing.Supply(**given | other)


def books(store, venue):
    """The euro accounts of a venue by their kind; those of rooms together."""
    found = {}
    for account in store.ledger.accounts(venue.network_id):
        if account.unit == "EUR":
            found[account.kind] = found.get(account.kind, 0) + account.balance
    return found


def agrees(store, venue):
    """None where the euro book says what the documents and payments say; else what differs."""
    kept, bills = books(store, venue), store.billing.bills(venue.id)
    signed = [(-1 if bill.document.kind == "credit" else 1, bill.document) for bill in bills]
    want = {f"vat_{rate}": 0 for rate in (2100, 900)} | {"revenue": 0, "deposits": 0}
    for sign, document in signed:
        for kind, cents in billing.documents.parts(document).items():
            want[kind] += sign * cents
    paid, returned = (sum(getattr(bill, name) for bill in bills) for name in ("paid_cents", "returned_cents"))
    want |= {"receivable": -sum(bill.open_cents for bill in bills), "issuing": returned - paid}
    want["deposits"] -= returned
    wrong = {kind: (kept.get(kind, 0), cents) for kind, cents in want.items() if kept.get(kind, 0) != cents}
    return wrong or (None if sum(kept.values()) == 0 else "the book does not add up to zero")
