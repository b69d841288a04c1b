"""The life of a claim, against servers that answer like each platform: seen, seen again a day later, paid once; or why not."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from s2m import links, looks
from s2m.domain import ledger, posts, presence
from s2m.domain.errors import Conflict, NotFound, Refused
from s2m.domain.posts import accounts, looking
from tests import platforms as shapes
from tests.cast import MORNING
from tests.platforms import internet  # noqa: F401  (a fixture)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ID = "112233445566778899"
LINK = f"https://mastodon.example/@samira/{ID}"
KEY = ("mastodon.example", f"/api/v1/statuses/{ID}")
BSKY = ("public.api.bsky.app", "/xrpc/app.bsky.feed.getPostThread")
OEMBED = ("publish.twitter.com", "/oembed")


def disclosed(visit_id):
    """The least that a post says: its code, and that there was something for it."""
    return f"In ruil voor stippen · {posts.code(visit_id)}"


class House:
    """Samira's visit this morning, what she posts about it, and the worker."""

    def __init__(self, database, cast, now, internet):  # noqa: F811
        self.database, self.cast, self.now, self.internet = database, cast, now, internet
        with database.write() as store:
            self.visit = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now).visit
        self.says = f"Vandaag in het Seinhuis. {posts.line(self.visit.id, 'nl')}"
        self.posted = now + HOUR
        internet.answers[KEY] = shapes.mastodon(ID, "samira", self.says, self.posted)

    def claim(self, url=LINK, person=None, visit=None, at=None):
        with self.database.write() as store:
            visit = visit or self.visit
            return posts.claim(store, person or self.cast.samira, visit.id, url, at or self.now + 2 * HOUR)

    def work(self, at, fetcher=None):
        return looks.run(self.database, at, fetcher or self.internet.fetcher())

    def kept(self, claim):
        with self.database.read() as store:
            return store.posts.get(claim.id)

    def balance(self, person=None):
        with self.database.read() as store:
            return store.ledger.person_account((person or self.cast.samira).id).balance

    def first(self, url=LINK, **more):
        """Claimed and looked at once."""
        claim = self.claim(url, **more)
        self.work(self.now + 2 * HOUR)
        return self.kept(claim)

    def second(self, claim, later=timedelta(0)):
        self.work(self.now + 2 * HOUR + DAY + later)
        return self.kept(claim)


@pytest.fixture
def house(database, cast, now, internet):  # noqa: F811
    return House(database, cast, now, internet)


def test_a_post_is_seen_and_a_day_later_seen_again_and_paid(house, database, cast):
    claim = house.claim()
    assert (claim.state, house.balance()) == ("waiting", 12)
    assert house.work(house.now + 2 * HOUR) == 1
    seen = house.kept(claim)
    assert (seen.state, seen.author, seen.published_at) == ("seen", "samira@mastodon.example", house.posted)
    assert house.work(house.now + 2 * HOUR + DAY - MINUTE) == 0 and house.balance() == 12
    paid = house.second(claim)
    assert (paid.state, house.balance()) == ("paid", 12 + cast.policy.post_amount)
    with database.read() as store:
        done = store.contributions.get(paid.contribution_id)
        row = store.ledger.transfer(done.transfer_id)
        assert (done.kind, done.topic, done.amount, row.kind, row.amount) == ("post", "mastodon.example", 4, "post", 4)
        assert ledger.verify_network(store, cast.noord.id).fault is None
    assert house.work(house.now + 9 * DAY) == 0 and house.balance() == 16


PLATFORMS = ("mastodon", "bluesky", "x", "page")


def post_on(house, kind, text=None, at=None):
    """Put a post there; its link."""
    text, at, answers = text or house.says, at or house.posted, house.internet.answers
    if kind == "bluesky":
        answers[BSKY] = shapes.bluesky("3lk2abcdefg2x", "samira.bsky.social", text, at)
        return "https://bsky.app/profile/samira.bsky.social/post/3lk2abcdefg2x"
    if kind == "x":
        answers[OEMBED] = shapes.x(shapes.x_id(at), "samira", text)
        return f"https://x.com/samira/status/{shapes.x_id(at)}"
    if kind == "page":
        answers["samira.wordpress.com", "/een-dag"] = lambda h: h.give(shapes.page(text, at))
        return "https://samira.wordpress.com/een-dag"
    answers[KEY] = shapes.mastodon(ID, "samira", text, at)
    return LINK


