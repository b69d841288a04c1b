"""People: found only by who they are, known by one badge at a time, asked before they are shown."""

from datetime import timedelta

import pytest

from s2m.domain import codes, people, setup, signin
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused

DAY = timedelta(days=1)


@pytest.fixture
def find(store, cast):
    return lambda typed: people.look_up(store, cast.noord.id, typed)


@pytest.mark.parametrize("typed", ["Samira Vos", "samira vos", "  SAMÍRA  v", "Samira", "samira@seinhuis.example", "samira@se"])
def test_the_start_of_their_own_full_name_or_mail_finds_somebody(cast, find, typed):
    assert find(typed) == cast.samira


@pytest.mark.parametrize(
    "typed", ["Vos Samira", "amira", "Olga Ivanova", "olga@elders.example", "%%%%%%", "______", "S%%%%%", "x' OR '1'='1"]
)
def test_nobody_is_found_by_anything_else(find, typed):
    with pytest.raises(NotFound, match="look_up_unclear"):
        find(typed)


@pytest.mark.parametrize("typed", ["", "a", "Sami", " sa m "])
def test_too_little_finds_nobody(find, typed):
    with pytest.raises(Invalid, match="too_short|empty"):
        find(typed)


@pytest.mark.parametrize("typed", ["\x00" * 6, "\ud800abcdef", "x" * 100_000, None, 12345])
def test_nonsense_is_refused_on_both_engines(find, typed):
    with pytest.raises(Invalid):
        find(typed)


def test_two_who_fit_are_as_good_as_nobody(store, cast, now, find):
    people.join(store, cast.noord.id, "Samira Visser", None, cast.policy, now)
    with pytest.raises(NotFound, match="look_up_unclear"):
        find("Samira V")
    assert find("Samira Vos") == cast.samira


def test_a_full_name_wins_from_a_longer_one(store, cast, now, find):
    for name in ("Samira Vosse", "Samira Vosman"):
        people.join(store, cast.noord.id, name, None, cast.policy, now)
    assert find("samira vos") == cast.samira


def test_a_full_mail_address_wins_from_longer_ones(store, cast, now, find):
    for end in ("a", "b", "c"):
        people.join(store, cast.noord.id, f"Aad {end}", f"samira@seinhuis.example{end}", cast.policy, now)
    assert find("samira@seinhuis.example") == cast.samira


def test_two_of_one_name_are_not_guessed_between(store, cast, now, find):
    people.join(store, cast.noord.id, "Samira Vos", None, cast.policy, now)
    with pytest.raises(NotFound, match="look_up_unclear"):
        find("Samira Vos")


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Samira Vos", "S•••a V•s"), ("Bo Li", "B• L•"), ("X", "X•"), ("Anna-Maria van der Berg", "A•••a v•n d•r B••g")],
)
def test_a_masked_name_tells_its_owner_enough_and_others_too_little(name, shown):
    assert people.masked(name) == shown


# Mail, name, language -----------------------------------------------------------------------------------------------


def test_a_mail_address_belongs_to_one_person_of_a_network(store, cast, now):
    with pytest.raises(Conflict, match="email_known"):
        people.join(store, cast.noord.id, "Nep", "SAMIRA@seinhuis.example", cast.policy, now)
    with pytest.raises(Conflict, match="email_known"):
        people.rename(store, cast.joost, "Joost Bakker", "samira@seinhuis.example", "nl")
    assert people.join(store, cast.zuid.id, "Samira", "samira@seinhuis.example", cast.policy, now)


def test_a_person_changes_name_mail_and_language(store, cast):
    people.rename(store, cast.samira, "Samira de Vos", "", "en")
    found = store.people.get(cast.samira.id)
    assert (found.name, found.email, found.language) == ("Samira de Vos", None, "en")
    assert people.rename(store, found, "Samira de Vos", "samira@seinhuis.example", "en").email
    with pytest.raises(Invalid, match="choice"):
        people.rename(store, cast.samira, "Samira", None, "xx")


def test_nobody_joins_in_a_language_we_do_not_speak(store, cast, now):
    with pytest.raises(Invalid, match="choice"):
        people.join(store, cast.noord.id, "Jan", None, cast.policy, now, language="xx")


def test_another_networks_person_is_like_one_that_never_was(store, cast):
    assert people.in_network(store, cast.noord.id, cast.samira.id) == cast.samira
    for person_id in (cast.olga.id, "0" * 32, ""):
        with pytest.raises(NotFound):
            people.in_network(store, cast.noord.id, person_id)
    with pytest.raises(NotFound, match="person_unknown"):
        people.known_mail(store, cast.noord.id, "olga@elders.example")


# Badges -------------------------------------------------------------------------------------------------------------


def test_a_badge_says_who(store, cast, keys):
    badge = store.people.valid_badge(cast.samira.id)
    assert people.person_with_badge(store, keys, cast.noord.id, codes.badge_text(keys, badge.id)) == cast.samira
    typed = f"{badge.short_code[:4].lower()} {badge.short_code[4:]}"
    assert people.person_with_short_code(store, cast.noord.id, typed) == cast.samira


