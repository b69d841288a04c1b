"""Who comes in where: each route, asked by each kind of visitor, answers as this table says. A route that is missing fails.

Outcomes: `in` (let through; what the view then makes of an empty form is its own affair), `sign_in`, `denied`, and
`hidden` (answers like something that does not exist). Objects belong to Het Seinhuis and to Samira, the member.
"""

import hashlib
import io
import shutil
from datetime import timedelta

import pytest
import time_machine

from s2m.domain import (
    asks,
    billing,
    blocks,
    bookings,
    budgets,
    contributions,
    devices,
    introductions,
    meetings,
    passport,
    people,
    posts,
    presence,
    rooms,
    signin,
    synonyms,
    talks,
    tasks,
    venues,
)
from s2m.domain.billing import links
from s2m.domain.bookings import waiting
from s2m.domain.calendars import feeds
from s2m.domain.posts import accounts
from s2m.domain.presence import Need
from s2m.domain.rooms import RoomTerms
from s2m.domain.venues import Policy
from tests.billing import perron, sells, supply
from tests.cast import settle, sign_in, token_of
from tests.letting import as_booker, book, let
from tests.platforms import png

PEOPLE = ("member", "host", "other_host", "admin", "outsider", "foreign_host")
IDENTITIES = ("stranger", *PEOPLE, "kiosk", "wall", "plate")


def outcomes(stranger, member, host, other_host, admin, outsider, foreign_host, kiosk, wall, plate=None):
    """A plate comes in where a wall does, unless the table says otherwise."""
    who = (stranger, member, host, other_host, admin, outsider, foreign_host, kiosk, wall, plate or wall)
    return dict(zip(IDENTITIES, who, strict=True))


# fmt: off
#                      stranger   member    host      other     admin     outsider  foreign   kiosk      wall
EVERYBODY   = outcomes("in",      "in",     "in",     "in",     "in",     "in",     "in",     "in",      "in")
PERSONS     = outcomes("sign_in", "in",     "in",     "in",     "in",     "in",     "in",     "sign_in", "sign_in")
SAMIRA_ONLY = outcomes("sign_in", "in",     "hidden", "hidden", "hidden", "hidden", "hidden", "sign_in", "sign_in")
HERS_OR_HOST = outcomes("sign_in", "in",    "in",     "hidden", "in",     "hidden", "hidden", "sign_in", "sign_in")
HOSTS       = outcomes("sign_in", "denied", "in",     "in",     "in",     "denied", "in",     "sign_in", "sign_in")
THIS_HOST   = outcomes("sign_in", "denied", "in",     "hidden", "in",     "denied", "hidden", "sign_in", "sign_in")
ADMIN       = outcomes("sign_in", "denied", "denied", "denied", "in",     "denied", "denied", "sign_in", "sign_in")
KIOSK       = outcomes("sign_in", "denied", "denied", "denied", "denied", "denied", "denied", "in",      "sign_in")
NOBODY      = outcomes("hidden",  "hidden", "hidden", "hidden", "hidden", "hidden", "hidden", "hidden",  "hidden")
# A tablet opens only what its present visitor began on it minutes ago
KIOSK_NOW   = outcomes("sign_in", "denied", "denied", "denied", "denied", "denied", "denied", "hidden",  "sign_in")
WALL        = outcomes("sign_in", "denied", "denied", "denied", "denied", "denied", "denied", "sign_in", "in",     "sign_in")
PLATE       = outcomes("sign_in", "denied", "denied", "denied", "denied", "denied", "denied", "sign_in", "sign_in", "in")
# Nobody can have come to a room that is free
PLATE_FREE  = outcomes("sign_in", "denied", "denied", "denied", "denied", "denied", "denied", "sign_in", "sign_in", "hidden")
ACQUAINTED  = outcomes("sign_in", "in",     "in",     "in",     "in",     "hidden", "hidden", "sign_in", "sign_in")
IN_NETWORK  = outcomes("sign_in", "in",     "in",     "in",     "in",     "hidden", "hidden", "in",      "in")
IN_THE_NETWORK = ACQUAINTED
# Whoever is signed in elsewhere sees the rooms of their own network
RENTERS     = outcomes("in",      "in",     "in",     "in",     "in",     "hidden", "hidden", "in",      "in")
BOOKER_ONLY = outcomes("hidden",  "in",     "hidden", "hidden", "hidden", "hidden", "hidden", "hidden",  "hidden")
SPEAKER_OR_HOST = outcomes("sign_in", "in",  "in",     "hidden", "in",     "hidden", "hidden", "sign_in", "sign_in")
# fmt: on

