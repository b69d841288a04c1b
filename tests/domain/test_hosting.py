"""What a host does for others: each act, each refusal, and the trail that it leaves."""

from dataclasses import replace
from datetime import timedelta

import pytest

from s2m.domain import hosting, ledger, people, presence
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused
from s2m.domain.venues import Policy


def acts(store, cast):
    return [row["action"] for row in store.audit.last(cast.noord.id, venue_id=cast.seinhuis.id)]


def seat(store, cast, visit):
    return store.ledger.seats(cast.noord.id, [store.presence.get(visit.id)])[visit.id]


def balance(store, person):
    account = store.ledger.person_account(person.id)
    return account.balance, account.held


@pytest.fixture
def visit(store, cast, now):
    return presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now).visit


@pytest.fixture
def guest_here(store, cast, now):
    return presence.check_in(store, cast.thijs, cast.seinhuis, cast.policy, "name", now).visit


def test_a_host_helps_somebody_in(store, cast, now):
    done = hosting.help_in(store, cast.thijs, cast.seinhuis, cast.policy, cast.marieke.id, now)
    assert (done.fresh, done.held, done.visit.way) == (True, 4, "host")
    assert acts(store, cast)[0] == "visit.help_in"


def test_helping_in_twice_is_one_visit_and_one_line_in_the_trail(store, cast, now):
    hosting.help_in(store, cast.thijs, cast.seinhuis, cast.policy, cast.marieke.id, now)
    assert not hosting.help_in(store, cast.thijs, cast.seinhuis, cast.policy, cast.marieke.id, now).fresh
    assert acts(store, cast).count("visit.help_in") == 1


def test_a_balance_that_cannot_carry_the_seat_is_refused_unless_the_commons_pays(store, cast, now):
    dear = Policy(seat_price=100)
    with pytest.raises(Refused) as refusal:
        hosting.help_in(store, cast.thijs, cast.seinhuis, dear, cast.marieke.id, now)
    assert refusal.value.code == "floor"
    done = hosting.help_in(store, cast.thijs, cast.seinhuis, dear, cast.marieke.id, now, paid_by="commons")
    assert (done.held, seat(store, cast, done.visit)) == (0, "commons")
    assert acts(store, cast)[0] == "visit.forgive"


def test_somebody_who_is_elsewhere_moves_only_where_the_host_means_it(store, cast, now):
    presence.check_in(store, cast.thijs, cast.wissel, cast.policy, "badge", now)
    with pytest.raises(Refused, match="elsewhere") as refusal:
        hosting.help_in(store, cast.thijs, cast.seinhuis, cast.policy, cast.marieke.id, now + timedelta(hours=1))
    assert refusal.value.data == {"name": "Thijs"}
    assert store.presence.open_visit(cast.thijs).venue_id == cast.wissel.id
    later = now + timedelta(hours=1)
    done = hosting.help_in(store, cast.thijs, cast.seinhuis, cast.policy, cast.marieke.id, later, move=True)
    assert done.fresh and hosting.came_from_elsewhere(store, done.visit)
    undone = hosting.undo(store, done.visit, cast.marieke.id, later)
    assert hosting.came_from_elsewhere(store, undone) and store.presence.open_visit(cast.thijs) is None


def test_a_visit_elsewhere_whose_closing_time_has_passed_is_no_hindrance(store, cast, now):
    presence.check_in(store, cast.thijs, cast.wissel, cast.policy, "badge", now)
    done = hosting.help_in(store, cast.thijs, cast.seinhuis, cast.policy, cast.marieke.id, now + timedelta(days=1))
    assert done.fresh and not hosting.came_from_elsewhere(store, done.visit)


def test_a_walk_in_gets_the_grant_and_is_here(store, cast, now):
    someone, done = hosting.walk_in(store, cast.seinhuis, cast.policy, "Nora Prins", "", cast.marieke.id, now)
    assert done.visit.way == "walk_in"
    assert balance(store, someone) == (12, 4)
    assert store.people.valid_badge(someone.id)


@pytest.mark.parametrize(
    ("name", "email", "code"), [("", "", "empty"), ("12", "", "no_letters"), ("Nora", "nora@", "mail_shape")]
)
def test_a_walk_in_with_an_impossible_name_or_mail_is_refused(store, cast, now, name, email, code):
    with pytest.raises(Invalid) as refusal:
        hosting.walk_in(store, cast.seinhuis, cast.policy, name, email, cast.marieke.id, now)
    assert refusal.value.code == code