@pytest.mark.parametrize("kind", PLATFORMS)
def test_each_platform_is_read_twice_and_paid_once(house, kind):
    claim = house.first(post_on(house, kind))
    assert claim.state == "seen", claim
    assert (house.second(claim).state, house.balance()) == ("paid", 16)


@pytest.mark.parametrize("kind", PLATFORMS)
def test_the_code_counts_in_any_case_and_is_missed(house, kind):
    code = posts.code(house.visit.id)
    assert house.first(post_on(house, kind, "Hier! " + disclosed(house.visit.id).upper().replace("-", " "))).state == "seen"
    for text in ("Hier!", f"Hier! {code}X", f"Hier! x{code}", f"Hier! {code[:-1]}"):
        with house.database.write() as store:
            for before in store.posts.of_person(house.cast.samira.id):
                store.posts.change(before, state="refused")
        claim = house.first(post_on(house, kind, text), at=house.now + 2 * HOUR)
        assert (claim.state, claim.reason) == ("refused", "post_no_code")
        with house.database.write() as store:
            store.posts.change(claim, created_at=house.now - DAY)
    assert house.balance() == 12


@pytest.mark.parametrize("kind", PLATFORMS)
def test_a_post_older_than_the_visit_or_long_after_it_is_refused(house, kind):
    claim = house.first(post_on(house, kind, at=house.now - MINUTE))
    assert (claim.state, claim.reason) == ("refused", "post_early")
    claim = house.first(post_on(house, kind, at=house.now + 3 * HOUR))
    assert (claim.state, claim.reason) == ("refused", "post_time")
    assert house.balance() == 12


def test_the_window_ends_seven_days_after_the_visit(house, cast):
    left = house.now + 2 * HOUR
    with house.database.write() as store:
        presence.leave(store, store.presence.open_visit(cast.samira), left)
    last = left + 7 * DAY
    house.internet.answers[KEY] = shapes.mastodon(ID, "samira", house.says, last)
    claim = house.claim(at=last)
    house.work(last)
    assert house.kept(claim).state == "seen"
    with house.database.write() as store:
        store.posts.change(house.kept(claim), state="refused")
        with pytest.raises(Refused, match="post_late"):
            posts.claim(store, cast.samira, house.visit.id, LINK, last + MINUTE)
        assert posts.offers(store, cast.samira, last) and not posts.offers(store, cast.samira, last + MINUTE)


@pytest.mark.parametrize("kind", PLATFORMS)
@pytest.mark.parametrize(("change", "reason"), [("gone", "post_gone"), ("changed", "post_changed"), ("emptied", "post_changed")])
def test_what_is_gone_or_changed_at_the_second_look_is_not_paid(house, kind, change, reason):
    url = post_on(house, kind)
    claim = house.first(url)
    if change == "gone":
        house.internet.answers.clear()
    else:
        text = f"Iets anders. {disclosed(house.visit.id)}" if change == "changed" else "Weg."
        at = house.posted
        key = {"mastodon": KEY, "bluesky": BSKY, "x": OEMBED, "page": ("samira.wordpress.com", "/een-dag")}[kind]
        before = house.internet.answers[key]
        post_on(house, kind, text, at)
        assert house.internet.answers[key] is not before
    done = house.second(claim)
    assert (done.state, done.reason, house.balance()) == ("refused", reason, 12)


@pytest.mark.parametrize("kind", PLATFORMS)
def test_a_post_that_does_not_say_what_it_was_for_is_not_paid_until_it_does(house, kind):
    code = posts.code(house.visit.id)
    claim = house.first(post_on(house, kind, f"Vandaag in het Seinhuis. {code}"))
    assert (claim.state, claim.reason) == ("refused", "post_no_disclosure")
    claim = house.first(post_on(house, kind, f"Vandaag in het Seinhuis. {code} #ad"))  # its link is free again
    assert claim.state == "seen"
    assert (house.second(claim).state, house.balance()) == ("paid", 16)