TABLE = (
    (EVERYBODY, """
        pictures.room
        auth.front auth.login auth.open_link auth.first_setup health.healthz static kiosk.static kiosk.pair wall.pair
        presence.door presence.checkin presence.come_in attendance.open_code passport.check calendars.feed calendars.busy
        bills.show bills.as_pdf bills.as_ubl bills.pay bills.returned bills.returned_now bills.quote
        plates.open_code plates.beside plates.typed plates.came plates.leave plates.extend plates.join
        guests.open_code guests.join guests.come_in
    """),
    (PERSONS, """
        auth.logout auth.open_mail home.today home.part home.need home.work home.hide home.leave people.profile people.about
        people.consents people.add_topic people.badge_sticker people.badge_picture people.replace_badge people.end_other_sessions
        ledger.statement ledger.statement_file contributions.thank contributions.find contributions.scan
        contributions.read_frame commons.show commons.give
        commons.send
        calendars.mine calendars.make calendars.revoke talks.coming talks.announce attendance.attend attendance.be_counted
        posts.mine posts.now_mine posts.linked posts.start_account passport.mine passport.take
        blocks.mine blocks.pause blocks.resume introductions.mine asks.ask asks.again asks.pause asks.here asks.here_now
        bills.mine topics.suggest erasing.told erasing.leave rooms.list_mine plates.take plates.invite waits.mine
    """),
    (ACQUAINTED, "contributions.give blocks.snooze blocks.block introductions.introduce introductions.tell_me asks.offer"),
    (IN_THE_NETWORK, "talks.talk tasks.take series.start"),
    (SPEAKER_OR_HOST, "attendance.code attendance.code_now"),
    (SAMIRA_ONLY, """
        ledger.evidence home.drop home.solved people.drop_topic people.end_session contributions.undo contributions.accept
        contributions.decline talks.cancel talks.useful tasks.give_back posts.claim posts.claim_picture posts.check_account
        posts.remove_account blocks.bring_back introductions.agree introductions.decline introductions.withdraw
        introductions.confirm introductions.tell_me_not asks.withdraw asks.to_wall asks.missed asks.seen asks.done asks.answer
        meetings.say meetings.put_away meetings.outcome meetings.story meetings.withdraw
    """),
    (HERS_OR_HOST, "posts.picture series.show series.edit series.cancel"),
    (RENTERS, "waits.join rooms.somewhere rooms.find rooms.day rooms.day_now rooms.week rooms.room rooms.hold"),
    (BOOKER_ONLY, """
        rooms.form rooms.price rooms.send rooms.sent rooms.more_time rooms.let_go rooms.show rooms.confirm rooms.calendar
        rooms.details rooms.move rooms.cancel waits.show
    """),
    (HOSTS, "host.today_somewhere"),
    (THIS_HOST, """
        host.today host.today_now host.present host.limit host.answer_call host.help_in host.walk_in host.check_in host.check_out
        host.post_queue host.confirm_post host.decline_post
        host.undo_check_in host.settle host.answer host.rooms host.rooms_now host.rooms_week host.rooms_week_now host.day_lists
        host.book host.all_bookings host.bookings_file host.booking host.move_booking host.undo_move host.decide_booking
        host.change_booking host.cancel_booking host.seats host.seats_now host.seat host.add_room host.change_room
        host.retire_room host.letting host.terms host.withdraw_terms host.closures host.reopen_room host.extras
        host.extra_stock host.retire_extra host.room_pictures host.describe_picture host.move_picture host.remove_picture
        host.people host.add_person host.show_person host.change_person host.add_topic host.drop_topic host.badge
        host.replace_badge host.reverse_line host.freeze host.release host.contributions host.object_to_thanks
        host.reverse_thanks host.reciprocal host.figures host.figures_file host.meetings host.meetings_file host.take_story_down
        host.budget host.grant host.decide_grant host.policy host.change_policy host.withdraw_policy
        host.change_hours host.devices host.devices_now host.offer_pairing
        host.pairing host.pairing_now host.revoke host.health host.verify host.talks host.announce_talk host.talk
        host.count_listener host.settle_talk host.cancel_talk host.post_task host.task host.cancel_task host.record
        wall.preview wall.preview_part host.start_from_passport host.introductions
        host.bills host.bill host.bill_pdf host.bill_ubl host.pay_bill host.undo_payment host.credit_bill
        host.bill_again host.return_deposit host.bank host.take_in
        host.seller host.withdraw_introduction host.words host.end_word
        host.all_calendars host.room_calendars host.make_feed host.revoke_feed host.link_calendar host.look_again
        host.unlink_calendar host.waits
    """),
    (ADMIN, "host.decay host.plan_decay host.fill_budget host.trusted_keys host.distrust_key"),
    (KIOSK, """
        kiosk.idle kiosk.leaving kiosk.door kiosk.heartbeat kiosk.call_host kiosk.said kiosk.refused kiosk.scans kiosk.frames
        kiosk.short_code kiosk.lookup kiosk.walk_in kiosk.leave_with kiosk.topics
    """),
    (KIOSK_NOW, "kiosk.welcome kiosk.again kiosk.goodbye kiosk.leave kiosk.need kiosk.undo kiosk.question kiosk.say"),
    (WALL, "wall.show wall.part wall.heartbeat"),
    (PLATE, "plates.show plates.part plates.heartbeat plates.end plates.go_on"),
    (PLATE_FREE, "plates.here"),
    (IN_NETWORK, "live.stream"),
    # Of a provider that is not there, and of a bank that is none
    (NOBODY, "bills.webhook pretend_bank.show"),
)  # fmt: skip
ROUTES = {route: who for who, routes in TABLE for route in routes.split()}
# These end what others lean on, so they come last
LAST = ("home.leave", "people.end_other_sessions", "auth.logout")