def test_a_walk_in_with_a_mail_that_is_known_is_refused(store, cast, now):
    with pytest.raises(Conflict) as refusal:
        hosting.walk_in(store, cast.seinhuis, cast.policy, "Sam", "samira@seinhuis.example", cast.marieke.id, now)
    assert refusal.value.code == "email_known"


def test_helping_out_settles_the_seat(store, cast, now, visit):
    ended = hosting.help_out(store, visit, cast.marieke.id, now + timedelta(hours=1))
    assert (ended.ended_how, seat(store, cast, visit)) == ("host", "settled")
    with pytest.raises(Refused) as refusal:
        hosting.help_out(store, ended, cast.marieke.id, now)
    assert refusal.value.code == "not_here"


def test_a_check_in_is_taken_back_within_half_a_minute_only(store, cast, now, visit):
    with pytest.raises(Refused) as refusal:
        hosting.undo(store, visit, cast.marieke.id, now + timedelta(seconds=31))
    assert refusal.value.code == "undo_late"
    hosting.undo(store, visit, cast.marieke.id, now + timedelta(seconds=30))
    assert seat(store, cast, visit) == "undone"


def test_the_commons_pays_an_open_seat(store, cast, now, visit):
    commons = store.ledger.network_account(cast.noord.id, "commons").balance
    hosting.settle_seat(store, visit, cast.seinhuis, cast.policy, "commons", "Vergat de portemonnee", cast.marieke.id, now)
    assert (balance(store, cast.samira), seat(store, cast, visit)) == ((12, 0), "commons")
    assert store.ledger.network_account(cast.noord.id, "commons").balance == commons - 4
    ended = presence.leave(store, visit, now + timedelta(hours=1))
    assert (balance(store, cast.samira), seat(store, cast, ended)) == ((12, 0), "commons")
    assert ledger.verify_network(store, cast.noord.id).fault is None


def test_the_commons_pays_a_settled_seat_back(store, cast, now, visit):
    presence.leave(store, visit, now + timedelta(hours=1))
    assert balance(store, cast.samira) == (8, 0)
    later = now + timedelta(hours=2)
    hosting.settle_seat(store, visit, cast.seinhuis, cast.policy, "commons", "Was hier om te helpen", cast.marieke.id, later)
    assert (balance(store, cast.samira), seat(store, cast, visit)) == ((12, 0), "commons")
    reasons = [row.reason for row in store.ledger.statement(store.ledger.person_account(cast.samira.id))]
    assert "Was hier om te helpen" in reasons
    assert ledger.verify_network(store, cast.noord.id).fault is None


@pytest.mark.parametrize("when", ["at_once", "after"])
def test_a_check_in_taken_back_gives_the_commons_back_what_it_paid(store, cast, now, when):
    def sums():
        venue = store.ledger.seat_accounts(cast.thijs, cast.seinhuis)[1]
        return store.ledger.network_account(cast.noord.id, "commons").balance, venue.balance, balance(store, cast.thijs)

    before = sums()
    done = hosting.help_in(
        store, cast.thijs, cast.seinhuis, cast.policy, cast.marieke.id, now, paid_by="commons" if when == "at_once" else "person"
    )  # fmt: skip
    if when == "after":
        why = "Vergat de portemonnee"
        hosting.settle_seat(store, done.visit, cast.seinhuis, cast.policy, "commons", why, cast.marieke.id, now)
    assert sums()[:2] == (before[0] - 4, before[1] + 4)
    undone = hosting.undo(store, done.visit, cast.marieke.id, now + timedelta(seconds=20))
    assert sums() == before and seat(store, cast, undone) == ("undone" if undone.hold_id else "free")
    assert ledger.verify_network(store, cast.noord.id).fault is None
    for refused in (hosting.undo, hosting.help_out):
        with pytest.raises(Refused, match="not_here"):
            refused(store, undone, cast.marieke.id, now)
    assert sums() == before


