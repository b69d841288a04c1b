"""Which page an address that only takes forms belongs to: where a link on its refusal leads back to."""

from __future__ import annotations

from flask import current_app, request, url_for

PAGES = {
    "contributions.find": "contributions.thank", "contributions.undo": "contributions.thank",
    "contributions.accept": "contributions.thank", "contributions.decline": "contributions.thank",
    "contributions.read_frame": "contributions.scan",
    "people.add_topic": "people.profile", "people.drop_topic": "people.profile", "people.consents": "people.profile",
    "people.end_session": "people.profile", "people.end_other_sessions": "people.profile",
    "home.leave": "home.today", "home.hide": "home.today", "home.solved": "home.today", "home.drop": "home.today",
    "asks.withdraw": "home.today", "asks.to_wall": "home.today", "asks.done": "home.today", "asks.missed": "home.today",
    "asks.seen": "home.today", "asks.answer": "home.today", "asks.pause": "home.today", "asks.again": "home.today",
    "asks.offer": "asks.here",
    "meetings.say": "home.today", "meetings.put_away": "home.today", "meetings.outcome": "home.today",
    "meetings.withdraw": "people.profile", "host.take_story_down": "host.meetings",
    "posts.claim_picture": "posts.mine", "posts.check_account": "posts.linked", "posts.remove_account": "posts.linked",
    "host.confirm_post": "host.post_queue", "host.decline_post": "host.post_queue",
    "host.add_topic": "host.show_person", "host.drop_topic": "host.show_person", "host.check_in": "host.show_person",
    "host.check_out": "host.today", "host.undo_check_in": "host.today", "host.answer_call": "host.today",
    "host.distrust_key": "host.trusted_keys",
    "host.decide_booking": "host.booking", "host.undo_move": "host.booking",
    "host.seat": "host.seats", "host.change_hours": "host.policy", "host.withdraw_policy": "host.policy",
    "host.withdraw_terms": "host.terms", "host.reopen_room": "host.closures", "host.extra_stock": "host.extras",
    "host.describe_picture": "host.letting", "host.move_picture": "host.letting",
    "host.decide_grant": "host.budget", "host.verify": "host.health",
    "talks.cancel": "talks.talk", "talks.useful": "talks.talk", "tasks.take": "talks.coming", "tasks.give_back": "talks.coming",
    "host.count_listener": "host.talk", "host.settle_talk": "host.talk", "host.cancel_talk": "host.talk",
    "host.cancel_task": "host.task", "auth.logout": "auth.login",
    "blocks.snooze": "home.today", "blocks.bring_back": "blocks.mine", "blocks.pause": "blocks.mine",
    "blocks.resume": "blocks.mine",
    "introductions.agree": "introductions.mine", "introductions.decline": "introductions.mine",
    "introductions.withdraw": "introductions.mine", "introductions.confirm": "introductions.mine",
    "introductions.tell_me": "home.today", "introductions.tell_me_not": "introductions.mine",
    "host.end_word": "host.words", "host.take_in": "host.bank", "bills.pay": "bills.show",
    "host.pay_bill": "host.bill", "host.bill_again": "host.credit_bill", "host.undo_payment": "host.bill",
    "host.return_deposit": "host.bill",
    "calendars.revoke": "calendars.mine",
    "host.make_feed": "host.room_calendars", "host.revoke_feed": "host.room_calendars",
    "host.link_calendar": "host.room_calendars", "host.look_again": "host.room_calendars",
    "host.unlink_calendar": "host.room_calendars",
    "plates.came": "plates.beside", "plates.leave": "plates.beside", "plates.extend": "plates.beside",
    "plates.take": "plates.beside", "plates.invite": "plates.beside", "plates.join": "plates.beside",
    "plates.here": "plates.show", "plates.go_on": "plates.show",
    "host.withdraw_introduction": "host.introductions",
    "rooms.hold": "rooms.room", "rooms.price": "rooms.form", "rooms.more_time": "rooms.form",
    "rooms.let_go": "rooms.form", "rooms.confirm": "rooms.show",
    "kiosk.undo": "kiosk.idle", "kiosk.leave": "kiosk.idle", "kiosk.call_host": "kiosk.idle",
}  # fmt: skip


def page_path() -> str:
    """The page's own address where this request only took its form; else nothing: links are relative to where one is."""
    page = PAGES.get(request.endpoint or "")
    if page is None:
        return ""
    takes = next(iter(current_app.url_map.iter_rules(page))).arguments
    return url_for(page, **{name: value for name, value in (request.view_args or {}).items() if name in takes})