@pytest.fixture
def database_url(sqlite_template, tmp_path):
    """One engine is enough for who comes in."""
    path = tmp_path / "s2m.sqlite"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


class House:
    """The cast, everybody checked in, and for each request fresh things to ask for."""

    def __init__(self, app, now):
        self.app, self.now, self.early = app, now, now - timedelta(minutes=10)
        self.database = app.extensions["s2m.database"]
        with self.database.write() as store:
            self.cast = cast = settle(store, self.early)
            hanna = people.join(store, cast.noord.id, "Hanna Host", None, cast.policy, now)
            ada = people.join(store, cast.noord.id, "Ada Admin", None, cast.policy, now)
            oscar = people.join(store, cast.zuid.id, "Oscar Out", None, cast.policy, now)
            people.give_role(store, hanna, "host", cast.seinhuis.id, now, by=cast.marieke.id)
            people.give_role(store, ada, "admin", None, now, by=cast.marieke.id)
            people.give_role(store, cast.olga, "host", cast.elders.id, now, by=cast.olga.id)
            who = (cast.samira, hanna, cast.wim, ada, oscar, cast.olga)
            self.people = dict(zip(PEOPLE, who, strict=True))
            for person in who:
                venue = cast.elders if person.network_id == cast.zuid.id else cast.seinhuis
                presence.check_in(store, person, venue, cast.policy, "badge", self.early)
            self.tokens = {kind: self._screen(store, kind) for kind in ("kiosk", "wall", "plate")}
            self._joost(store)
            self.room = let(store, cast.seinhuis, cast.marieke, self.early, hours=dict.fromkeys(venues.DAYS, ["00:00", "24:00"]))
            self.thanks_id, self.thanks_for_samira = (
                contributions.thank(store, one, other, cast.seinhuis, cast.policy, "offertes", "goed gelezen", now, key="1").id
                for one, other in ((cast.samira, cast.joost), (cast.joost, cast.samira))
            )
            statement = store.ledger.statement(store.ledger.person_account(cast.samira.id))
            self.line_id = next(row.transfer.id for row in statement if row.transfer.moves)

    def _screen(self, store, kind):
        room = let(store, self.cast.seinhuis, self.cast.marieke, self.early, name="Deur") if kind == "plate" else None
        device, code = devices.offer_pairing(
            store, self.cast.seinhuis, kind, kind, self.cast.marieke.id, self.now, room_id=room.id if room else ""
        )  # fmt: skip
        return devices.pair(store, code, self.now)[1]

    def _joost(self, store):
        """Here, and to be seen."""
        visit = presence.check_in(store, self.cast.joost, self.cast.seinhuis, self.cast.policy, "badge", self.early).visit
        return presence.hide(store, visit, False, self.early)

    def client(self, identity):
        if identity in PEOPLE:
            return sign_in(self.app, self.people[identity], self.now)
        client = self.app.test_client()
        if identity in self.tokens:
            client.set_cookie("device", self.tokens[identity])
        return client

    def values(self, rule):
        """Fresh things of Het Seinhuis and of Samira, so that no request finds what another one ended."""
        cast, now = self.cast, self.now
        fixed = {"slug": cast.seinhuis.slug, "person_id": cast.samira.id, "secret": "x", "code": "x", "what": "called"}
        if rule.endpoint.startswith("introductions."):
            fixed["person_id"] = cast.joost.id
        fixed |= {"name": "local", "payment_id": "tr_0"}
        if {"document_id", "token"} & rule.arguments:
            fixed |= self._bill()
        if rule.endpoint == "bills.quote":
            fixed["token"] = self._quote()
        fixed |= {"transfer_id": self.line_id, "filename": "js/door.js" if rule.endpoint.startswith("kiosk") else "favicon.svg"}
        with self.database.write() as store:
            if rule.endpoint == "calendars.feed":
                fixed["secret"] = feeds.make(store, cast.samira, None, now)
            if rule.endpoint == "calendars.busy":
                fixed["room_id"] = let(store, cast.seinhuis, cast.marieke, now, f"Kamer {store.new_id(now)}").id
            if rule.endpoint.startswith("blocks."):
                fixed["person_id"] = people.join(store, cast.noord.id, "Vers", None, cast.policy, now).id
            if rule.endpoint == "introductions.tell_me_not":
                for someone in self.people.values():
                    store.reunions.forget(someone, cast.joost.id)
                store.reunions.wish(cast.samira, cast.joost.id, "yes", now)
            return {name: fixed.get(name) or self._fresh(store, name, rule.endpoint, now) for name in rule.arguments}

    def _bill(self):
        """An invoice of Het Seinhuis with a payment, and a try to pay the rest."""
        cast, now = self.cast, self.now
        with self.database.write() as store:
            sells(store, cast, now)
            bill = billing.issue(store, cast.seinhuis, supply(store, perron(store, cast, now, store.new_id(now))), now)
            payment = billing.pay(store, bill, 1, "cash", now.date(), cast.marieke.id, now)
            checkout = billing.begin(store, bill, "local", now)
        token = links.token(self.app.extensions["s2m.keys"].bills, bill.id)
        return {"document_id": bill.id, "token": token, "payment_id": payment.id, "checkout_id": checkout.id}

    def _quote(self):
        """The link of a booking's quote."""
        cast, now = self.cast, self.now
        with self.database.write() as store:
            room = let(store, cast.seinhuis, cast.marieke, now, name=store.new_id(now))
            start = now.replace(minute=0) + timedelta(days=1, hours=3)
            booking = book(store, cast.seinhuis, room, start, 1, as_booker(cast.marieke, host=True), now)
        return links.token(self.app.extensions["s2m.keys"].bills, booking.id)

    def _ask(self, store, now, *, hers):
        """An ask on the wall, Samira's or Joost's, made anew."""
        visit = store.presence.open_visit(self.cast.samira) if hers else self._joost(store)
        before = store.asks.open_of(visit.person_id)
        need = Need("need", "een lezer" if before and before.text == "een schrijver" else "een schrijver")
        presence.answer_need(store, visit, need, now, visible=True, on_wall=True)
        return store.asks.open_of(visit.person_id)

    def _asking(self, store, now):
        """What Samira is asked of an ask of Joost's."""
        before = store.asks.waiting_for(self.cast.samira.id)
        if before:
            store.asks.close(before, "passed", now)
        ask = self._ask(store, now, hers=False)
        asking = asks.Asking(
            store.new_id(now), ask.network_id, ask.id, self.cast.samira.id, "quiet", "taal", now, now + asks.ANSWER_IN
        )  # fmt: skip
        store.asks.add_asking(asking)
        return asking.id

    def form(self, rule):
        """Whom a form is about, where it is not the address that says so."""
        if rule.endpoint == "rooms.hold":
            local = (self.now + timedelta(days=20)).astimezone(self.cast.seinhuis.zone)
            return {"day": local.date().isoformat(), "from": "09:00", "until": "10:00"}
        if rule.endpoint == "host.seat":
            with self.database.write() as store:
                return {"visit": self._joost(store).id}
        if rule.endpoint == "host.book":
            return {"room": self.room.id}
        if rule.endpoint == "host.decide_booking":
            return {"act": "approve"}
        if rule.endpoint == "host.withdraw_policy":
            begins = self.now + timedelta(days=9)
            with self.database.write() as store:
                venues.change_policy(store, self.cast.seinhuis, Policy(), self.cast.marieke.id, self.now, effective_at=begins)
            return {"at": begins.isoformat()}
        if rule.endpoint == "host.withdraw_terms":
            return {"version": self.planned}
        if rule.endpoint == "host.count_listener":
            with self.database.write() as store:
                return {"visit": self._joost(store).id}
        if rule.endpoint in ("host.announce_talk", "host.record"):
            return {"speaker": self.cast.samira.id, "person": self.cast.samira.id}
        if rule.endpoint.startswith("meetings."):
            with self.database.write() as store:
                visit, shown = self._met(store)
            return {"visit": visit, "shown": shown, "said": "met", "outcome": "idea", "text": "Samen gelachen", "agreed": "1"}
        if rule.endpoint in ("posts.claim", "posts.claim_picture"):
            with self.database.read() as store:
                visit = store.presence.open_visit(self.cast.samira)
            form = {"visit": visit.id, "url": "https://mastodon.example/@samira/12345678", "where": "Instagram"}
            return form | ({"picture": (io.BytesIO(png()), "post.png")} if rule.endpoint.endswith("picture") else {})
        if rule.endpoint == "introductions.introduce":
            return {"to": self.cast.thijs.id}
        if rule.endpoint == "host.take_in":
            return {"lines": "[]"}
        if rule.endpoint == "host.words":
            return {"word": "buurtketen", "means": "korte voedselketen"}
        if rule.endpoint == "introductions.confirm":
            return {"helped": "1"}
        if rule.endpoint == "posts.check_account":
            return {"url": "https://mastodon.example/@samira/12345678"}
        return {"to": self.cast.joost.id} if rule.endpoint == "contributions.give" else {}

    def _met(self, store):
        """A visit of Samira's in which she was shown Joost, and his; she said that they met."""
        visit, joost, now = store.presence.open_visit(self.cast.samira).id, self._joost(store).id, self.now
        network, venue = self.cast.noord.id, self.cast.seinhuis.id
        store.meetings.add(meetings.Showing(network, visit, joost, venue, "relevant", "need_know", "x", "y", now))
        meetings.say(store, self.cast.samira, visit, joost, "met", now)
        return visit, joost

    def _claim(self, store, now):
        """A post of Samira's that the host has to look at, with its picture; those before it are refused."""
        for before in store.posts.of_person(self.cast.samira.id):
            store.posts.change(before, state="refused")
        made = posts.Claim(
            store.new_id(now), self.cast.noord.id, self.cast.seinhuis.id, store.presence.open_visit(self.cast.samira).id,
            self.cast.samira.id, "", store.new_id(now), "Instagram", "host", "post_picture", 4, "", None, "", 0, now, now,
        )  # fmt: skip
        store.posts.add(made)
        store.posts.add_picture(made, b"picture")
        return made.id

    def _fresh(self, store, name, endpoint, now):
        cast = self.cast
        if name == "thanks_id":
            return self.thanks_for_samira if endpoint in ("contributions.accept", "contributions.decline") else self.thanks_id
        if name in ("series_id", "booking_id", "key") and endpoint.split(".")[0] in ("series", "waits"):
            return self._repeated(store, name)
        if name in ("key", "booking_id"):
            return self._booking(store, endpoint)
        if name == "room_id" and endpoint.startswith("rooms."):
            return self.room.id
        if name == "room_id" and endpoint in ("host.terms", "host.withdraw_terms", "host.room_pictures"):
            return self._let(store, now)
        if name in ("picture_id", "extra_id", "closure_id"):
            return self._of_letting(store, name, now)
        if name == "room_id":
            given = {"name": f"Kamer {store.new_id(now)}", "kind": "open", "floor": 0, "capacity": 1}
            return venues.add_room(store, cast.seinhuis, given, cast.marieke.id, now).id
        if name == "device_id":
            return devices.offer_pairing(store, cast.seinhuis, "wall", "Hal", cast.marieke.id, now)[0].id
        if name == "shown_id" or endpoint == "meetings.story":
            return self._met(store)[name == "shown_id"]
        if name == "visit_id":
            return self._joost(store).id
        if name == "key_id":
            key = hashlib.sha256(store.new_id(now).encode()).hexdigest()
            return passport.trust(store, cast.noord.id, "Elders", key, cast.marieke.id, now).id
        if name == "call_id":
            store.door.call_host(cast.seinhuis, None, store.new_id(now), now)
            return store.door.calls(cast.seinhuis.id, now)[0].id
        if name == "transfer_id":
            return store.ledger.statement(store.ledger.person_account(cast.samira.id))[-1].transfer.id
        if name == "story_id":
            visit, shown = self._met(store)
            return meetings.tell(store, cast.samira, visit, shown, "Samen gelachen", now, agreed=True).id
        if name == "talk_id":
            return self._talk(store, endpoint)
        if name == "ask_id":
            return self._ask(store, now, hers=endpoint != "asks.offer").id
        if name == "asking_id":
            return self._asking(store, now)
        if name == "task_id":
            return self._task(store)
        if name == "introduction_id":
            return self._introduction(store, endpoint)
        if name == "synonym_id":
            given = {"word": f"woord {store.new_id(now)}", "means": "korte voedselketen"}
            return synonyms.add(store, cast.seinhuis, given, cast.marieke.id, now).id
        if name == "block_id":
            other = people.join(store, cast.noord.id, "Vers", None, cast.policy, now)
            return blocks.keep_apart(store, cast.samira, other.id, "block", now).id
        if name == "claim_id":
            return self._claim(store, now)
        if name == "account_id":
            for before in store.posts.accounts(cast.samira.id):
                store.posts.remove_account(before)
            return accounts.start(store, cast.samira, "mastodon", f"s{store.new_id(now)}@mastodon.example", now).id
        if name == "session_id":
            return signin.who(store, signin.start_session(store, cast.samira, "other", now), now).session.id
        if name == "grant_id":
            budgets.fill(store, cast.seinhuis, 30, "een begin", cast.marieke.id, now, key=store.new_id(now))
            return budgets.grant(store, cast.seinhuis, cast.joost, 25, "veel gedaan", cast.wim.id, now).id
        assert name == "topic_id", f"say in tests/web/test_roles.py what <{name}> may stand for"
        if endpoint.startswith("home."):
            visit = store.presence.open_visit(cast.samira)
            presence.answer_need(store, visit, Need("need", "een lezer"), now, visible=True, on_wall=False)
            return store.presence.topics(visit.id)[0].id
        people.add_topic(store, cast.samira, "vers", now)
        return next(t.id for t in store.people.topics(cast.samira.id) if t.text == "vers")

    def _let(self, store, now):
        """A room with planned terms."""
        cast = self.cast
        room = let(store, cast.seinhuis, cast.marieke, now, f"Zaal {store.new_id(now)}")
        later = now + timedelta(days=9)
        rooms.change_terms(store, cast.seinhuis, room.id, RoomTerms(hour_cents=1), cast.marieke.id, now, effective_at=later)
        self.planned = rooms.versions(store, room)[0].id
        return room.id

    def _of_letting(self, store, name, now):
        venue, by, room_id = self.cast.seinhuis, self.cast.marieke.id, self._let(store, now)
        if name == "picture_id":
            return rooms.add_picture(store, venue, room_id, "een tafel", b"picture", (4, 4), by, now).id
        if name == "extra_id":
            given = {"name": f"taart {store.new_id(now)}", "kind": "catering", "price": "2,50", "per": "person", "vat": "900"}
            return rooms.add_extra(store, venue, given, by, now).id
        return rooms.close(store, venue, room_id, now, now + timedelta(hours=1), "vloer", by, now).id

    def _repeated(self, store, name):
        """Two times of a meeting of Samira's, or her place in line for a room that Joost has."""
        cast, now, start = self.cast, self.now, self.now + timedelta(days=7)
        room = let(store, cast.seinhuis, cast.marieke, now, f"Kamer {store.new_id(now)}")
        values = bookings.parse_renter({"name": "Samira Vos", "email": "samira@seinhuis.example"})
        renter = bookings.renter_for(store, cast.noord.id, cast.samira, values, "nl", now)
        if name == "key":
            at = start.replace(hour=12, minute=0)
            book(store, cast.seinhuis, room, at, 1, as_booker(cast.joost), now)
            return waiting.join(store, cast.seinhuis, room.id, at, at + timedelta(hours=1), 1, renter, now).id
        form = {"day": start.date().isoformat(), "every": "weekly", "ends_how": "count", "count": "2"}
        plan = bookings.Plan(room, bookings.parse_rule(form, []), bookings.Times("12:00", "13:00"), bookings.Details())
        by = as_booker(cast.samira)
        cents = bookings.preview(store, cast.seinhuis, plan, {}, by, now).sum.gross_cents
        made = bookings.book_series(store, cast.seinhuis, plan, {}, renter, by, now, agreed_cents=cents)
        return made.id if name == "series_id" else store.bookings.of_series(made.id)[0].id

    def _talk(self, store, endpoint):
        """One that counts now: Samira listens where she judges it, else she speaks."""
        cast, at = self.cast, self.early
        speaker = cast.joost if endpoint == "talks.useful" else cast.samira
        for talk in store.talks.of_speaker(speaker.id, since=at):
            store.talks.change(talk, cancelled_at=at)
        local = at.astimezone(cast.seinhuis.zone)
        given = {"topic": "offertes", "day": local.date().isoformat(), "time": local.strftime("%H:%M")}
        talk, _moment = talks.announce(store, speaker, cast.seinhuis, given, speaker.id, at)
        if endpoint == "talks.useful":
            talks.attend(store, talk, cast.samira, self.now)
        return talk.id

    def _booking(self, store, endpoint):
        """Samira's, of an hour that nobody has yet; only kept where a form is about it."""
        self.booked = getattr(self, "booked", 0) + 1
        start, by = (self.now + self.booked * timedelta(hours=2)).replace(minute=0), as_booker(self.cast.samira)
        if endpoint in ("rooms.form", "rooms.send", "rooms.more_time", "rooms.let_go"):
            return bookings.hold(store, self.cast.seinhuis, self.room.id, start, start + timedelta(hours=1), by, self.now).id
        return book(store, self.cast.seinhuis, self.room, start, 1, by, self.now, person=self.cast.samira).id

    def _introduction(self, store, endpoint):
        """One of Samira and Joost, instead of the one before: a host's where it is for hosts, else of her own."""
        cast, now, (one, other) = self.cast, self.now, sorted((self.cast.samira.id, self.cast.joost.id))
        standing = store.introductions.standing(one, other)
        if standing:
            store.introductions.end(standing, now)
        made = introductions.Introduction(
            store.new_id(now), cast.noord.id, cast.seinhuis.id, one, other, cast.samira.id,
            "host" if endpoint.startswith("host.") else "self", "omdat", now, now + introductions.LASTS,
            now if endpoint == "introductions.confirm" else None,
            sides=(introductions.Side(one), introductions.Side(other)),
        )  # fmt: skip
        store.introductions.add(made)
        return made.id

    def _task(self, store):
        """One for the next hour, in which Samira has a place."""
        local = (self.now + timedelta(hours=1)).astimezone(self.cast.seinhuis.zone)
        given = {"title": "opruimen", "amount": 4, "places": 9, "day": local.date().isoformat(), "time": local.strftime("%H:%M")}
        task, _moment = tasks.post(store, self.cast.seinhuis, given, self.cast.marieke.id, self.now)
        tasks.take(store, task, self.cast.samira, self.now)
        return task.id