def test_a_disclosure_that_is_gone_at_the_second_look_is_not_paid(house):
    code = posts.code(house.visit.id)
    claim = house.first(post_on(house, "page", f"{code}</p><p>In ruil voor een stoel"))
    assert claim.state == "seen"
    post_on(house, "page", f"{code}</p><p>Zomaar")
    done = house.second(claim)
    assert (done.state, done.reason, house.balance()) == ("refused", "post_no_disclosure", 12)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ik zat hier gratis, in ruil voor sociaal kapitaal · CODE", True),
        ("I had this seat for free, in return for social capital · CODE", True),
        ("IN  RUIL\u00a0VOOR koffie CODE", True),
        ("in-ruil-voor iets CODE", True),
        ("In exchange\tfor a seat CODE", True),
        ("#InRuilVoor een stoel CODE", True),
        ("CODE\n\nhier #Advertentie", True),
        ("CODE \uff03ad", True),
        ("# ad, CODE", True),
        ("CODE #adv.", True),
        ("Advertentie: CODE", True),
        ("(sponsored) CODE", True),
        ("Advertentie\nmooie schoenen\nCODE", False),  # what a blog has above another's
        ("CODE", False),
        ("CODE, geen advertentie", False),
        ("CODE and not in return for anything", False),
        ("CODE #adventure", False),
        ("Ad was hier CODE", False),
        ("CODE trein ruil voordeel", False),
        ("in " * 60_000 + "CODE", False),
    ],
)  # fmt: skip
def test_a_disclosure_counts_however_it_is_written(text, said):
    code = posts.code("0" * 32)
    assert posts.claims.discloses(text.replace("CODE", code), code) is said


def test_a_page_may_move_around_the_line_that_counts(house):
    """Its footer differs each time it is asked for."""
    claim = house.first(post_on(house, "page"))
    assert house.second(claim).state == "paid"


def test_a_page_without_a_time_goes_to_the_host(house):
    house.internet.answers["samira.wordpress.com", "/een-dag"] = shapes.page(house.says)
    claim = house.first("https://samira.wordpress.com/een-dag")
    assert (claim.state, claim.reason, house.balance()) == ("host", "post_no_time", 12)


# Trouble on the way ---------------------------------------------------------------------------------------------


def test_a_server_that_is_away_is_tried_six_times_and_then_the_host_looks(house):
    house.internet.answers[KEY] = 503
    claim, at, waits = house.claim(), house.now + 2 * HOUR, []
    while (kept := house.kept(claim)).state == "waiting":
        waits.append(kept.next_at - at)
        at = kept.next_at
        assert house.work(at - MINUTE / 60) == 0
        house.work(at)
    assert len(house.internet.asked) == 6 and waits == sorted(waits)
    assert (kept.state, kept.reason, house.balance()) == ("host", "post_unread", 12)


def test_a_server_that_is_back_is_read(house):
    house.internet.answers[KEY] = 500
    claim = house.first()
    assert (claim.state, claim.attempts) == ("waiting", 1)
    post_on(house, "mastodon")
    house.work(house.now + 2 * HOUR + MINUTE)
    assert house.kept(claim).state == "seen"


def test_trouble_at_the_second_look_pays_nothing_either(house):
    claim = house.first()
    house.internet.answers[KEY] = 502
    assert (house.second(claim).state, house.balance()) == ("seen", 12)
    post_on(house, "mastodon")
    assert (house.second(claim, MINUTE).state, house.balance()) == ("paid", 16)


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        (404, "refused", "post_gone"),
        (410, "refused", "post_gone"),
        (403, "host", "post_blocked"),
        (401, "host", "post_blocked"),
        ("<html>", "host", "post_unread"),
        (lambda h: h.send(b"x", Content_Type="application/pdf"), "refused", "post_kind"),
        (lambda h: h.send(bytes(600_000), Content_Type="text/html"), "refused", "post_large"),
        (lambda h: h.give(302, Location="https://127.0.0.1/"), "refused", "link_redirects"),
        (lambda h: h.give(302, Location="https://other.example/"), "refused", "link_redirects"),
        (lambda h: h.give(302, Location="http://mastodon.example/"), "refused", "link_private"),
        (shapes.mastodon(ID, "samira@other.example", "x", MORNING), "refused", "link_copy"),
    ],
)
def test_each_hostile_answer_has_its_reason_and_nothing_is_paid(house, answer, state, reason):
    house.internet.answers[KEY] = answer
    claim = house.first()
    assert (claim.state, claim.reason, house.balance()) == (state, reason, 12)


