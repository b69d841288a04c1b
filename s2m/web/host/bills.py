"""Invoices: all of a venue's, one of them, and what a host does with it."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import billing
from s2m.domain.billing import Bill, following
from s2m.domain.billing.crediting import items
from s2m.domain.errors import Conflict, Invalid, Refused
from s2m.domain.venues import Venue
from s2m.papers.words import what
from s2m.web.bills import IN_WORDS, pdf_file, token, ubl_file
from s2m.web.context import hosted_venue, limit, now, person, reading, writing
from s2m.web.errors import said, sentence, status_of
from s2m.web.host import blueprint
from s2m.web.policy import host

SHOWN = ("open", "overdue", "paid", "all")
# So many on a page of the list
MOST = 100


@blueprint.get("/<slug>/bills")
@host
def bills(slug: str) -> ResponseReturnValue:
    """The newest first; of one year, where one is chosen."""
    venue = hosted_venue(slug)
    shown, year = request.args.get("show", "open"), request.args.get("year", "")
    shown = shown if shown in SHOWN else "all"
    page = min(request.args.get("page", 1, type=int), 10_000)
    today = now().astimezone(venue.zone).date()
    with reading() as store:
        years = store.billing.years(venue.id)
        chosen = int(year) if year in map(str, years) else None
        found, left = store.billing.listed(
            venue.id, shown, today, year=chosen, most=MOST + 1, skip=MOST * (max(page, 1) - 1)
        )  # fmt: skip
        seller, waiting = store.billing.seller(venue.id), len(following.waiting(store, venue))
        differing = [(each, store.billing.get(each.document_id)) for each in store.billing.differing(venue.id)]
    return render_template(
        "host/bills.html", bills=found[:MOST], left=left, older=len(found) > MOST, page=max(page, 1), shown=shown,
        year=chosen, years=years, today=today, seller=seller, waiting=waiting, differing=differing, **IN_WORDS,
    )  # fmt: skip


@blueprint.get("/<slug>/bills/<document_id>")
@host
def bill(slug: str, document_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    return _page(venue, document_id)


def _page(venue: Venue, document_id: str, errors: dict[str, str] | None = None) -> str:
    today = now().astimezone(venue.zone).date()
    with reading() as store:
        document = billing.the_document(store, venue, document_id)
        found = billing.bill(store, document)
        paid = store.billing.payments(document_id)
        shown = {
            "others": store.billing.of_booking(document.booking_id or ""),
            "letters": store.billing.letters(document_id), "tried": store.billing.checkouts(document_id),
            "names": store.people.first_names({payment.recorded_by for payment in paid}),
        }  # fmt: skip
    undone = {payment.undoes_id for payment in paid}
    return render_template(
        "host/bill.html", bill=found, paid=paid, undone=undone, today=today, values=request.form, errors=errors or {},
        token=token(document_id), over=billing.deposit_due(document, now()), **IN_WORDS, **shown,
    )  # fmt: skip


@blueprint.get("/<slug>/bills/<document_id>/pdf")
@host
def bill_pdf(slug: str, document_id: str) -> Response:
    return pdf_file(_bill(hosted_venue(slug), document_id).document)


@blueprint.get("/<slug>/bills/<document_id>/ubl")
@host
def bill_ubl(slug: str, document_id: str) -> Response:
    return ubl_file(_bill(hosted_venue(slug), document_id).document)


@blueprint.post("/<slug>/bills/<document_id>/pay")
@host
def pay_bill(slug: str, document_id: str) -> ResponseReturnValue:
    """What came in at the desk or the bank, or was given back."""
    venue = hosted_venue(slug)
    limit("bill-pay", person().id, most=120, per=timedelta(hours=1))
    document = _bill(venue, document_id).document
    try:
        with writing() as store:
            billing.pay_by_hand(store, document, request.form, person().id, now())
    except (Invalid, Refused) as error:
        return _page(venue, document_id, said(error, "amount")), status_of(error)
    flash(_("Put down."))
    return redirect(url_for("host.bill", slug=slug, document_id=document_id), 303)


@blueprint.post("/<slug>/bills/<document_id>/deposit")
@host
def return_deposit(slug: str, document_id: str) -> ResponseReturnValue:
    """Give it back; `keep`: but for a part, over which an invoice is made."""
    venue = hosted_venue(slug)
    document, made = _bill(venue, document_id).document, None
    try:
        with writing() as store:
            if request.form.get("keep"):
                made = billing.keep_deposit(store, document, request.form, person().id, now())
            else:
                billing.return_deposit(store, document, person().id, now())
    except (Invalid, Conflict, Refused) as error:
        return _page(venue, document_id, said(error, "payments")), status_of(error)
    flash(_("%(number)s is made.", number=made.number) if made else _("Put down."))
    return redirect(url_for("host.bill", slug=slug, document_id=document_id), 303)


@blueprint.post("/<slug>/bills/<document_id>/payments/<payment_id>/undo")
@host
def undo_payment(slug: str, document_id: str, payment_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    document = _bill(venue, document_id).document
    try:
        with writing() as store:
            billing.undo(store, document, payment_id, person().id, now())
    except (Conflict, Refused) as error:
        return _page(venue, document_id, said(error, "payments")), status_of(error)
    flash(_("Taken off. Both lines stay in the books."))
    return redirect(url_for("host.bill", slug=slug, document_id=document_id), 303)


@blueprint.route("/<slug>/bills/<document_id>/credit", methods=["GET", "POST"])
@host
def credit_bill(slug: str, document_id: str) -> ResponseReturnValue:
    """Asked first: an invoice that was taken back, or of which a part was (`part`), stays so."""
    venue = hosted_venue(slug)
    found = _bill(venue, document_id)
    if request.method == "GET":
        return _credit_page(found)
    try:
        with writing() as store:
            if request.form.get("part"):
                made = billing.credit_part(store, found.document, request.form, person().id, now())
            else:
                made = billing.credit(store, found.document, person().id, now())
    except Invalid as error:
        return _credit_page(found, said(error)), status_of(error)
    except (Conflict, Refused) as error:
        return _page(venue, document_id, {"credit": sentence(error.code, error.data)}), status_of(error)
    flash(_("%(number)s is made.", number=made.number))
    return redirect(url_for("host.bill", slug=slug, document_id=made.id), 303)


@blueprint.post("/<slug>/bills/<document_id>/again")
@host
def bill_again(slug: str, document_id: str) -> ResponseReturnValue:
    """Take it back and bill the same booking to who rents as it is typed now."""
    venue = hosted_venue(slug)
    found = _bill(venue, document_id)
    try:
        with writing() as store:
            made = following.again(store, venue, found.document, request.form, person().id, now())
    except Invalid as error:
        return _credit_page(found, said(error)), status_of(error)
    except (Conflict, Refused) as error:
        return _page(venue, document_id, {"credit": sentence(error.code, error.data)}), status_of(error)
    flash(_("%(number)s is made.", number=made.number))
    return redirect(url_for("host.bill", slug=slug, document_id=made.id), 303)


def _credit_page(found: Bill, errors: dict[str, str] | None = None) -> str:
    """With who rents, to be put right, where the booking owes something as it stands."""
    with reading() as store:
        booking = store.bookings.get(found.document.booking_id or "")
        owes = booking and not found.document.of_deposit and following.owed(store, booking)
        renter = store.bookings.renter(found.document.renter_id) if owes else None
    part = bool(request.form.get("part"))
    values = request.form if errors and not part else vars(renter) if renter else {}
    return render_template(
        "host/credit.html", bill=found, owes=renter is not None, values=values, errors=errors or {}, things=items(found),
        typed=request.form if part else {}, what=what,
    )  # fmt: skip


def _bill(venue: Venue, document_id: str) -> Bill:
    with reading() as store:
        return billing.bill(store, billing.the_document(store, venue, document_id))
