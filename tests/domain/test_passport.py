"""The passport: what is in it and what never is, that no byte of it can be changed, and one start from it."""

import json
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from s2m.domain import contributions, ledger, passport, people, presence
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused
from s2m.domain.passport import Count
from s2m.domain.venues import Policy
from s2m.signing import SigningKey, is_signed
from tests.passports import ELSEWHERE, made, signed

KEY = SigningKey(b"noord".ljust(32))
OTHER = SigningKey(b"other".ljust(32))


@pytest.fixture
def store(database):
    with database.write() as store:
        yield store


@pytest.fixture
def lived(store, cast, now):
    """Samira was thanked twice by Joost, once taken back, gave a talk, wrote a post that was reversed, and was here twice."""
    for person in (cast.samira, cast.joost):
        presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", now - timedelta(hours=2))
    first = presence.check_in(store, cast.thijs, cast.seinhuis, cast.policy, "badge", now - timedelta(hours=2)).visit
    presence.undo(store, first, now - timedelta(hours=2))

    def thank(topic, at, key):
        who = (store, cast.joost, cast.samira, cast.seinhuis, cast.policy)
        given = contributions.thank(*who, topic, "Dank je Joost", at, key=key)
        return contributions.accept(store, cast.samira, given.id, at)

    thank("btw", now - timedelta(minutes=20), "1")
    thank("gewone taal", now - timedelta(minutes=10), "2")
    contributions.undo_thanks(store, cast.joost, thank("niet dit", now, "3").id, now)
    contributions.earn(store, cast.samira, cast.seinhuis, "talk", "btw", 6, now, key="t")
    post = contributions.earn(store, cast.samira, cast.seinhuis, "post", "x", 4, now, key="p")
    ledger.reverse(store, post.transfer_id, cast.noord.id, now)


def issue(store, cast, now, **chosen):
    chosen = {"named": False, "with_balance": False, "topics": ()} | chosen
    return passport.issue(store, cast.samira, KEY, now, **chosen)


def test_it_tells_what_was_verified_and_stands(store, cast, now, lived):
    head, balance = store.ledger.head(cast.noord.id), store.ledger.person_account(cast.samira.id).balance
    full = issue(store, cast, now, named=True, with_balance=True, topics=("btw", "gewone taal", "not mine"))
    assert full.counts == {kind: Count(0, 0) for kind in passport.KINDS} | {"thanks": Count(2, 4), "talk": Count(1, 6)}
    assert (full.visits, full.name, full.balance, full.head, full.earned) == (1, "Samira", balance, head, 10)
    assert sorted(full.topics) == ["btw", "gewone taal"] and full.topics[0] == "gewone taal", "the latest first among equals"
    assert (full.network_id, full.network, full.since) == (cast.noord.id, "Noord", cast.samira.created_at.date())
    assert full.expires_at - full.issued_at == timedelta(days=365)
    passport.check(full, is_signed, now)


def test_name_balance_and_topics_are_in_it_only_where_they_were_ticked(store, cast, now, lived):
    bare = issue(store, cast, now)
    assert (bare.name, bare.balance, bare.topics) == (None, None, ())
    text = passport.text(bare)
    for word in ("Samira", "Vos", "Joost", "samira@", "Dank", cast.samira.id):
        assert word not in text, word
    assert bare.holder == issue(store, cast, now, named=True).holder and bare.id != issue(store, cast, now).id


def test_taking_one_along_is_written_down(store, cast, now):
    made_ = issue(store, cast, now)
    act = store.audit.last(cast.noord.id)[0]
    assert (act["action"], act["actor"], act["object_id"]) == ("passport.issue", cast.samira.id, made_.id)