def test_a_name_that_leads_inside_is_refused(house):
    claim = house.claim()
    house.work(house.now + 2 * HOUR, house.internet.fetcher(allowed=links.is_public))
    assert (house.kept(claim).state, house.kept(claim).reason) == ("refused", "link_private")
    assert house.internet.asked == []


def test_a_look_that_breaks_stops_no_other(house, cast, monkeypatch):
    with house.database.write() as store:
        visit = presence.check_in(store, cast.joost, cast.seinhuis, cast.policy, "badge", house.now).visit
    other = house.claim("https://samira.wordpress.com/b", cast.joost, visit)
    right = house.claim()
    real = looks._look

    def broken(fetcher, link):
        if link.kind == "page":
            raise RuntimeError("a reader with a bug")
        return real(fetcher, link)

    monkeypatch.setattr(looks, "_look", broken)
    assert house.work(house.now + 2 * HOUR) == 2
    assert (house.kept(right).state, house.kept(other).attempts) == ("seen", 1)


# Once -----------------------------------------------------------------------------------------------------------


def other_visit(house, person, at=None):
    with house.database.write() as store:
        return presence.check_in(store, person, house.cast.seinhuis, house.cast.policy, "badge", at or house.now).visit


def test_one_post_is_claimed_once_under_all_its_names(house, cast):
    house.claim()
    visit = other_visit(house, cast.joost)
    for url in (LINK + "/", LINK.upper().replace("HTTPS", "https"), LINK + "?utm_source=a", f"https://www.mastodon.example/@x/{ID}"):
        with pytest.raises(Conflict, match="post_claimed"):
            house.claim(url, cast.joost, visit)


def test_a_redirect_to_a_post_that_was_claimed_is_found_out(house, cast):
    house.first(post_on(house, "page"))
    visit = other_visit(house, cast.joost)
    house.internet.answers["medium.com", "/p/1"] = lambda h: h.give(301, Location="https://samira.wordpress.com/een-dag?utm_source=x")
    text = f"{house.says} {posts.code(visit.id)}"
    claim = house.first("https://medium.com/p/1", person=cast.joost, visit=visit)
    post_on(house, "page", text)
    assert (claim.state, claim.reason) == ("refused", "post_no_code")
    claim = house.first("https://medium.com/p/1", person=cast.joost, visit=visit)
    assert (claim.state, claim.reason, house.balance(cast.joost)) == ("refused", "post_claimed", 12)


def test_who_pastes_anothers_link_first_does_not_burn_it(house, cast):
    visit = other_visit(house, cast.joost)
    stolen = house.first(person=cast.joost, visit=visit)
    assert (stolen.state, stolen.reason) == ("refused", "post_no_code")
    mine = house.first()
    assert (mine.state, house.second(mine).state, house.balance(), house.balance(cast.joost)) == ("seen", "paid", 16, 12)
    with pytest.raises(Conflict, match="post_claimed"):
        house.claim(person=cast.joost, visit=visit, at=house.now + 30 * HOUR)


def test_a_visit_and_its_day_have_one_post(house, cast):
    claim = house.first()
    with pytest.raises(Conflict, match="visit_posted"):
        house.claim("https://samira.wordpress.com/b")
    with house.database.write() as store:
        presence.leave(store, store.presence.open_visit(cast.samira), house.now + 3 * HOUR)
    again = other_visit(house, cast.samira, house.now + 4 * HOUR)
    with pytest.raises(Conflict, match="visit_posted"):
        house.claim("https://samira.wordpress.com/b", visit=again, at=house.now + 5 * HOUR)
    house.second(claim)
    assert house.balance() == 12  # 4 for the post, and the seat cost 4