def test_a_new_badge_replaces_the_old_one(store, cast, keys, now):
    old = store.people.valid_badge(cast.samira.id)
    new = people.issue_badge(store, cast.samira, now)
    with pytest.raises(Refused, match="badge_revoked"):
        people.person_with_badge(store, keys, cast.noord.id, codes.badge_text(keys, old.id))
    with pytest.raises(Refused, match="badge_revoked"):
        people.person_with_short_code(store, cast.noord.id, old.short_code)
    assert people.person_with_badge(store, keys, cast.noord.id, codes.badge_text(keys, new.id)) == cast.samira


def test_another_networks_badge_is_unknown(store, cast, keys):
    badge = store.people.valid_badge(cast.olga.id)
    for network in (cast.noord.id, "0" * 32):
        with pytest.raises(Refused, match="badge_unknown"):
            people.person_with_badge(store, keys, network, codes.badge_text(keys, badge.id))
        with pytest.raises(Refused, match="badge_unknown"):
            people.person_with_short_code(store, network, badge.short_code)


def test_a_well_signed_badge_nobody_has_is_unknown(store, cast, keys):
    with pytest.raises(Refused, match="badge_unknown"):
        people.person_with_badge(store, keys, cast.noord.id, codes.badge_text(keys, "0" * 32))


# Topics, consent, roles ---------------------------------------------------------------------------------------------


def test_a_topic_is_kept_once_and_dropped_by_its_owner(store, cast, now):
    people.add_topic(store, cast.samira, "Gewone  TAAL", now)
    (topic,) = store.people.topics(cast.samira.id)
    assert topic.text == "gewone taal"
    with pytest.raises(NotFound):
        people.drop_topic(store, cast.joost, topic.id)
    people.drop_topic(store, cast.samira, topic.id)
    with pytest.raises(NotFound):
        people.drop_topic(store, cast.samira, topic.id)


def test_a_person_has_so_many_topics(store, cast, now):
    for number in range(39):
        people.add_topic(store, cast.samira, f"onderwerp {number}", now)
    with pytest.raises(Invalid, match="too_many_topics"):
        people.add_topic(store, cast.samira, "nog een", now)


def test_consent_is_off_until_given_and_can_be_withdrawn_and_given_again(store, cast, now):
    assert store.people.consents(cast.samira.id) == set()
    for day, given in enumerate((True, True, False, False, True)):
        people.consent(store, cast.samira, "matching", given, now + day * DAY)
        assert ("matching" in store.people.consents(cast.samira.id)) is given
    with pytest.raises(Invalid, match="choice"):
        people.consent(store, cast.samira, "selling", True, now)


def test_a_role_is_given_once(store, cast, now):
    people.give_role(store, cast.wim, "host", cast.wissel.id, now, by=cast.marieke.id)
    assert store.people.roles(cast.wim.id) == (people.Role("host", cast.wissel.id),)


# The first day ------------------------------------------------------------------------------------------------------

FIRST = {"network": "Noord", "venue": "Het Seinhuis", "timezone": "Europe/Amsterdam", "name": "Marieke de Boer"}


def test_the_first_day_founds_a_network_with_a_host_and_no_default_account(database, now):
    with database.write() as store:
        assert setup.offer(store, now)
        admin = setup.found(store, **FIRST, email="m@seinhuis.example", language="nl", now=now)
        (venue,) = store.venues.all(admin.network_id)
        assert {r.role for r in store.people.roles(admin.id)} == {"admin", "host"}
        assert store.people.all(admin.network_id) == [admin]
        assert [r.capacity for r in store.venues.rooms(venue.id)] == [40]
        assert setup.offer(store, now) is None


def test_a_set_up_link_lives_an_hour(database, now):
    with database.write() as store:
        secret = setup.offer(store, now)
        assert signin.check_link(store, secret, "setup", now + timedelta(minutes=59)).person_id is None
        with pytest.raises(Refused, match="link_expired"):
            signin.check_link(store, secret, "setup", now + timedelta(minutes=60))


def test_there_is_one_first_day(store, cast, now):
    with pytest.raises(Conflict, match="conflict"):
        setup.found(store, **FIRST, email="m@b.example", language="nl", now=now)


@pytest.mark.parametrize(
    ("wrong", "code"), [({"network": ""}, "empty"), ({"timezone": "Mars"}, "timezone"), ({"name": "1"}, "no_letters")]
)
def test_a_first_day_that_is_refused_leaves_nothing(database, now, wrong, code):
    with pytest.raises(Invalid, match=code), database.write() as store:
        setup.found(store, **{**FIRST, **wrong}, email="m@seinhuis.example", language="nl", now=now)
    with database.read() as store:
        assert store.venues.networks() == []


def test_an_address_counts_once_it_is_proved_and_makes_a_member(store, cast, now):
    proved = people.prove_mail(store, cast.thijs, "thijs@example.org", now)
    assert (proved.email, store.people.get(cast.thijs.id).is_member) == ("thijs@example.org", True)
    assert store.audit.last(cast.noord.id)[0]["action"] == "mail.change"
    with pytest.raises(Conflict, match="email_known"):
        people.prove_mail(store, cast.joost, "thijs@example.org", now)


def test_an_address_can_be_taken_away(store, cast, now):
    assert people.drop_mail(store, cast.samira, now).email is None
    assert store.audit.last(cast.noord.id)[0]["action"] == "mail.change"