def test_what_the_commons_paid_stays_paid_when_a_visit_ends_otherwise(store, cast, now):
    done = hosting.help_in(store, cast.thijs, cast.seinhuis, cast.policy, cast.marieke.id, now, paid_by="commons")
    paid = store.ledger.network_account(cast.noord.id, "commons").balance
    hosting.help_out(store, done.visit, cast.marieke.id, now + timedelta(hours=1))
    assert store.ledger.network_account(cast.noord.id, "commons").balance == paid


def test_a_seat_is_forgiven_once_and_with_a_reason(store, cast, now, visit):
    with pytest.raises(Invalid) as missing:
        hosting.settle_seat(store, visit, cast.seinhuis, cast.policy, "commons", " ", cast.marieke.id, now)
    assert missing.value.data["field"] == "reason"
    hosting.settle_seat(store, visit, cast.seinhuis, cast.policy, "commons", "Eens", cast.marieke.id, now)
    with pytest.raises(Conflict) as again:
        hosting.settle_seat(store, visit, cast.seinhuis, cast.policy, "commons", "Nog eens", cast.marieke.id, now)
    assert again.value.code == "forgiven"
    assert acts(store, cast).count("visit.forgive") == 1


def test_a_visit_elsewhere_answers_like_an_unknown_one(store, cast, now, visit):
    for venue, visit_id in ((cast.wissel, visit.id), (cast.seinhuis, "nothing")):
        with pytest.raises(NotFound):
            hosting.the_visit(store, venue, visit_id)


def test_a_host_sets_the_mail_that_a_guest_lacks_once(store, cast, now, guest_here):
    guest = hosting.change_person(store, cast.seinhuis, cast.thijs, "Thijs de Smit", "thijs@x.example", cast.marieke.id, now)
    assert (guest.name, guest.email) == ("Thijs de Smit", "thijs@x.example")
    for email in ("other@x.example", ""):
        with pytest.raises(Refused, match="mail_is_theirs"):
            hosting.change_person(store, cast.seinhuis, guest, "Thijs", email, cast.marieke.id, now)


def test_a_host_mends_the_name_of_a_member_and_never_the_mail(store, cast, now, visit):
    store.people.mark_signed_in(cast.samira, now)
    member = people.in_network(store, cast.noord.id, cast.samira.id)
    renamed = hosting.change_person(store, cast.seinhuis, member, "Samira Vos-Bas", member.email, cast.marieke.id, now)
    assert renamed.name == "Samira Vos-Bas"
    with pytest.raises(Refused, match="mail_is_theirs"):
        hosting.change_person(store, cast.seinhuis, member, "Samira", "marieke2@x.example", cast.marieke.id, now)


def test_nobody_sets_the_mail_of_who_has_a_role(store, cast, now):
    hanna = people.join(store, cast.noord.id, "Hanna Host", None, cast.policy, now)
    people.give_role(store, hanna, "host", cast.seinhuis.id, now, by=cast.marieke.id)
    with pytest.raises(Refused, match="mail_is_theirs"):
        hosting.change_person(store, cast.seinhuis, hanna, "Hanna", "marieke2@x.example", cast.marieke.id, now)


def acts_on(store, venue, person, by, now):
    """Every act on somebody's record."""
    yield lambda: hosting.change_person(store, venue, person, person.name, person.email, by, now)
    yield lambda: hosting.replace_badge(store, venue, person, by, now)
    yield lambda: hosting.shown_badge(store, venue, person, by, now)
    yield lambda: hosting.add_topic(store, venue, person, "fietsen maken", by, now)
    yield lambda: hosting.drop_topic(store, venue, person, "0" * 32, by, now)


def may(store, venue, person, by, now):
    """True when every act is allowed, False when each is refused."""
    said = []
    for act in acts_on(store, venue, person, by, now):
        try:
            act()
            said.append(True)
        except NotFound:
            said.append(True)
        except Refused as error:
            assert error.code == "not_acquainted"
            said.append(False)
    assert len(set(said)) == 1
    return said[0]


def test_the_record_of_somebody_is_mended_where_they_came(store, cast, now, visit):
    wim = cast.wim.id
    assert not may(store, cast.wissel, cast.samira, wim, now)
    undone = presence.check_in(store, cast.joost, cast.wissel, cast.policy, "badge", now).visit
    presence.undo(store, undone, now)
    assert not may(store, cast.wissel, cast.joost, wim, now)
    presence.check_in(store, cast.samira, cast.wissel, cast.policy, "badge", now + timedelta(hours=1))
    assert may(store, cast.wissel, cast.samira, wim, now + timedelta(hours=1))


