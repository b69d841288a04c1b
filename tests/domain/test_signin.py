"""Signing in: links that work once, sessions that end."""

from datetime import timedelta

import pytest

from s2m.domain import hosting, people, presence, signin
from s2m.domain.errors import NotFound, Refused

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def session(store, cast, now):
    return lambda person=cast.samira, when=now: signin.start_session(store, person, "Firefox", when)


def test_a_link_signs_in_once(store, cast, now):
    secret = signin.sign_in(store, signin.make_link(store, now, person=cast.samira), "Firefox", now)
    found = signin.who(store, secret, now)
    assert (found.person.id, found.session.label, found.roles) == (cast.samira.id, "Firefox", ())
    assert store.people.get(cast.samira.id).is_member


def test_a_used_link_is_refused(store, cast, now):
    link = signin.make_link(store, now, person=cast.samira)
    signin.sign_in(store, link, "", now)
    with pytest.raises(Refused, match="link_used"):
        signin.sign_in(store, link, "", now)


def test_a_link_lives_ten_minutes(store, cast, now):
    link = signin.make_link(store, now, person=cast.samira)
    signin.check_link(store, link, "login", now + 10 * MINUTE - SECOND)
    with pytest.raises(Refused, match="link_expired"):
        signin.sign_in(store, link, "", now + 10 * MINUTE)


def test_a_mailed_link_works_in_the_browser_that_asked(store, cast, now):
    person, link = signin.ask_link(store, cast.noord.id, " Samira@Seinhuis.example", "browser", now)
    assert person == cast.samira
    for other in (None, "another"):
        with pytest.raises(Refused, match="link_other_browser"):
            signin.sign_in(store, link, "", now, browser=other)
    assert signin.sign_in(store, link, "", now, browser="browser")


@pytest.fixture
def guest(store, cast, now):
    """Somebody whose mail address nobody proved yet."""
    return people.join(store, cast.noord.id, "Geert Gast", "geert@example.org", cast.policy, now)


def test_who_first_proves_an_address_ends_what_others_did_with_it(store, cast, now, session, guest):
    squatters, badge = session(guest), store.people.valid_badge(guest.id)
    theirs = signin.sign_in(store, signin.make_link(store, now, person=guest), "", now)
    assert signin.who(store, squatters, now) is None and signin.who(store, theirs, now)
    assert store.people.valid_badge(guest.id) != badge
    later = signin.sign_in(store, signin.make_link(store, now, person=guest), "", now)
    assert signin.who(store, theirs, now) and signin.who(store, later, now)


def test_who_was_let_in_as_a_guest_with_that_address_has_a_badge_of_the_past(store, cast, now):
    guest, _done = hosting.walk_in(store, cast.seinhuis, cast.policy, "Geert", "geert@example.org", cast.marieke.id, now)
    badge = store.people.valid_badge(guest.id)
    signin.sign_in(store, signin.make_link(store, now, person=guest), "", now)
    assert store.people.valid_badge(guest.id) != badge


def test_a_sticker_from_the_host_stays_good_when_its_owner_first_signs_in(store, cast, now, guest):
    badge = store.people.valid_badge(guest.id)
    presence.check_in(store, guest, cast.seinhuis, cast.policy, "badge", now)
    signin.sign_in(store, signin.make_link(store, now, person=guest), "", now)
    assert store.people.valid_badge(guest.id) == badge


def test_a_stranger_gets_no_link(store, cast, now):
    assert signin.ask_link(store, cast.noord.id, "olga@elders.example", "b", now) is None


@pytest.mark.parametrize("secret", ["", "x", "\x00", "\ud800", "x" * 10_000])
def test_a_link_nobody_made_is_unknown(store, now, secret):
    with pytest.raises(NotFound, match="link_unknown"):
        signin.check_link(store, secret, "login", now)


def test_a_set_up_link_signs_nobody_in(store, cast, now):
    with pytest.raises(NotFound, match="link_unknown"):
        signin.sign_in(store, signin.make_link(store, now), "", now)


def test_of_two_at_once_one_gets_the_link(database, cast, now):
    with database.write() as store:
        link = signin.make_link(store, now, person=cast.samira)
        # The other one read the link before it was spent
        kept = store.signin.link(signin.fingerprint(link))
    with database.write() as store:
        signin.use_link(store, link, "login", now)
    assert kept.used_at is None
    with database.write() as store:
        assert not store.signin.spend_link(signin.fingerprint(link), now)


def test_the_secret_itself_is_never_kept(store, cast, now, session):
    secret = session()
    assert len(secret) == 43 and secret not in repr(vars(signin.who(store, secret, now).session))


@pytest.mark.parametrize(("who", "idle"), [("samira", timedelta(days=14)), ("marieke", 30 * MINUTE), ("wim", 30 * MINUTE)])
def test_an_idle_session_ends(store, cast, now, session, who, idle):
    secret = session(getattr(cast, who))
    assert signin.who(store, secret, now + idle - SECOND)
    assert signin.who(store, secret, now + idle) is None


@pytest.mark.parametrize(
    ("who", "age", "step"), [("samira", timedelta(days=90), timedelta(days=1)), ("marieke", 720 * MINUTE, 20 * MINUTE)]
)
def test_a_session_in_use_ends_by_its_age(store, cast, now, session, who, age, step):
    secret, at = session(getattr(cast, who)), now
    while at + step < now + age:
        at += step
        found = signin.who(store, secret, at)
        assert found and store.signin.needs_seen(found.session, at)
        store.signin.seen(found.session, at)
    assert signin.who(store, secret, now + age) is None


def test_who_becomes_a_host_signs_in_again_as_often_as_hosts_do(store, cast, now, session):
    secret, half = session(), timedelta(hours=11, minutes=50)
    store.signin.seen(signin.who(store, secret, now).session, now + half)
    people.give_role(store, cast.samira, "host", cast.seinhuis.id, now, by=cast.marieke.id)
    assert signin.who(store, secret, now + half + 9 * MINUTE)
    assert signin.who(store, secret, now + half + 10 * MINUTE) is None


def test_who_was_forgotten_gets_no_link(store, cast, now):
    from sqlalchemy import update

    from s2m.store.schema import people as table

    store.run(update(table).where(table.c.id == cast.samira.id).values(erased_at=now))
    assert signin.ask_link(store, cast.noord.id, "samira@seinhuis.example", "b", now) is None


def test_an_ended_session_lets_nobody_in(store, cast, now, session):
    secret = session()
    signin.end_session(store, cast.samira, signin.who(store, secret, now).session.id, now)
    assert signin.who(store, secret, now) is None


def test_nobody_ends_anothers_session(store, cast, now, session):
    secret = session()
    session_id = signin.who(store, secret, now).session.id
    for person, named in ((cast.joost, session_id), (cast.samira, "0" * 32)):
        with pytest.raises(NotFound):
            signin.end_session(store, person, named, now)
    assert signin.who(store, secret, now)


def test_all_other_sessions_can_be_ended_at_once(store, cast, now, session):
    kept, other, third, joosts = session(), session(), session(), session(cast.joost)
    own = signin.who(store, kept, now).session
    assert signin.end_other_sessions(store, cast.samira, own.id, now) == 2
    assert [bool(signin.who(store, s, now)) for s in (kept, other, third, joosts)] == [True, False, False, True]
    assert store.signin.sessions(cast.samira.id, now) == [own]


def test_a_session_nobody_has_is_nobodys(store, now):
    for secret in ("", "x" * 43, "\x00"):
        assert signin.who(store, secret, now) is None