def test_a_file_is_read_back_as_it_was_and_however_it_is_laid_out(store, cast, now, lived):
    full = issue(store, cast, now, named=True, with_balance=True, topics=("btw",))
    text = passport.text(full)
    loose = json.dumps(dict(reversed(json.loads(text).items())), ensure_ascii=True)
    for form in (text, text.encode(), b"\xef\xbb\xbf" + text.encode(), loose):
        assert passport.read(form) == full
        passport.check(passport.read(form), is_signed, now)


def test_no_byte_of_it_can_be_changed(now):
    """Each character in turn: either it is no passport any more, or it is a forged one."""
    text = passport.text(made(now))
    for place, sign in enumerate(text):
        if sign.isspace():
            continue
        changed = text[:place] + chr(ord(sign) ^ 1) + text[place + 1 :]
        with pytest.raises((Invalid, Refused)) as refusal:
            passport.check(passport.read(changed), is_signed, now)
        assert refusal.value.code in ("passport_shape", "passport_alg", "passport_forged"), (place, changed)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.pop("head"), lambda c: c.update(more=1), lambda c: c["key"].update(more=1), lambda c: c.update(visits=7.0),
        lambda c: c.update(visits=True), lambda c: c.update(visits=-1), lambda c: c.update(visits=2**60),
        lambda c: c.update(visits="7"), lambda c: c.update(name=""), lambda c: c.update(name=["Samira"]),
        lambda c: c.update(name="x" * 81), lambda c: c.update(name="a\u202eb\ufffd"), lambda c: c.update(name="\ud800"),
        lambda c: c.update(thanked_for=["x"] * 21), lambda c: c.update(thanked_for="gewone taal"),
        lambda c: c["contributions"].update(gold={"times": 1, "dots": 1}), lambda c: c["contributions"].update(thanks=[2, 4]),
        lambda c: c.update(since="20250131"), lambda c: c.update(issued_at="2026-03-12 08:41:00"),
        lambda c: c.update(expires_at="2036-03-12T08:41:00Z"), lambda c: c.update(expires_at=c["issued_at"]),
        lambda c: c.update(id="A" * 32), lambda c: c.update(signature=""), lambda c: c["key"].update(public="00"),
        lambda c: c["key"].update(id="0" * 16), lambda c: c.update(key=None), lambda c: c.update(format="s2m-passport-2"),
        lambda c: c.update(head={"n": 1}), lambda c: c.update(network="Elders"), lambda c: c.update(balance=0.5),
    ],
)  # fmt: skip
def test_another_form_is_no_passport_however_well_it_is_signed(now, change):
    content = json.loads(passport.text(made(now)))
    change(content)
    with pytest.raises(Invalid) as refusal:
        passport.read(json.dumps(content))
    assert refusal.value.code == "passport_shape"


@pytest.mark.parametrize(
    "text",
    ["", "no", "null", "[]", "1", '"x"', "{}", "[" * 60_000, '{"key":' * 8_000, '{"a":1,"a":1}', "NaN",
     '{"visits": ' + "9" * 5_000, b"\xff\xfe", b"\x00", '{"key": {"alg": []}}'],
)  # fmt: skip
def test_what_is_no_json_of_ours_is_refused(text):
    with pytest.raises(Invalid) as refusal:
        passport.read(text)
    assert refusal.value.code in ("passport_shape", "passport_alg")


def test_a_name_that_stands_twice_is_refused_whichever_counts(now):
    text = passport.text(made(now)).replace('"visits": 7', '"visits": 70, "visits": 7')
    with pytest.raises(Invalid, match="passport_shape"):
        passport.read(text)


@pytest.mark.parametrize("alg", ["none", "HS256", "ed25519", "", None])
def test_another_algorithm_is_not_accepted(now, alg):
    content = json.loads(passport.text(made(now)))
    content["key"]["alg"] = alg
    with pytest.raises(Invalid, match="passport_alg"):
        passport.read(json.dumps(content))


def test_what_is_too_large_is_not_even_read(now):
    with pytest.raises(Invalid, match="passport_large"):
        passport.read(b" " * 65_537)
    assert passport.read(passport.text(made(now)).ljust(65_536)).name == "Samira"