def test_a_day_has_five_claims(house, cast):
    for n in range(5):
        house.internet.answers.clear()
        assert house.first(f"https://mastodon.example/@samira/10000000{n}").state == "refused"
    with pytest.raises(Refused, match="cap_posts"):
        house.claim()
    assert house.claim(at=house.now + DAY).state == "waiting"


def test_twenty_claims_of_one_post_make_one(house, cast, database):
    with database.write() as store:
        from s2m.domain import people

        guests = [people.join(store, cast.noord.id, f"Gast {n}a", None, cast.policy, house.now) for n in range(20)]
        visits = [presence.check_in(store, g, cast.seinhuis, cast.policy, "badge", house.now).visit for g in guests]
    gate = threading.Barrier(20)

    def one(n):
        gate.wait()
        try:
            return house.claim(LINK + "?" * (n % 2) + "#a" * (n % 3), guests[n], visits[n])
        except Exception as error:
            return error

    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(one, range(20)))
    assert sum(isinstance(r, posts.Claim) for r in results) == 1
    assert {r.code for r in results if not isinstance(r, posts.Claim)} == {"post_claimed"}


def test_a_worker_that_dies_between_look_and_record_loses_nothing_and_pays_nothing_twice(house, monkeypatch):
    claim = house.claim()
    for later in (timedelta(0), DAY):
        at = house.now + 2 * HOUR + later
        with monkeypatch.context() as broken:
            broken.setattr(looking, "record", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                house.work(at)
        assert house.kept(claim).state == ("seen" if later else "waiting") and house.balance() == 12
        house.work(at)
    assert (house.kept(claim).state, house.balance()) == ("paid", 16)


def test_a_worker_that_dies_while_it_pays_has_paid_nothing(house, monkeypatch):
    claim, at = house.first(), house.now + 2 * HOUR + DAY
    from s2m.store.posts import Posts

    with monkeypatch.context() as broken:
        broken.setattr(Posts, "change", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            house.work(at)
    assert (house.kept(claim), house.balance()) == (claim, 12)
    house.work(at)
    assert (house.kept(claim).state, house.balance()) == ("paid", 16)


def test_two_workers_at_once_pay_once(house, database):
    claim = house.first()
    at = house.now + 2 * HOUR + DAY
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: house.work(at), range(4)))
    assert (house.kept(claim).state, house.balance()) == ("paid", 16)


def test_what_was_promised_at_the_claim_is_paid(house, cast):
    from s2m.domain import venues

    claim = house.first()
    with house.database.write() as store:
        venues.change_policy(store, cast.seinhuis, replace(cast.policy, post_amount=0), cast.marieke.id, house.now + 3 * HOUR)
        assert posts.offers(store, cast.samira, house.now + 3 * HOUR) == []
    assert (house.second(claim).state, house.balance()) == ("paid", 16)
    with pytest.raises(Refused, match="posts_off"):
        house.claim("https://samira.wordpress.com/b", at=house.now + 2 * DAY)


def test_anothers_visit_answers_like_an_unknown_one(house, cast):
    for visit in (house.visit, replace(house.visit, id="0" * 32)):
        with pytest.raises(NotFound):
            house.claim(person=cast.joost, visit=visit)


def test_two_looks_at_once_and_no_transaction_open_meanwhile(house, cast, database):
    """While the platforms are slow, somebody checks in; never more than two are asked at once."""
    now_at, most, lock, release = [0], [0], threading.Lock(), threading.Event()

    def slow(h):
        with lock:
            now_at[0] += 1
            most[0] = max(most[0], now_at[0])
        release.wait(5)
        with lock:
            now_at[0] -= 1
        h.give(404)

    for person in (cast.samira, cast.joost, cast.thijs, cast.marieke):
        visit = house.visit if person is cast.samira else other_visit(house, person)
        url = f"https://mastodon.example/@a/1000000000{len(house.internet.answers)}"
        house.claim(url, person, visit)
        house.internet.answers["mastodon.example", f"/api/v1/statuses/{url.rpartition('/')[2]}"] = slow
    worker = threading.Thread(target=house.work, args=(house.now + 2 * HOUR,))
    worker.start()
    while now_at[0] < 2:
        threading.Event().wait(0.01)
    assert other_visit(house, cast.wim)  # a write transaction, while two looks are under way
    release.set()
    worker.join(20)
    assert most[0] == 2


