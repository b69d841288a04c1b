"""The cast of the tests. Who is who:

Het Seinhuis (Amersfoort), network Noord
    Marieke   host of Het Seinhuis, and admin of the network
    Samira    member, knows plain language, needs somebody to read an offer
    Joost     member, knows offers and prices
    Thijs     guest without a mail address
    Wim       host of De Wissel, not of Het Seinhuis
De Wissel (Utrecht), network Noord: nobody is ever there first
Elders (London), network Zuid
    Olga      member of the other network: an outsider to all above
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from s2m.domain import people, venues
from s2m.domain.people import Person
from s2m.domain.venues import Network, Policy, Venue

# A Thursday morning in Utrecht, 09:41 by its clock
MORNING = datetime(2026, 3, 12, 8, 41, tzinfo=UTC)


@dataclass(frozen=True)
class Cast:
    noord: Network
    zuid: Network
    seinhuis: Venue
    wissel: Venue
    elders: Venue
    policy: Policy
    marieke: Person
    samira: Person
    joost: Person
    thijs: Person
    wim: Person
    olga: Person


def settle(store, now) -> Cast:
    """Write the cast into an empty database."""
    noord, zuid = venues.found_network(store, "Noord", now), venues.found_network(store, "Zuid", now)
    policy = Policy()
    seinhuis = venues.open_venue(store, noord.id, "Het Seinhuis", "Europe/Amsterdam", now, policy=policy)
    wissel = venues.open_venue(store, noord.id, "De Wissel", "Europe/Amsterdam", now, policy=policy)
    elders = venues.open_venue(store, zuid.id, "Elders", "Europe/London", now, language="en", policy=policy)

    def join(name, email, network=noord, language="nl"):
        return people.join(store, network.id, name, email, policy, now, language=language)

    marieke = join("Marieke de Boer", "marieke@seinhuis.example")
    samira, joost = join("Samira Vos", "samira@seinhuis.example"), join("Joost Bakker", "joost@seinhuis.example")
    thijs, wim = join("Thijs Smit", None), join("Wim Kok", "wim@wissel.example")
    olga = join("Olga Ivanova", "olga@elders.example", zuid, "en")
    people.give_role(store, marieke, "admin", None, now, by=marieke.id)
    people.give_role(store, marieke, "host", seinhuis.id, now, by=marieke.id)
    people.give_role(store, wim, "host", wissel.id, now, by=marieke.id)
    people.add_topic(store, samira, "gewone taal", now)
    people.add_topic(store, joost, "offertes en prijzen", now)
    return Cast(noord, zuid, seinhuis, wissel, elders, policy, marieke, samira, joost, thijs, wim, olga)


def sign_in(app, person, now):
    """A test client that is signed in as this person."""
    from s2m.domain import signin

    with app.extensions["s2m.database"].write() as store:
        secret = signin.start_session(store, person, "test", now)
    client = app.test_client()
    client.set_cookie("session", secret)
    return client


def token_of(client, path=""):
    """The form token of this client's session, which all its pages carry; with a path, as it stands on that page."""
    import re

    import flask
    from flask_wtf.csrf import generate_csrf

    if path:
        found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).get_data(as_text=True))
        assert found, f"no form token on {path}"
        return found.group(1)
    # No page is made for it: tests send thousands of forms
    with client.session_transaction() as kept, client.application.test_request_context():
        if "csrf_token" in kept:
            flask.session["csrf_token"] = kept["csrf_token"]
        token = generate_csrf()
        kept["csrf_token"] = flask.session["csrf_token"]
    return token
