"""Sentences for the codes of invoices and what is paid for them; `sentences` has the others."""

from __future__ import annotations

from flask_babel import gettext as _

from s2m.web.wording import Sentence, euro
from s2m.web.wording import fixed as _fixed

BILLS: dict[str, Sentence] = {
    "no_seller": _fixed(lambda: _("Nobody said yet who sells here, and an invoice needs that.")),
    "nothing_to_bill": _fixed(lambda: _("There is nothing to pay, so there is no invoice.")),
    "not_an_invoice": _fixed(lambda: _("This is no invoice. Look for the one that it takes back.")),
    "credited": _fixed(lambda: _("A credit note took this invoice back before.")),
    "nothing_chosen": _fixed(lambda: _("Say how much comes off, or tick a line.")),
    "too_much_off": lambda most, **d: _("At most %(amount)s stands of this.", amount=euro(most)),
    "payment_known": _fixed(lambda: _("This payment was put down before.")),
    "more_than_over": _fixed(lambda: _("This is more than there is to give back.")),
    "deposit_back": _fixed(lambda: _("There is no deposit to give back.")),
    "deposit_unpaid": _fixed(lambda: _("The deposit was not paid yet.")),
    "meeting_to_come": _fixed(
        lambda: _("The meeting is still to come. Its deposit goes back, or a part is kept, once it is over.")
    ),
    "deposit_returned": _fixed(
        lambda: _("The deposit of this invoice is given back. Take that off first, then the invoice can be taken back.")
    ),
    "deposit_kept": _fixed(
        lambda: _(
            "A part of the deposit of this invoice was kept, so it cannot be taken back whole. Take a part off it, or take back "
            "the invoice over what was kept first."
        )
    ),
    "paid_already": _fixed(lambda: _("Nothing is left to pay.")),
    "no_provider": _fixed(lambda: _("Nobody takes payments online here. Pay by bank: the invoice says how.")),
    "provider_away": _fixed(lambda: _("The payment service does not answer. Nothing was paid. Try again, or pay by bank.")),
    "iban": _fixed(lambda: _("This is no IBAN: a sign is wrong or missing.")),
    "registration": _fixed(lambda: _("The number of the register of companies has 8 digits.")),
    "postcode": _fixed(lambda: _("Type a postcode such as 3811 AB.")),
    "prefix_shape": _fixed(lambda: _("At most four letters.")),
    "number_prefix": _fixed(
        lambda: _("Another venue sells under this VAT number and numbers its invoices alike. Choose other letters to begin with.")
    ),
    "day_ahead": _fixed(lambda: _("This day is still to come.")),
    "too_long_ago": _fixed(lambda: _("This is more than three years ago.")),
}
