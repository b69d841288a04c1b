"""Invoices for who pays them: by the link in the mail, or under one's own page; and paying one online.

Whether something is paid is never taken from an address or a message: the provider is asked each time.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import structlog
from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from s2m.domain import billing
from s2m.domain.billing import Bill, Checkout, Document, checkouts, links
from s2m.domain.errors import Denied, NotFound, Refused, Unavailable
from s2m.papers.pdf import pdf
from s2m.papers.ubl import lacking, ubl
from s2m.papers.words import percent, what
from s2m.payments import Forged
from s2m.web import context
from s2m.web.context import keys, limit, now, person, provider, reading, writing
from s2m.web.policy import anyone, from_servers, signed_in

blueprint = Blueprint("bills", __name__)
log = structlog.get_logger("s2m")


def day(of: date) -> str:
    """31 januari 2025: a day without a clock, so without a zone."""
    return format_date(of, "d MMMM y")


# What templates/bills/_parts.html is given: the words of a line, and of a day
IN_WORDS = {"what": what, "day": day, "percent": percent}


@blueprint.get("/me/bills")
@signed_in
def mine() -> ResponseReturnValue:
    """One's own, the newest first."""
    with reading() as store:
        bills = store.billing.of_renters(store.bookings.rented_as(person().id))
    return render_template("bills/mine.html", bills=bills[::-1], today=now().date(), token=token, **IN_WORDS)


@blueprint.get("/bills/<token>")
@anyone
def show(token: str) -> ResponseReturnValue:
    bill = _bill(token)
    with reading() as store:
        others = store.billing.of_booking(bill.document.booking_id or "")
        paid = store.billing.payments(bill.document.id)
    return render_template(
        "bills/show.html", bill=bill, token=token, online=provider() is not None, others=others, paid=paid, link=_link,
        today=now().astimezone(g.venue.zone).date(), bookable=not lacking(bill.document), **IN_WORDS,
    )  # fmt: skip


@blueprint.get("/bills/<token>/pdf")
@anyone
def as_pdf(token: str) -> Response:
    limit("pdf", context.client(), most=60, per=timedelta(minutes=10))
    return pdf_file(_bill(token).document)


@blueprint.get("/bills/<token>/ubl")
@anyone
def as_ubl(token: str) -> Response:
    return ubl_file(_bill(token).document)


@blueprint.get("/quotes/<token>")
@anyone
def quote(token: str) -> Response:
    """What a booking will cost, as a PDF, for whoever has its link (`token` of the booking). Nothing of it is kept."""
    limit("pdf", context.client(), most=60, per=timedelta(minutes=10))
    with reading() as store:
        booking = store.bookings.get(links.opened(keys().bills, token))
        venue = store.venues.get(booking.venue_id) if booking else None
        if booking is None or venue is None:
            raise NotFound()
        made = billing.quote_of(store, venue, booking, now())
    return pdf_file(made)


@blueprint.post("/bills/<token>/pay")
@anyone
def pay(token: str) -> ResponseReturnValue:
    """Begin to pay online what is open, and go on to the provider."""
    bill, takes = _bill(token), provider()
    if takes is None:
        raise Refused("no_provider")
    limit("checkout", bill.document.id, most=20, per=timedelta(hours=1))
    with writing() as store:
        begun = checkouts.begin(store, bill.document, takes.name, now())
    back = url_for("bills.returned", token=token, checkout_id=begun.id)
    hook = url_for("bills.webhook", name=takes.name)
    words = f"{bill.document.seller.name} {bill.document.number}"
    try:
        started = takes.start(begun.cents, begun.id, words, context.public_url() + back, context.public_url() + hook)
    except OSError as error:
        raise Unavailable("provider_away", detail=str(error)) from error
    with writing() as store:
        store.billing.name_checkout(begun, started.id)
    if started.url.startswith("/"):
        return redirect(started.url, 303)
    # Our forms lead nowhere else (form-action 'self'), not even by a redirect: the last step is a link
    return render_template("bills/go.html", url=started.url, bill=bill)


@blueprint.get("/bills/<token>/paid/<checkout_id>")
@anyone
def returned(token: str, checkout_id: str) -> ResponseReturnValue:
    """Back from the provider: paid, waiting or failed."""
    bill, checkout = _tried(token, checkout_id)
    return render_template("bills/returned.html", bill=bill, checkout=checkout, token=token)


@blueprint.get("/bills/<token>/paid/<checkout_id>/now")
@anyone
def returned_now(token: str, checkout_id: str) -> ResponseReturnValue:
    bill, checkout = _tried(token, checkout_id)
    response = make_response(render_template("bills/_returned.html", bill=bill, checkout=checkout, token=token))
    response.add_etag()
    return response.make_conditional(request)


@blueprint.post("/payments/<name>/webhook")
@anyone
@from_servers
def webhook(name: str) -> ResponseReturnValue:
    """The provider says that something changed; what, it is asked. Told twice, late or in another order, it counts once."""
    takes = provider()
    if takes is None or takes.name != name:
        raise NotFound()
    try:
        provider_id = takes.verify(request.get_data(), request.headers)
    except Forged:
        log.warning("forged webhook", provider=name, client=context.client())
        raise Denied("not_from_here") from None
    _ask(provider_id)
    return "", 200


def _ask(provider_id: str) -> None:
    """Let count what the provider says of a payment now. One that is not ours, or that it does not know, changes nothing."""
    takes = provider()
    assert takes, "whoever asks has looked"
    try:
        told = takes.fetch(provider_id)
        with writing() as store:
            checkouts.settle(store, told.reference, takes.name, provider_id, told.status, told.cents, now())
    except (KeyError, NotFound):
        log.warning("unknown payment", provider=takes.name, payment=provider_id)
    except OSError as error:
        raise Unavailable("provider_away", detail=str(error)) from error


def _tried(token: str, checkout_id: str) -> tuple[Bill, Checkout]:
    """The bill and the try to pay it, as the provider says of it now."""
    document_id = links.opened(keys().bills, token)
    with reading() as store:
        checkout = store.billing.checkout(checkout_id)
    if checkout is None or checkout.document_id != document_id:
        raise NotFound()
    takes = provider()
    if checkout.status != "paid" and checkout.provider_id and takes and takes.name == checkout.provider:
        with suppress(Unavailable):  # then it waits
            _ask(checkout.provider_id)
        with reading() as store:
            checkout = store.billing.checkout(checkout_id) or checkout
    return _bill(token), checkout


def _bill(token: str) -> Bill:
    """Raises NotFound for a link that nobody was given."""
    document_id = links.opened(keys().bills, token)
    with reading() as store:
        document = store.billing.get(document_id)
        if document is None:
            raise NotFound()
        found = billing.bill(store, document)
        g.venue = store.venues.get(document.venue_id)
    return found


def token(id_: str) -> str:
    """What the link of a document, or of a booking's quote, ends with."""
    return links.token(keys().bills, id_)


def _link(document_id: str) -> str:
    return url_for("bills.show", token=token(document_id))


def pdf_file(document: Document) -> Response:
    return _file(pdf(document), f"{document.number}.pdf", "application/pdf")


def ubl_file(document: Document) -> Response:
    """For the program of a bookkeeper. Raises Refused `bill_incomplete` where an address is missing."""
    return _file(ubl(document), f"{document.number}.xml", "application/xml")


def _file(content: bytes, name: str, kind: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