@pytest.mark.parametrize("way", ["host", "name"])
def test_what_a_host_can_do_alone_makes_nobody_acquainted_that_day(store, cast, now, way):
    presence.check_in(store, cast.thijs, cast.wissel, cast.policy, way, now)
    assert not may(store, cast.wissel, cast.thijs, cast.wim.id, now)
    assert not hosting.may_see_balance(store, cast.wissel, cast.thijs, now, is_admin=False)
    tomorrow = now + timedelta(days=1)
    assert may(store, cast.wissel, cast.thijs, cast.wim.id, tomorrow)
    assert hosting.may_see_balance(store, cast.wissel, cast.thijs, tomorrow, is_admin=False)


def test_who_was_added_by_a_host_today_is_theirs_to_mend_today(store, cast, now):
    nora = hosting.add_person(store, cast.wissel, cast.policy, "Nora Prins", "", cast.wim.id, now)
    assert may(store, cast.wissel, nora, cast.wim.id, now)
    assert not may(store, cast.wissel, nora, cast.samira.id, now)
    assert not may(store, cast.wissel, nora, cast.wim.id, now + timedelta(days=1))


def test_who_has_a_role_is_mended_by_themselves_and_by_an_admin_only(store, cast, now):
    presence.check_in(store, cast.marieke, cast.wissel, cast.policy, "badge", now)
    assert not may(store, cast.wissel, cast.marieke, cast.wim.id, now)
    assert may(store, cast.wissel, cast.wim, cast.wim.id, now)
    assert may(store, cast.seinhuis, cast.wim, cast.marieke.id, now)


def test_a_new_badge_makes_the_old_one_invalid(store, cast, now, keys):
    before = store.people.valid_badge(cast.samira.id)
    fresh = hosting.replace_badge(store, cast.seinhuis, cast.samira, cast.marieke.id, now)
    assert store.people.valid_badge(cast.samira.id) == fresh != before
    assert acts(store, cast)[0] == "badge.replace"


def test_topics_come_and_go_for_somebody_without_a_phone(store, cast, now):
    hosting.add_topic(store, cast.seinhuis, cast.thijs, "fietsen maken", cast.marieke.id, now)
    topic = store.people.topics(cast.thijs.id)[0]
    with pytest.raises(NotFound):
        hosting.drop_topic(store, cast.seinhuis, cast.samira, topic.id, cast.marieke.id, now)
    hosting.drop_topic(store, cast.seinhuis, cast.thijs, topic.id, cast.marieke.id, now)
    assert store.people.topics(cast.thijs.id) == []
    assert acts(store, cast)[:2] == ["topic.drop", "topic.add"]


def test_a_search_finds_this_network_only_and_is_written_down(store, cast, now):
    found = hosting.search(store, cast.seinhuis, "SAM", cast.marieke.id, now)
    assert [p.id for p in found] == [cast.samira.id]
    assert hosting.search(store, cast.seinhuis, "olga", cast.marieke.id, now) == []
    assert hosting.search(store, cast.seinhuis, "%' OR 1=1 --", cast.marieke.id, now) == []
    assert acts(store, cast)[:3] == ["people.search"] * 3


def test_a_balance_is_seen_where_somebody_came(store, cast, now, visit):
    assert hosting.may_see_balance(store, cast.seinhuis, cast.samira, now, is_admin=False)
    assert not hosting.may_see_balance(store, cast.wissel, cast.samira, now, is_admin=False)
    assert hosting.may_see_balance(store, cast.wissel, cast.samira, now, is_admin=True)


def test_a_call_is_answered_once_and_at_its_own_venue(store, cast, now):
    store.door.call_host(cast.seinhuis, None, "asked", now)
    call = store.door.calls(cast.seinhuis.id, now)[0]
    with pytest.raises(NotFound):
        hosting.answer_call(store, cast.wissel, call.id, cast.wim.id, now)
    hosting.answer_call(store, cast.seinhuis, call.id, cast.marieke.id, now)
    assert store.door.calls(cast.seinhuis.id, now)[0].answered_at == now
    with pytest.raises(NotFound):
        hosting.answer_call(store, cast.seinhuis, call.id, cast.marieke.id, now)