@pytest.fixture
def house(app, now):
    with time_machine.travel(now, tick=False):
        yield House(app, now)


def requests(app):
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: LAST.index(rule.endpoint) if rule.endpoint in LAST else -1)
    return [(rule, method) for rule in rules for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]


def outcome(answer):
    """Only our own words count: a view may answer 404 for a code it does not know and still have let somebody in."""
    code = (answer.get_json(silent=True) or {}).get("code") if answer.is_json else None
    return {"sign_in": "sign_in", "denied": "denied", "not_found": "hidden", "screen_over": "hidden"}.get(code, "in")


def test_every_route_stands_in_the_table_and_every_line_of_it_is_a_route(app):
    there = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert not there - set(ROUTES), f"say in tests/web/test_roles.py who comes in at: {', '.join(sorted(there - set(ROUTES)))}"
    assert not set(ROUTES) - there, f"these are no longer routes: {', '.join(sorted(set(ROUTES) - there))}"


@pytest.mark.parametrize("identity", IDENTITIES)
def test_each_route_answers_as_the_table_says(app, house, identity):
    client = house.client(identity)
    token = token_of(client)
    wrong = []
    for rule, method in requests(app):
        if rule.endpoint not in ROUTES:
            continue
        if rule.endpoint in LAST:
            client = house.client(identity)
            token = token_of(client)
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(rule.endpoint, house.values(rule), method=method, force_external=False)
        sent = {"data": {"csrf_token": token, **house.form(rule)}} if method != "GET" else {}
        answer = client.open(path, method=method, headers={"Accept": "application/json"}, **sent)
        answer.close()
        if answer.status_code >= 500:
            wrong.append(f"{method} {rule.rule}: {answer.status_code}")
        elif outcome(answer) != ROUTES[rule.endpoint][identity]:
            wrong.append(f"{method} {rule.rule}: {outcome(answer)} ({answer.status_code}), not {ROUTES[rule.endpoint][identity]}")
    assert not wrong, f"{identity}:\n" + "\n".join(wrong)


def test_without_the_form_token_nobody_changes_anything(app, house):
    for identity in ("member", "host", "kiosk"):
        client = house.client(identity)
        for rule, method in requests(app):
            if method == "GET" or ROUTES.get(rule.endpoint, {}).get(identity) != "in":
                continue
            with app.test_request_context():
                path = app.url_map.bind("localhost").build(rule.endpoint, house.values(rule), method=method)
            answer = client.open(path, method=method, headers={"Accept": "application/json"})
            assert (answer.status_code, answer.get_json()["code"]) == (403, "not_from_here"), f"{identity}: {method} {rule.rule}"