def test_it_is_good_for_a_year_and_not_before_it_was_made(now):
    found = made(now)
    passport.check(found, is_signed, now + timedelta(days=364))
    passport.check(found, is_signed, now - timedelta(minutes=9))
    for at, code in ((timedelta(days=365), "passport_expired"), (timedelta(minutes=-11), "passport_early")):
        with pytest.raises(Refused, match=code):
            passport.check(found, is_signed, now + at)


def test_only_the_key_that_it_names_may_have_signed_it(now):
    good = made(now)
    for forged in (signed(good, OTHER), replace(good, public_key=OTHER.public_key), replace(good, signature="0" * 128)):
        with pytest.raises(Refused, match="passport_forged"):
            passport.check(forged, is_signed, now)


@pytest.mark.parametrize("key", ["", "xyz", "0" * 63, "g" * 64, None, 7, "ed25519:" + "0" * 65, "rsa:" + "0" * 64, "٠" * 64])
def test_what_is_no_key_is_refused(key):
    with pytest.raises(Invalid, match="key_shape"):
        passport.public_key(key)


def test_a_key_is_taken_as_it_is_passed_on():
    assert passport.public_key(f" ed25519:{KEY.public_key.upper()}\n") == passport.public_key(KEY.public_key) == KEY.public_key


# A start --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def trusted(store, cast, now):
    return passport.trust(store, cast.noord.id, "Elders", f"ed25519:{ELSEWHERE.public_key}", cast.marieke.id, now)


def grant(store, cast, now, found=None, person=None, policy=None, by=None):
    person, policy = person or cast.samira, policy or cast.policy
    return passport.grant(store, person, cast.seinhuis, policy, found or made(now), is_signed, (by or cast.marieke).id, now)


def test_a_start_is_what_was_earned_up_to_the_newcomers_grant_and_comes_from_the_commons(store, cast, now, trusted):
    before = store.ledger.network_account(cast.noord.id, "commons").balance
    assert grant(store, cast, now).amount == 5
    rich = made(now, id="e" * 32, holder="e" * 32, name="joost", counts={"talk": Count(90, 900)})
    assert grant(store, cast, now, rich, cast.joost).amount == cast.policy.newcomers_grant == 12
    assert store.ledger.network_account(cast.noord.id, "commons").balance == before - 17
    assert store.ledger.person_account(cast.samira.id).balance == 17
    row = store.ledger.statement(store.ledger.person_account(cast.samira.id))[0]
    assert (row.transfer.kind, row.reason) == ("passport_grant", "Elders")
    act = store.audit.last(cast.noord.id)[0]
    assert (act["action"], act["object_id"], act["actor"]) == ("passport.grant", cast.joost.id, cast.marieke.id)
    assert ledger.verify_network(store, cast.noord.id).fault is None


def test_a_passport_and_its_holder_and_a_person_start_once(store, cast, now, trusted):
    grant(store, cast, now)
    samira = people.join(store, cast.noord.id, "Samira Ali", None, cast.policy, now)
    again = {"the same file": (made(now), samira), "another file of the same holder": (made(now, id="e" * 32), samira)}
    again["the same number"] = made(now, holder="e" * 32), samira
    for why, (found, person) in again.items():
        with pytest.raises(Conflict, match="passport_used"):
            grant(store, cast, now, found, person)
            pytest.fail(why)
    with pytest.raises(Conflict, match="passport_second"):
        grant(store, cast, now, made(now, id="f" * 32, holder="f" * 32))
    assert store.ledger.person_account(samira.id).balance == 12


