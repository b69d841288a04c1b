"""A plain sentence for each error code: what happened and what to do, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from flask_babel import format_currency, format_date, ngettext
from flask_babel import gettext as _

Sentence = Callable[..., str]


def _fixed(make: Callable[[], str]) -> Sentence:
    return lambda **data: make()


def euro(cents: int, *, whole: bool = False) -> str:
    """An amount in the reader's language. whole: without the cents where there are none, for a list of prices."""
    text = format_currency(Decimal(cents) / 100, "EUR")
    return text.removesuffix(",00").removesuffix(".00") if whole else text


def price_of(cents: int, dots: int) -> str:
    """What is paid in euro and in dots."""
    in_dots = ngettext("%(num)d dot", "%(num)d dots", dots)
    if not dots:
        return euro(cents)
    return _("%(dots)s and %(euro)s", dots=in_dots, euro=euro(cents)) if cents else in_dots


def length(minutes: int) -> str:
    """How long, in the largest unit that is whole."""
    if minutes % 60 or not minutes:
        return ngettext("%(num)d minute", "%(num)d minutes", minutes)
    if minutes % (24 * 60):
        return ngettext("%(num)d hour", "%(num)d hours", minutes // 60)
    return ngettext("%(num)d day", "%(num)d days", minutes // (24 * 60))


SENTENCES: dict[str, Sentence] = {
    # Fields
    "empty": _fixed(lambda: _("Fill this in.")),
    "too_long": lambda most, **d: _("This is too long: at most %(most)s characters.", most=most),
    "too_short": lambda least, **d: _("Type at least %(least)s characters.", least=least),
    "unreadable": _fixed(lambda: _("This holds characters that cannot be kept. Type it again, please.")),
    "no_letters": _fixed(lambda: _("A name has at least one letter.")),
    "mail_shape": _fixed(lambda: _("This address misses a part, such as name@example.org.")),
    "not_whole": _fixed(lambda: _("Type a whole number, such as 4.")),
    "too_small": lambda least, **d: _("This must be %(least)s or more.", least=least),
    "too_large": lambda most, **d: _("This must be %(most)s or less.", most=most),
    "amount": _fixed(lambda: _("This amount is not possible.")),
    "choice": _fixed(lambda: _("Choose one of the options.")),
    "clock": _fixed(lambda: _("Type two times such as 08:30 and 18:00, or leave both empty.")),
    "day": _fixed(lambda: _("Choose a day, such as 2027-01-01.")),
    "past": _fixed(lambda: _("This day is over. Choose today or later.")),
    "too_far": _fixed(lambda: _("This is more than a year away.")),
    "timezone": _fixed(lambda: _("Choose a time zone, such as Europe/Amsterdam.")),
    "soft_below_floor": _fixed(lambda: _("The warning comes before the limit: it cannot be lower.")),
    "too_many_topics": lambda most, **d: _("You have %(most)s topics. Remove one first.", most=most),
    "same_word": _fixed(lambda: _("Both say the same already.")),
    "too_many_words": lambda most, **d: _("There are %(most)s words. Remove one first.", most=most),
    "word_known": _fixed(lambda: _("This word is known here already. Remove it first.")),
    "email_known": _fixed(lambda: _("Somebody already uses this mail address.")),
    "room_exists": lambda room, **d: _("There is already a room called %(room)s.", room=room),
    "invalid": _fixed(lambda: _("Something in this form is not right. Nothing was saved.")),
    # Rooms and bookings
    "money": _fixed(lambda: _("Type an amount in euro, such as 38 or 38.50.")),
    "quarters": _fixed(lambda: _("Choose whole quarters of an hour: 15, 30, 45 minutes and so on.")),
    "longest_below": _fixed(lambda: _("The longest time cannot be shorter than the shortest.")),
    "notice_beyond": _fixed(lambda: _("With this notice nothing could be booked: it reaches beyond the days ahead.")),
    "no_price": _fixed(lambda: _("Type a price for an hour, a half-day or a day, or tick that this room costs nothing.")),
    "off_peak_empty": _fixed(lambda: _("Say at which times it is quiet, or make the percentage 0.")),
    "tier_twice": _fixed(lambda: _("This moment stands in the list twice.")),
    "tier_order": _fixed(lambda: _("Whoever cancels later pays at least as much: look at the percentages once more.")),
    "release_before_warn": _fixed(lambda: _("The room is let go after the warning, not before it.")),
    "dots_unlimited": _fixed(lambda: _("Say how many dots a person may spend on this room in a month.")),
    "hours_empty": _fixed(lambda: _("Type the times of one day at least, or choose the hours of the venue.")),
    "closure_far": _fixed(lambda: _("This is more than three years away.")),
    "many_pictures": lambda most, **d: _("There are %(most)s pictures. Remove one first.", most=most),
    "photo_large": _fixed(lambda: _("This picture is larger than 8 MB. Make it smaller, please.")),
    "photo_kind": _fixed(lambda: _("This is no picture that we can show. Send a JPEG, PNG or WebP.")),
    "photo_bomb": _fixed(lambda: _("This picture has more than 25 million points. Make it smaller, please.")),
    "photo_broken": _fixed(lambda: _("This picture is damaged. Save it anew and send that.")),
    "not_let": _fixed(lambda: _("This room is not let.")),
    "extra_exists": _fixed(lambda: _("There is already an extra with this name.")),
    "extra_gone": lambda name, left, **d: _("Of %(name)s only %(left)s are left at that time.", name=name, left=left),
    "until_before": _fixed(lambda: _("The end comes after the start.")),
    "quarter": _fixed(lambda: _("Choose a time on the quarter of an hour, such as 14:15.")),
    "clock_twice": _fixed(lambda: _("That night the clock shows this time twice. Say which of the two you mean.")),
    "booking_past": _fixed(lambda: _("This time is over. Choose a later one.")),
    "booking_far": lambda days, **d: _("This can be booked at most %(days)s days ahead.", days=days),
    "too_soon": lambda minutes, **d: _("Book this room at least %(length)s ahead, or ask the host.", length=length(minutes)),
    "too_short_time": lambda minutes, **d: _("This room is let for %(length)s at the least.", length=length(minutes)),
    "too_long_time": lambda minutes, **d: _("This room is let for %(length)s at the most.", length=length(minutes)),
    "holiday": lambda name, **d: _("It is closed that day: %(name)s.", name=name),
    "room_hours": lambda opens, closes, **d: _(
        "That day this room can be booked from %(opens)s to %(closes)s.", opens=opens, closes=closes
    ),
    "closed_day": _fixed(lambda: _("This room is closed that day.")),
    "members_only": _fixed(lambda: _("This room is for members. Sign in first.")),
    "hosts_only": _fixed(lambda: _("This room is booked through the host.")),
    "taken": _fixed(lambda: _("Somebody else has this room at that time. Choose another time or room.")),
    "taken_elsewhere": _fixed(lambda: _("This room is taken at that time, in another calendar. Choose another time or room.")),
    "calendar_link": _fixed(
        lambda: _("Paste the address of a calendar that begins with https:// or webcal://, as the other program gives it.")
    ),
    "room_closed": lambda reason, **d: _("This room is closed then: %(reason)s.", reason=reason),
    "too_many_people": lambda most, **d: _("At most %(most)s people fit in.", most=most),
    "country": _fixed(lambda: _("Type the two letters of a country, such as NL.")),
    "vat_id": _fixed(lambda: _("This is no VAT number, such as NL123456789B01.")),
    "price_changed": lambda cents, dots=0, **d: _(
        "The price has changed meanwhile: it is now %(price)s. Nothing was booked; look at it once more.",
        price=price_of(cents, dots),
    ),
    "no_capital_here": _fixed(lambda: _("This room is not to be had for capital.")),
    "dots_limit": lambda most, left, **d: _(
        "For this room you can use at most %(most)s dots a month; %(left)s are left that month.", most=most, left=left
    ),
    "dots_short": lambda available, dots, **d: _(
        "This costs %(dots)s dots and you have %(available)s free. Pay with euro, or choose a shorter time.",
        dots=dots, available=available,
    ),
    "fee_changed": lambda cents, dots=0, **d: _(
        "What cancelling costs has changed meanwhile: it is now %(price)s. Nothing was cancelled yet.",
        price=price_of(cents, dots),
    ),
    "hold_over": _fixed(lambda: _("The room was kept for you for a while, and that is over. Choose the time once more.")),
    "many_holds": lambda **d: _("You keep %(most)s rooms already. Send one of those forms, or wait five minutes.", **d),
    "not_in_room": _fixed(lambda: _("The set-up or the extras that you chose are not to be had in that room.")),
    "no_more_time": _fixed(lambda: _("You had more time already. Send the form, or choose the time once more.")),
    "no_options": _fixed(lambda: _("This room is not kept on option.")),
    "booking_decided": _fixed(lambda: _("This was decided already.")),
    "booking_over": _fixed(lambda: _("This booking no longer stands.")),
    "not_begun": _fixed(lambda: _("This has not begun yet.")),
    "too_early": lambda minutes, **d: _("They can be there from %(length)s before the start.", length=length(minutes)),
    "move_undo_late": _fixed(lambda: _("This can be taken back for half a minute only. Move it once more.")),
    "nobody_found": _fixed(lambda: _("Nobody of this name is known here. A guest needs a mail address, too.")),
    "renter_no_mail": lambda name, **d: _("No mail address of %(name)s is known. Type it behind the name.", name=name),
    "booking_begun": _fixed(lambda: _("This has begun already. Ask the host.")),
    "bound": _fixed(lambda: _("It is too late to make this cheaper yourself. Ask the host.")),
    "needs_approval": _fixed(lambda: _("For that room the host says yes first. Ask the host to move it, or book it anew.")),
    "not_now": _fixed(lambda: _("This is not possible at this moment.")),
    "needs_mail": _fixed(lambda: _("The invoice needs an address: add your mail address to your profile first.")),
    "room_code_expired": _fixed(lambda: _("This code is no longer valid. Scan the new one beside the room.")),
    "meeting_closed": _fixed(
        lambda: _("This meeting is not now. Its code works from half an hour before until half an hour after it.")
    ),
    "meeting_full": _fixed(
        lambda: _("As many guests came in by this code as the meeting has. Check in at the tablet by the door.")
    ),
    "meeting_nearly_over": _fixed(lambda: _("The meeting is nearly over: nobody would be there in time.")),
    "asks_already": _fixed(lambda: _("You ask the house something else now. Take that back on your own page first.")),
    "too_many_times": lambda most, **d: _("At most %(most)s times in one go. Choose an earlier end.", most=most),
    "series_long": _fixed(lambda: _("This goes on for more than two years. Choose an earlier end.")),
    "last_before": _fixed(lambda: _("The last day comes after the first.")),
    "series_changed": _fixed(lambda: _("Something changed meanwhile. Nothing was done yet; look at it once more.")),
    "nothing_left": _fixed(lambda: _("Every time is skipped, so that nothing is left. Keep at least one.")),
    "free_now": _fixed(lambda: _("This is free. You need not wait: book it now.")),
    "held_now": lambda until, **d: _(
        "Somebody is busy booking this and has until %(day)s, %(time)s. Look again then: it is free, or you can get in line.",
        day=format_date(until.date(), "EEE d MMM"), time=f"{until:%H:%M}",
    ),
    "waits_already": _fixed(lambda: _("You wait for this already.")),
    "too_many_waits": lambda most, **d: _("You wait for %(most)s things. Take one off your list first.", most=most),
    "offer_over": _fixed(lambda: _("This offer is over: it was answered, or its time has passed.")),
    "wait_over": _fixed(lambda: _("You no longer wait for this.")),
    # Codes and badges
    "code_unreadable": _fixed(lambda: _("This is not a code of this place. Hold your badge before the camera.")),
    "code_forged": _fixed(lambda: _("This code is not valid here.")),
    "code_is_door": _fixed(lambda: _("This is the door code for phones. Hold your own badge before the camera.")),
    "code_expired": _fixed(lambda: _("This door code is no longer valid. Scan the new one on the tablet.")),
    "code_used": _fixed(lambda: _("You used this door code already. Scan the new one on the tablet.")),
    "badge_unknown": _fixed(lambda: _("We do not know this badge. Ask the host.")),
    "badge_revoked": _fixed(lambda: _("This badge was replaced. Use the new one, or ask the host.")),
    "look_up_unclear": _fixed(
        lambda: _("We are not sure who you are. Type more of your own full name or mail, or ask the host.")
    ),
    # Presence
    "floor": lambda **d: _("Your balance cannot carry this seat. Talk with the host: there is always a way."),
    "here_by_name": _fixed(lambda: _("You are already checked in. A name alone does not change that: show your badge.")),
    "not_here": _fixed(lambda: _("This visit has ended.")),
    "undo_late": _fixed(lambda: _("This can no longer be undone. Ask the host.")),
    "clock_ahead": _fixed(lambda: _("The clock of this tablet is ahead. The host will look at this scan.")),
    "too_old": _fixed(lambda: _("This scan is older than three days. The host will look at it.")),
    "room_full": lambda room, **d: _("%(room)s is full.", room=room),
    "mail_is_theirs": lambda name, **d: _("Sign-in links go to this address, so only %(name)s can change it.", name=name),
    "no_mail": _fixed(lambda: _("This place sends no mail yet, so a new address cannot be proved. Ask the host.")),
    "elsewhere": lambda name, **d: _("%(name)s is checked in elsewhere.", name=name),
    "not_acquainted": lambda name, **d: _(
        "You can change the record of %(name)s once they came to this venue by themselves, or on the day after.", name=name
    ),
    # Thanks
    "self_thanks": _fixed(lambda: _("Thanks go to somebody else.")),
    "never_met": lambda **d: _("You can thank %(name)s once you were here at the same time, in the last 7 days.", **d),
    "cap_given": lambda most, **d: ngettext(
        "You gave %(num)d thanks today. Tomorrow you can thank again.",
        "You gave %(num)d thanks today. Tomorrow you can thank again.",
        most,
    ),
    "cap_received": lambda most, name, **d: _("%(name)s was thanked often today. Try again tomorrow.", name=name),
    "cap_pair": lambda most, days, name, **d: _(
        "You thanked %(name)s %(most)s times in %(days)s days. Thank somebody else, too.", name=name, most=most, days=days
    ),
    "gift_too_large": _fixed(lambda: _("You can give at most what you have free.")),
    # Introductions
    "places_differ": _fixed(lambda: _("You were not with both of them in one house these days.")),
    "introduction_lapsed": _fixed(lambda: _("This introduction has ended.")),
    # Leaving for good
    "not_sure": _fixed(lambda: _("Tick that you are sure.")),
    "last_admin": _fixed(lambda: _("You are the only admin here. Make somebody else one first.")),
    # Meetings
    "story_names": _fixed(lambda: _("This says who it was. Tell it without names and addresses.")),
    # Posts
    "link_long": lambda most, **d: _("This link is too long: at most %(most)s characters.", most=most),
    "link_shape": _fixed(lambda: _("This is no link. Copy it from the post, such as https://mastodon.example/@you/123456.")),
    "link_scheme": _fixed(lambda: _("A link to a post begins with https://.")),
    "link_user": _fixed(lambda: _("This link holds a name and an @ before the site. Copy the link of the post itself.")),
    "link_port": _fixed(lambda: _("This link names a port. Copy the link of the post itself.")),
    "link_host": _fixed(lambda: _("This link leads to no public site.")),
    "link_short": _fixed(lambda: _("This is a short link. Paste the link of the post itself.")),
    "link_post": _fixed(lambda: _("This is not the link of a post there. Open the post and copy its link.")),
    "link_copy": lambda home="", **d: _("This is a copy on another server. Paste the link of the post at %(home)s.", home=home),
    "posts_off": _fixed(lambda: _("At this venue posts earn nothing now.")),
    "post_late": lambda days, **d: _("This visit is more than %(days)s days ago.", days=days),
    "cap_posts": lambda most, **d: _("You sent %(most)s posts today. Tomorrow you can send more.", most=most),
    "visit_posted": _fixed(lambda: _("You sent a post about this day before. One counts.")),
    "post_claimed": _fixed(lambda: _("This post was sent in before. Each counts once.")),
    "post_unread": _fixed(lambda: _("We could not read it, so the host looks.")),
    "own_post": _fixed(lambda: _("Nobody confirms their own post. Ask another host.")),
    "picture_large": _fixed(lambda: _("This picture is larger than 2 MB. Take a screenshot, or make it smaller.")),
    "picture_kind": _fixed(lambda: _("This is no picture that we can show. Send a PNG or a JPEG.")),
    "picture_two": _fixed(lambda: _("This file holds more than a picture. Take a new screenshot and send that.")),
    "picture_bomb": _fixed(lambda: _("This picture has too many points. Take a screenshot, or make it smaller.")),
    "picture_broken": _fixed(lambda: _("This picture is damaged. Take a new screenshot and send that.")),
    "handle_shape": _fixed(lambda: _("This is no name there. Copy it from your profile, such as @you@mastodon.example.")),
    "account_there": _fixed(lambda: _("This account is in your list already.")),
    "account_taken": _fixed(lambda: _("Somebody else has linked this account.")),
    "many_accounts": lambda most, **d: _("You have %(most)s accounts. Remove one first.", most=most),
    "undone": _fixed(lambda: _("This was undone before.")),
    "decided": _fixed(lambda: _("This was decided before. Look again: it says how.")),
    "gift_over_balance": lambda most, **d: ngettext(
        "You can give %(num)d dot at most: what is free in your balance.",
        "You can give %(num)d dots at most: what is free in your balance.",
        most,
    ),
    # What hosts put right
    "frozen": _fixed(lambda: _("This account stands still for now. Talk with the host: there is always a way.")),
    "already_frozen": _fixed(lambda: _("This account stands still already.")),
    "not_frozen": _fixed(lambda: _("This account does not stand still.")),
    "own_account": _fixed(lambda: _("This touches your own account. Ask another host or an admin.")),
    # Talks and tasks
    "day_shape": _fixed(lambda: _("Type a day such as 2026-03-12.")),
    "clock_shape": _fixed(lambda: _("Type a time such as 14:30.")),
    "clock_skipped": _fixed(lambda: _("That night the clock skips this time. Choose another.")),
    "time_past": _fixed(lambda: _("This time has passed.")),
    "time_far": lambda days, **d: _("At most %(days)s days ahead.", days=days),
    "closed_then": _fixed(lambda: _("The house is closed then. A talk takes 15 minutes, within opening hours.")),
    "too_many_talks": lambda most, **d: _("There are %(most)s talks ahead already. Give one of them first.", most=most),
    "room_taken": lambda room, **d: _("There is a talk in %(room)s at that time.", room=room),
    "speaks_then": _fixed(lambda: _("The same speaker has a talk at that time.")),
    "own_talk": _fixed(lambda: _("This is your own talk: who listens is counted.")),
    "not_at_talk": _fixed(lambda: _("Check in here first: a talk counts for who is at this place now.")),
    "attended": _fixed(lambda: _("This listener is counted already.")),
    "talk_not_begun": _fixed(lambda: _("This talk has not begun yet.")),
    "talk_not_over": _fixed(lambda: _("This talk is not over yet.")),
    "talk_over": _fixed(lambda: _("This talk is over: listeners count until half an hour after the end.")),
    "talk_cancelled": _fixed(lambda: _("This talk was cancelled.")),
    "talk_settled": _fixed(lambda: _("This talk was settled before.")),
    "talk_code_expired": _fixed(lambda: _("This code is no longer valid. Scan the one that the speaker shows now.")),
    "task_full": _fixed(lambda: _("All places are taken.")),
    "task_begun": _fixed(lambda: _("This task has begun: talk with the host.")),
    "task_not_begun": _fixed(lambda: _("This task has not begun yet.")),
    "task_closed": _fixed(lambda: _("This task is closed.")),
    "nobody_chosen": _fixed(lambda: _("Tick who took part.")),
    "hours_shape": lambda most, **d: _("Type hours in halves, such as 1 or 1.5, at most %(most)s.", most=most),
    # Asks
    "ask_over": _fixed(lambda: _("This question is no longer open. Thank you for thinking along.")),
    "ask_offered": _fixed(lambda: _("You offered before, and it is taken care of. Thank you.")),
    "ask_taken": _fixed(lambda: _("Somebody was a moment earlier. Thank you all the same.")),
    "answer_first": _fixed(lambda: _("A question waits for you on your own page. Answer that first.")),
    "ask_the_host": _fixed(lambda: _("Whoever asks this has no phone with us. Tell the host that you can help.")),
    "wall_hidden": _fixed(lambda: _("You are hidden, and the wall shows nothing of you. Show yourself first, or ask quietly.")),
    "wall_names": _fixed(lambda: _("These words tell who you are, so the wall leaves them out. Ask quietly, or change them.")),
    # Written down by a host
    "own_contribution": _fixed(lambda: _("Your own contribution is for another host or an admin to confirm.")),
    "not_known_here": lambda name, **d: _(
        "You can write this down for %(name)s once they came to this venue by themselves, or on the day after.", name=name
    ),
    "cap_proxy": lambda name, most, **d: _(
        "%(most)s contributions of %(name)s were written down today. Tomorrow you can go on.", name=name, most=most
    ),
    "cap_proxy_host": lambda most, **d: _("You wrote down %(most)s contributions today. Ask another host.", most=most),
    # The ledger
    "settled": _fixed(lambda: _("This seat was settled before.")),
    "forgiven": _fixed(lambda: _("This seat was filled otherwise before.")),
    "own_grant": _fixed(lambda: _("A grant goes to somebody else.")),
    "budget_spent": lambda available, **d: _("The budget has %(available)s left. Ask an admin to fill it.", available=available),
    "second_host": _fixed(lambda: _("Somebody else decides on this: neither who asked nor who gets it.")),
    "no_day_pass": _fixed(lambda: _("No day passes are sold here.")),
    "reversed": _fixed(lambda: _("This line was reversed before.")),
    "not_reversible": _fixed(lambda: _("This line cannot be reversed.")),
    "of_a_booking": _fixed(lambda: _("This line follows from a booking. Change or cancel the booking instead.")),
    "key_reused": _fixed(lambda: _("This was sent before with other content. Nothing was changed.")),
    "damaged": _fixed(lambda: _("The books cannot be read at one place. Tell the host: the health page names it.")),
    # Passports
    "passport_large": lambda most, **d: _("This is larger than a passport can be: at most %(most)s kB.", most=most),
    "passport_shape": _fixed(lambda: _("This is not a passport. Take the file as it was downloaded, whole and unchanged.")),
    "passport_alg": _fixed(lambda: _("This passport is signed in a way that is not accepted.")),
    "passport_forged": _fixed(lambda: _("This passport was changed after it was signed, or its signature is not real.")),
    "passport_early": _fixed(lambda: _("This passport says that it was made in the future. Ask for a new one.")),
    "passport_expired": lambda day, **d: _(
        "This passport was good until %(day)s. Ask for a new one there.", day=format_date(day, "d MMMM y")
    ),
    "passport_stranger": lambda fingerprint, **d: _(
        "This passport is signed well, by a network that is not trusted here: key %(key)s. An admin can add that key.",
        key=fingerprint,
    ),
    "passport_self": _fixed(lambda: _("You cannot start yourself. Ask another host.")),
    "passport_home": _fixed(lambda: _("This passport comes from this network itself: the balance holds all of it already.")),
    "passport_nameless": _fixed(lambda: _("This passport carries no name. They can download one that shows their first name.")),
    "passport_other_name": lambda name, **d: _("This passport is not in the name of %(name)s.", name=name),
    "passport_nothing": _fixed(lambda: _("There is nothing to give: no dots were earned, or newcomers get none here.")),
    "passport_commons": _fixed(lambda: _("The commons holds too little for this start.")),
    "passport_used": _fixed(lambda: _("This passport, or another one of the same person, was a start here before.")),
    "passport_second": lambda name, **d: _("%(name)s had a start from a passport before.", name=name),
    "key_shape": _fixed(lambda: _("A key is 64 digits and letters from a to f, as “s2m passport key” prints it.")),
    "key_known": _fixed(lambda: _("This key is trusted already.")),
    # Bills and what the bank tells
    "quote_no_ubl": _fixed(lambda: _("A quote is for people only: there is no file of it for a bookkeeping program.")),
    "bill_incomplete": _fixed(
        lambda: _("Something is missing for this file: a name, a country, or the seller's VAT number. Fill that in first.")
    ),
    "camt_size": _fixed(lambda: _("This file is larger than 2 MB. Download fewer days at your bank.")),
    "camt_unreadable": _fixed(lambda: _("This file cannot be read. Take it as you downloaded it at your bank, unchanged.")),
    "camt_kind": _fixed(lambda: _("This is not a statement as CAMT.053. Choose that format at your bank.")),
    "camt_accounts": _fixed(lambda: _("This file tells of several accounts. Download one account at a time.")),
    "camt_currency": _fixed(lambda: _("This account is not in euro.")),
    "camt_amount": _fixed(lambda: _("An amount in this file is not in whole cents. Nothing was taken from it.")),
    "camt_sum": _fixed(lambda: _("The amounts in this file do not add up to its closing balance. Nothing was taken from it.")),
    # Signing in and devices
    "sign_in": _fixed(lambda: _("Sign in first.")),
    "denied": _fixed(lambda: _("This is not for you. Ask the host if you think it should be.")),
    "not_from_here": _fixed(lambda: _("This page was open for too long or came from elsewhere. Open it again and repeat.")),
    "link_unknown": _fixed(lambda: _("We do not know this link. Ask for a new one.")),
    "link_used": _fixed(lambda: _("This link was used. Ask for a new one.")),
    "link_expired": _fixed(lambda: _("This link is too old. Ask for a new one.")),
    "link_other_browser": _fixed(lambda: _("Open this link in the browser where you asked for it, or ask for a new one here.")),
    "pairing_unknown": _fixed(lambda: _("We do not know this code. Ask the host for a new one.")),
    "pairing_expired": _fixed(lambda: _("This code is too old. Ask the host for a new one.")),
    "device_unknown": _fixed(lambda: _("This tablet is not paired. Ask the host for a code.")),
    "person_unknown": _fixed(lambda: _("We do not know this person.")),
    # Invoices
    "no_seller": _fixed(lambda: _("Nobody said yet who sells here, and an invoice needs that.")),
    "nothing_to_bill": _fixed(lambda: _("There is nothing to pay, so there is no invoice.")),
    "not_an_invoice": _fixed(lambda: _("This is no invoice. Look for the one that it takes back.")),
    "credited": _fixed(lambda: _("A credit note took this invoice back before.")),
    "payment_known": _fixed(lambda: _("This payment was put down before.")),
    "more_than_over": _fixed(lambda: _("This is more than there is to give back.")),
    "deposit_back": _fixed(lambda: _("There is no deposit to give back.")),
    "deposit_unpaid": _fixed(lambda: _("The deposit was not paid yet.")),
    "deposit_returned": _fixed(
        lambda: _("The deposit of this invoice is given back. Take that off first, then the invoice can be taken back.")
    ),
    "paid_already": _fixed(lambda: _("Nothing is left to pay.")),
    "no_provider": _fixed(lambda: _("Nobody takes payments online here. Pay by bank: the invoice says how.")),
    "provider_away": _fixed(lambda: _("The payment service does not answer. Nothing was paid. Try again, or pay by bank.")),
    "iban": _fixed(lambda: _("This is no IBAN: a sign is wrong or missing.")),
    "registration": _fixed(lambda: _("The number of the register of companies has 8 digits.")),
    "postcode": _fixed(lambda: _("Type a postcode such as 3811 AB.")),
    "prefix_shape": _fixed(lambda: _("At most four letters.")),
    "number_prefix": _fixed(
        lambda: _("Another venue sells under this VAT number and numbers its invoices alike. Choose other letters to begin with.")
    ),
    "day_ahead": _fixed(lambda: _("This day is still to come.")),
    "too_long_ago": _fixed(lambda: _("This is more than three years ago.")),
    # Requests
    "too_many": lambda retry_after=60, **d: ngettext(
        "That was too often. Try again in %(num)d second.", "That was too often. Try again in %(num)d seconds.", int(retry_after)
    ),
    "event_shape": _fixed(lambda: _("This event is not of the agreed form.")),
    "event_id": _fixed(lambda: _("An event needs an id: a UUID.")),
    "event_time": _fixed(lambda: _("The time of an event needs a date, a time and an offset, as in 2026-03-12T09:41:00+01:00.")),
    "json": _fixed(lambda: _("Send JSON of the agreed form.")),
    "too_long_body": _fixed(lambda: _("This is too large to take.")),
    "too_many_events": _fixed(lambda: _("At most 200 events in one go.")),
    "method": _fixed(lambda: _("This address does not do that.")),
    "bad_request": _fixed(lambda: _("This request makes no sense here.")),
    "not_found": _fixed(lambda: _("This page does not exist. The link may be old. Nothing was lost.")),
    "conflict": _fixed(lambda: _("Somebody was a moment earlier. Look again and repeat if it is still needed.")),
    "refused": _fixed(lambda: _("This is not possible now.")),
    **dict.fromkeys(("unavailable", "busy", "collision"), _fixed(lambda: _("This could not be stored just now. Try again."))),
    "failure": _fixed(lambda: _("Something broke on our side. Nothing was stored. Try again, or tell the host this number.")),
    "error": _fixed(lambda: _("This did not work. Nothing was stored.")),
    # Answers that are no refusal
    "checked_in": _fixed(lambda: _("Welcome. You are checked in.")),
    "already_here": _fixed(lambda: _("You are already checked in.")),
    "recorded": _fixed(lambda: _("This visit was recorded. It has ended.")),
}