@pytest.fixture
def dear(cast):
    """The same house, which also sells day passes."""
    return replace(cast.policy, day_pass_euro=15)


@pytest.fixture
def till(store, cast):
    return lambda: store.ledger.euro_account(cast.noord.id, "venue", cast.seinhuis.id).balance


@pytest.mark.parametrize("when", ["held", "settled"])
def test_a_day_pass_fills_a_seat_in_the_euro_book(store, cast, now, visit, dear, till, when):
    if when == "settled":
        hosting.help_out(store, visit, cast.marieke.id, now)
    hosting.settle_seat(store, visit, cast.seinhuis, dear, "day_pass", "Betaalt liever", cast.marieke.id, now)
    assert (balance(store, cast.samira), seat(store, cast, visit)) == ((12, 0), "day_pass")
    assert till() == 1500 and store.ledger.day_passes(cast.seinhuis.id, now) == (1, 1500)
    paid = store.ledger.filled(cast.noord.id, visit)
    assert (paid.unit, paid.amount, paid.journal_id) == ("EUR", 1500, visit.hold_id)
    assert acts(store, cast)[0] == "visit.day_pass" and ledger.verify_network(store, cast.noord.id).fault is None


@pytest.mark.parametrize("when", ["held", "settled"])
def test_the_house_may_give_a_seat(store, cast, now, visit, when):
    if when == "settled":
        hosting.help_out(store, visit, cast.marieke.id, now)
    hosting.settle_seat(store, visit, cast.seinhuis, cast.policy, "house", "Vandaag niets terug", cast.marieke.id, now)
    assert (balance(store, cast.samira), seat(store, cast, visit)) == ((12, 0), "house")
    assert acts(store, cast)[0] == "visit.house" and ledger.verify_network(store, cast.noord.id).fault is None


@pytest.mark.parametrize("first", ["commons", "house", "day_pass"])
@pytest.mark.parametrize("second", ["commons", "house", "day_pass"])
def test_a_seat_is_filled_otherwise_once(store, cast, now, visit, dear, first, second):
    hosting.settle_seat(store, visit, cast.seinhuis, dear, first, "Eens", cast.marieke.id, now)
    before = list(store.ledger.rows(cast.noord.id))
    with pytest.raises(Conflict, match="forgiven"):
        hosting.settle_seat(store, visit, cast.seinhuis, dear, second, "Nog eens", cast.marieke.id, now)
    assert seat(store, cast, visit) == first and list(store.ledger.rows(cast.noord.id)) == before


def test_where_no_day_pass_is_sold_none_fills_a_seat(store, cast, now, visit):
    with pytest.raises(Refused, match="no_day_pass"):
        hosting.settle_seat(store, visit, cast.seinhuis, cast.policy, "day_pass", "Betaalt", cast.marieke.id, now)
    with pytest.raises(Refused, match="no_day_pass"):
        hosting.help_in(store, cast.thijs, cast.seinhuis, cast.policy, cast.marieke.id, now, paid_by="day_pass")
    assert seat(store, cast, visit) == "held" and store.presence.open_visit(cast.thijs) is None


@pytest.mark.parametrize("how", ["", None, "person", "Commons", "void"])
def test_a_seat_is_filled_by_nothing_else(store, cast, now, visit, how):
    with pytest.raises(Invalid, match="choice"):
        hosting.settle_seat(store, visit, cast.seinhuis, cast.policy, how, "Zomaar", cast.marieke.id, now)
    assert seat(store, cast, visit) == "held"


def test_who_cannot_carry_a_seat_comes_in_on_a_day_pass_and_gets_it_back_with_an_undo(store, cast, now, dear, till):
    poor = replace(dear, seat_price=100)
    done = hosting.help_in(store, cast.thijs, cast.seinhuis, poor, cast.marieke.id, now, paid_by="day_pass")
    assert (done.held, seat(store, cast, done.visit), till()) == (0, "day_pass", 1500)
    hosting.undo(store, done.visit, cast.marieke.id, now + timedelta(seconds=20))
    assert till() == 0 and store.ledger.day_passes(cast.seinhuis.id, now) == (0, 0)
    assert balance(store, cast.thijs) == (12, 0) and ledger.verify_network(store, cast.noord.id).fault is None
