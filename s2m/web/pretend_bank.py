"""The page of the pretend bank (`s2m/payments/local.py`): pay, fail, or let it expire. Only where that is the provider."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from s2m.domain.errors import Invalid, NotFound
from s2m.payments import Local
from s2m.web.context import provider
from s2m.web.policy import anyone

blueprint = Blueprint("pretend_bank", __name__)
CHOICES = ("paid", "failed", "expired")


@blueprint.route("/pretend-bank/<payment_id>", methods=["GET", "POST"])
@anyone
def show(payment_id: str) -> ResponseReturnValue:
    bank = provider()
    if not isinstance(bank, Local):
        raise NotFound()
    try:
        if request.method == "GET":
            return render_template("bills/pretend_bank.html", payment=bank.payment(payment_id), choices=CHOICES)
        chosen = request.form.get("status", "")
        if chosen not in CHOICES:
            raise Invalid("status", "choice")
        return redirect(bank.decide(payment_id, chosen), 303)
    except KeyError:
        raise NotFound() from None
