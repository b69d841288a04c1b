"""Passports of other networks: an admin says whose keys are trusted, a host starts somebody from one."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m import signing
from s2m.domain import passport as passports
from s2m.domain import people
from s2m.domain.errors import Conflict, Invalid, Refused, S2MError
from s2m.domain.people import Person
from s2m.domain.venues import Venue
from s2m.web.context import hosted_venue, isolated, keys, limit, now, person, policy_of, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.host import blueprint
from s2m.web.passport import brought
from s2m.web.policy import admin, host


@blueprint.route("/<slug>/people/<person_id>/passport", methods=["GET", "POST"])
@host
def start_from_passport(slug: str, person_id: str) -> ResponseReturnValue:
    """A start from the commons for what somebody did in another network."""
    venue = hosted_venue(slug)
    with reading() as store:
        someone = people.in_network(store, venue.network_id, person_id)
    if request.method == "GET":
        return _start_page(venue, someone)
    limit("passport-start", person().id, most=30, per=timedelta(hours=1))
    try:
        found = passports.read(brought())
        with writing() as store:
            policy = policy_of(store, venue)
            moved = passports.grant(store, someone, venue, policy, found, signing.is_signed, person().id, now())
    except (Invalid, Refused, Conflict) as error:
        return _start_page(venue, someone, error)
    name = isolated(someone.first_name)
    flash(_("%(name)s starts with %(number)s dots more, from the commons.", name=name, number=moved.amount))
    return redirect(url_for("host.show_person", slug=slug, person_id=person_id), 303)


def _start_page(venue: Venue, someone: Person, error: S2MError | None = None) -> ResponseReturnValue:
    with reading() as store:
        most = policy_of(store, venue).newcomers_grant
        granted = store.passports.grant_of(someone.id)
        trusted = store.passports.trusted(venue.network_id)
    errors = said(error, "passport") if error else {}
    page = render_template("host/start.html", someone=someone, most=most, granted=granted, trusted=trusted, errors=errors)
    return page, status_of(error) if error else 200


@blueprint.route("/<slug>/passports", methods=["GET", "POST"])
@admin
def trusted_keys(slug: str) -> ResponseReturnValue:
    """Whose passports count here, and the key that other networks need for ours."""
    venue = hosted_venue(slug)
    if request.method == "GET":
        return _keys_page(venue)
    form = request.form
    try:
        with writing() as store:
            passports.trust(store, venue.network_id, form.get("name"), form.get("key"), person().id, now())
    except (Invalid, Conflict) as error:
        return _keys_page(venue, error)
    flash(_("Saved. Passports that this key signed can be a start here."))
    return redirect(url_for("host.trusted_keys", slug=slug), 303)


def _keys_page(venue: Venue, error: S2MError | None = None) -> ResponseReturnValue:
    with reading() as store:
        trusted = store.passports.trusted(venue.network_id)
    page = render_template(
        "host/keys.html", trusted=trusted, own=signing.current(keys()).public_key, fingerprint=passports.fingerprint,
        errors=said(error, "key") if error else {}, values=request.form,
    )  # fmt: skip
    return page, status_of(error) if error else 200


@blueprint.post("/<slug>/passports/<key_id>/drop")
@admin
def distrust_key(slug: str, key_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    with writing() as store:
        passports.distrust(store, venue.network_id, key_id, person().id, now())
    flash(_("Not trusted any more. Starts that were given stay."))
    return redirect(url_for("host.trusted_keys", slug=slug), 303)