@pytest.mark.parametrize(
    ("code", "other"),
    [
        ("passport_other_name", {"name": "Joost"}), ("passport_nameless", {"name": None}), ("passport_nothing", {"counts": {}}),
        ("passport_nothing", {"counts": {"thanks": Count(3, 0)}}),
    ],
)  # fmt: skip
def test_a_passport_that_is_not_theirs_or_says_nothing_is_no_start(store, cast, now, trusted, code, other):
    with pytest.raises(Refused, match=code):
        grant(store, cast, now, made(now, **other))
    assert store.ledger.person_account(cast.samira.id).balance == 12 and store.passports.grant_of(cast.samira.id) is None


def test_ones_own_networks_passport_is_no_start(store, cast, now, trusted):
    with pytest.raises(Refused, match="passport_home"):
        grant(store, cast, now, made(now, network_id=cast.noord.id))


def test_only_a_trusted_key_counts_and_only_where_and_while_it_is_trusted(store, cast, now):
    with pytest.raises(Refused, match="passport_stranger"):
        grant(store, cast, now)
    passport.trust(store, cast.zuid.id, "Elders", ELSEWHERE.public_key, cast.olga.id, now)
    with pytest.raises(Refused, match="passport_stranger"):
        grant(store, cast, now)
    key = passport.trust(store, cast.noord.id, "Elders", ELSEWHERE.public_key, cast.marieke.id, now)
    with pytest.raises(Conflict, match="key_known"):
        passport.trust(store, cast.noord.id, "Anders", ELSEWHERE.public_key.upper(), cast.marieke.id, now)
    with pytest.raises(NotFound):
        passport.distrust(store, cast.zuid.id, key.id, cast.olga.id, now)
    passport.distrust(store, cast.noord.id, key.id, cast.marieke.id, now)
    with pytest.raises(Refused, match="passport_stranger"):
        grant(store, cast, now)
    passport.trust(store, cast.noord.id, "Elders", ELSEWHERE.public_key, cast.marieke.id, now)
    assert grant(store, cast, now).amount == 5


def test_expired_and_forged_passports_are_no_start(store, cast, now, trusted):
    for found, code in ((made(now - timedelta(days=365)), "passport_expired"), (replace(made(now), visits=8), "passport_forged")):
        with pytest.raises(Refused, match=code):
            grant(store, cast, now, found)


def test_nobody_starts_themselves_and_hosts_only_people_who_come_to_them(store, cast, now, trusted):
    with pytest.raises(Refused, match="passport_self"):
        grant(store, cast, now, made(now, name="Marieke"), cast.marieke)
    hanna = people.join(store, cast.noord.id, "Hanna Host", None, cast.policy, now)
    people.give_role(store, hanna, "host", cast.seinhuis.id, now, by=cast.marieke.id)
    with pytest.raises(Refused, match="not_acquainted"):
        grant(store, cast, now, by=hanna)
    presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now)
    assert grant(store, cast, now, by=hanna).amount == 5


def test_newcomers_who_get_nothing_and_an_empty_commons_give_nothing(store, cast, now, trusted):
    with pytest.raises(Refused, match="passport_nothing"):
        grant(store, cast, now, policy=Policy(newcomers_grant=0))
    commons, joost = store.ledger.network_account(cast.noord.id, "commons"), store.ledger.person_account(cast.joost.id)
    ledger.transfer(store, commons, joost, commons.balance - 4, "gift", now, key="k")
    with pytest.raises(Refused, match="passport_commons"):
        grant(store, cast, now)


def test_twenty_hosts_at_once_give_one_start(database, cast, now):
    with database.write() as store:
        passport.trust(store, cast.noord.id, "Elders", ELSEWHERE.public_key, cast.marieke.id, now)
    said = []

    def work():
        try:
            with database.write() as store:
                grant(store, cast, now)
            said.append("given")
        except Conflict as error:
            said.append(error.code)

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["given"] + ["passport_used"] * 19
    with database.read() as store:
        assert store.ledger.person_account(cast.samira.id).balance == 17
        assert ledger.verify_network(store, cast.noord.id).fault is None