# Whose it is ----------------------------------------------------------------------------------------------------


def link_account(house, person, platform, typed, url=""):
    with house.database.write() as store:
        account = accounts.start(store, person, platform, typed, house.now)
        return accounts.check(store, person, account.id, url, house.now)


def test_an_account_is_linked_by_a_word_in_what_it_says_of_itself(house, cast):
    samira = link_account(house, cast.samira, "mastodon", "@Samira@mastodon.example")
    lookup = ("mastodon.example", "/api/v1/accounts/lookup")
    house.internet.answers[lookup] = shapes.mastodon_account("samira", "Ik schrijf.")
    house.work(house.now)
    assert account_of(house, samira).reason == "account_no_word"
    with house.database.write() as store:
        accounts.check(store, cast.samira, samira.id, "", house.now)
    house.internet.answers[lookup] = shapes.mastodon_account("samira", f"Ik schrijf. {samira.word.lower()}")
    house.work(house.now)
    linked = account_of(house, samira)
    assert (linked.state, linked.word, linked.handle) == ("linked", "", "samira@mastodon.example")
    with house.database.write() as store, pytest.raises(Conflict, match="account_taken"):
        accounts.start(store, cast.joost, "mastodon", "https://mastodon.example/@samira", house.now)


def account_of(house, account):
    with house.database.read() as store:
        return store.posts.account(account.id)


def test_bluesky_and_x_are_linked_as_well(house, cast):
    bluesky = link_account(house, cast.samira, "bluesky", "https://bsky.app/profile/Samira.bsky.social")
    house.internet.answers["public.api.bsky.app", "/xrpc/app.bsky.actor.getProfile"] = {
        "did": "did:plc:test", "handle": "samira.bsky.social", "displayName": "S", "description": f"x {bluesky.word}",
    }  # fmt: skip
    at = house.now - HOUR
    x = link_account(house, cast.samira, "x", "@Samira", f"https://x.com/samira/status/{shapes.x_id(at)}")
    house.internet.answers[OEMBED] = shapes.x(shapes.x_id(at), "samira", f"Mijn woord is {x.word}")
    house.work(house.now)
    assert {account_of(house, a).state for a in (bluesky, x)} == {"linked"}


def test_a_word_in_another_accounts_post_links_nothing(house, cast):
    at = house.now - HOUR
    x = link_account(house, cast.samira, "x", "samira", f"https://x.com/joost/status/{shapes.x_id(at)}")
    house.internet.answers[OEMBED] = shapes.x(shapes.x_id(at), "joost", f"Mijn woord is {x.word}")
    house.work(house.now)
    assert (account_of(house, x).state, account_of(house, x).reason) == ("failed", "account_other")


def linked(house, person, handle):
    account = link_account(house, person, "mastodon", handle)
    with house.database.write() as store:
        accounts.record(store, account, posts.Profile(account.handle, account.word), "", False, house.now)


def test_with_an_account_linked_only_its_posts_count(house, cast):
    linked(house, cast.samira, "@samira.vos@mastodon.example")
    claim = house.first()
    assert (claim.state, claim.reason) == ("refused", "post_not_yours")
    house.internet.answers[KEY] = shapes.mastodon(ID, "samira.vos", house.says, house.posted)
    claim = house.first()
    assert (claim.state, house.second(claim).state) == ("seen", "paid")


def test_a_post_from_an_account_of_somebody_else_never_counts(house, cast):
    linked(house, cast.joost, "@samira@mastodon.example")
    claim = house.first()
    assert (claim.state, claim.reason, house.balance()) == ("refused", "post_not_yours", 12)


def test_an_account_on_one_platform_says_nothing_of_another(house, cast):
    linked(house, cast.samira, "@samira.vos@mastodon.example")
    assert house.first(post_on(house, "bluesky")).state == "seen"
