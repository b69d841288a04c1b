"""Letting rooms: terms from a form, what they come to, extras, closed times and pictures, as a host does it."""

import io

import pytest
from PIL import Image

from s2m.domain import rooms
from s2m.domain.rooms import RoomTerms, values_of
from tests.letting import HOUR, as_booker, book, let
from tests.web.test_pictures import made

ROOMS = "/host/het-seinhuis/rooms"
GIVEN = values_of(RoomTerms(hour_cents=3800, member_percent=10))
COFFEE = {"name": "Koffie en thee", "kind": "catering", "price": "2,50", "per": "person", "vat": "900"}
DAY = "2026-03-13"
CLOSED = {"room": "all", "from_day": DAY, "from": "08:00", "until_day": DAY, "until": "12:00", "reason": "vloer"}


@pytest.fixture
def store(app):
    """One transaction for each use."""
    return app.extensions["s2m.database"]


@pytest.fixture
def perron(store, cast, now):
    with store.write() as kept:
        return let(kept, cast.seinhuis, cast.marieke, now)


@pytest.fixture
def terms(perron):
    return f"{ROOMS}/{perron.id}/terms"


def in_force(store, room, now):
    with store.read() as kept:
        return kept.rooms.terms(room.id, now)


# Terms ------------------------------------------------------------------------------------------------------------


def test_a_meeting_room_that_is_not_let_is_let_by_its_terms(host, store, cast, now):
    assert "No meeting rooms yet" in host.says(f"{ROOMS}/letting")
    host.post(f"{ROOMS}/new", name="Wissel", kind="meeting", floor="1", capacity="4")
    assert "Nobody can book this room until you say on which terms." in host.says(f"{ROOMS}/letting")
    with store.read() as kept:
        (room,) = kept.venues.rooms(cast.seinhuis.id)
    form = host.get(f"{ROOMS}/{room.id}/terms").text
    assert "Let this room" in form and "Type a price, and look what it comes to." in form
    assert host.post(f"{ROOMS}/{room.id}/terms", **GIVEN | {"setup_boardroom": "4"}).status_code == 303
    assert in_force(store, room, now).setups == {"boardroom": 4}
    assert "€38 per hour" in host.says(f"{ROOMS}/letting") and "up to 4 people" in host.says(f"{ROOMS}/letting")


def test_what_is_typed_is_reckoned_and_nothing_kept(host, store, perron, terms, now):
    answer = host.post(terms, **GIVEN | {"hour_cents": "50", "reckon": "1"})
    assert answer.status_code == 200 and "€121.00" in answer.text and "€108.90" in answer.text
    assert 'value="50"' in answer.text and in_force(store, perron, now).hour_cents == 3800


def test_terms_are_planned_told_with_what_changes_and_withdrawn(host, store, perron, terms, now):
    said = host.post(terms, follow_redirects=True, **GIVEN | {"hour_cents": "42,50", "from": "2026-03-20"}).text
    assert "are planned for Friday 20 March 2026" in said
    page = host.says(terms)
    assert "planned" in page and "An hour (euro): €38, then €42.50" in page and "Off for members (percent): 0, then 10" in page
    assert in_force(store, perron, now).hour_cents == 3800
    with store.read() as kept:
        version = rooms.versions(kept, perron)[0].id
    assert "were withdrawn" in host.post(f"{terms}/withdraw", follow_redirects=True, version=version).text
    assert "planned" not in host.says(terms)
    assert host.post(f"{terms}/withdraw", version=version).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"hour_cents": ""}, "Type a price for an hour"), ({"hour_cents": "veel"}, "Type an amount in euro"),
        ({"longest": "15"}, "cannot be shorter than the shortest"), ({"setup_theatre": "21"}, "This must be 20 or less."),
        ({"off_peak_percent": "20"}, "Say at which times it is quiet"), ({"own_hours": "1"}, "Type the times of one day"),
        ({"tier_percent_0": "90"}, "Whoever cancels later pays at least as much"), ({"from": "2026-03-01"}, "This day is over"),
        ({"dots_per_hour": "3"}, "Say how many dots"),
    ],
)  # fmt: skip
def test_terms_that_make_no_sense_say_so_beside_the_field(host, store, perron, terms, now, wrong, sentence):
    answer = host.post(terms, **GIVEN | wrong)
    assert answer.status_code == 422 and sentence in answer.text and 'aria-invalid="true"' in answer.text
    assert in_force(store, perron, now).member_percent == 0


def test_a_group_with_an_error_is_open(host, terms):
    page = host.post(terms, **GIVEN | {"warn_after": "60", "release_after": "15"}).text
    group = page[: page.index("Cancelling, and when nobody comes")]
    assert group[group.rindex("<details") :].startswith("<details open>")


# Extras -----------------------------------------------------------------------------------------------------------


def test_extras_are_added_counted_and_asked_about_before_they_go(host, store, perron, clock, now):
    clock.shift(60)
    assert "No extras yet" in host.says(f"{ROOMS}/extras")
    host.post(f"{ROOMS}/extras", **COFFEE, everywhere="1")
    assert "€2.50 per person" in host.says(f"{ROOMS}/extras") and "offered in Perron" in host.says(f"{ROOMS}/extras")
    (extra_id,) = in_force(store, perron, now + HOUR).extras
    assert host.post(f"{ROOMS}/extras", **COFFEE).status_code == 409
    refused = host.post(f"{ROOMS}/extras/{extra_id}/stock", stock="-2")
    assert refused.status_code == 422 and "This must be 0 or more." in refused.text
    host.post(f"{ROOMS}/extras/{extra_id}/stock", stock="6")
    assert 'value="6"' in host.get(f"{ROOMS}/extras").text
    assert "This cannot be undone." in host.get(f"{ROOMS}/extras/{extra_id}/retire").text
    assert "Koffie en thee" in host.says(f"{ROOMS}/extras")
    host.post(f"{ROOMS}/extras/{extra_id}/retire")
    assert "No extras yet" in host.says(f"{ROOMS}/extras")


# Closed times -----------------------------------------------------------------------------------------------------


def test_rooms_are_closed_with_what_is_booked_in_them_shown_and_opened_again(host, store, cast, perron, now):
    with store.write() as kept:
        book(kept, cast.seinhuis, perron, now + 26 * HOUR, 1, as_booker(cast.samira), now, title="Kennismaking")
    said = host.post(f"{ROOMS}/closures", follow_redirects=True, **CLOSED).text
    assert "1 booking stands in that time" in said and "Kennismaking" in said and "vloer" in said
    with store.read() as kept:
        (closure,) = kept.rooms.closures([perron.id], now, now + 99 * HOUR)
    assert "can be booked again" in host.post(f"{ROOMS}/closures/{closure.id}/reopen", follow_redirects=True).text
    assert "Nothing is closed." in host.says(f"{ROOMS}/closures")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [({"reason": ""}, "Fill this in."), ({"until": "07:00"}, "The end comes after the start."), ({"from": "acht"}, "Type a time"),
     ({"until_day": "9000-01-01"}, "more than three years away")],
)  # fmt: skip
def test_a_closed_time_that_makes_no_sense_is_not_kept(host, perron, wrong, sentence):
    answer = host.post(f"{ROOMS}/closures", **CLOSED | wrong)
    assert answer.status_code == 422 and sentence in answer.text
    assert "Nothing is closed." in host.says(f"{ROOMS}/closures")


def test_public_holidays_say_which_rooms_are_open(host, store, cast, now):
    with store.write() as kept:
        let(kept, cast.seinhuis, cast.marieke, now, "Feestzaal", open_on_holidays=True)
    page = host.says(f"{ROOMS}/closures")
    assert "King's Day open: Feestzaal" in page and "2027" in page and "Easter Sunday closed" in page


def test_before_a_room_is_retired_its_bookings_are_told(host, store, cast, perron, now):
    assert "bookings stand" not in host.says(f"{ROOMS}/{perron.id}/retire")
    with store.write() as kept:
        for hours in (2, 26):
            book(kept, cast.seinhuis, perron, now + hours * HOUR, 1, as_booker(cast.samira), now)
    assert "2 bookings stand in this room in the time to come" in host.says(f"{ROOMS}/{perron.id}/retire")


# Pictures ---------------------------------------------------------------------------------------------------------


def sent(host, room, content, alt="Lange tafel bij het raam"):
    return host.post(f"{ROOMS}/{room.id}/pictures", picture=(io.BytesIO(content), "zaal.jpg"), alt=alt)


def picture_ids(store, room):
    with store.read() as kept:
        return [picture.id for picture in kept.rooms.pictures(room.id)]


def test_pictures_are_sent_put_in_order_and_removed(host, store, perron):
    assert "No pictures yet" in host.says(f"{ROOMS}/{perron.id}/pictures")
    assert sent(host, perron, made("JPEG", (400, 200))).status_code == 303
    assert sent(host, perron, made("WEBP", (400, 200)), "De deur").status_code == 303
    first, second = picture_ids(store, perron)
    host.post(f"{ROOMS}/pictures/{second}/up")
    assert picture_ids(store, perron) == [second, first]
    assert f"/pictures/{second}" in host.get(f"{ROOMS}/letting").text
    assert host.post(f"{ROOMS}/pictures/{first}/describe", alt="").status_code == 422
    assert "The words were changed." in host.post(f"{ROOMS}/pictures/{first}/describe", follow_redirects=True, alt="Tafel").text
    assert "We keep no copy" in host.get(f"{ROOMS}/pictures/{first}/remove").text
    host.post(f"{ROOMS}/pictures/{first}/remove")
    assert picture_ids(store, perron) == [second]


@pytest.mark.parametrize(
    ("content", "alt", "sentence"),
    [
        (b"", "tafel", "Fill this in."), (b"GIF89a", "tafel", "Send a JPEG, PNG or WebP."),
        (made(), "", "Fill this in."), (b"\xff\xd8\xff" + bytes(99), "tafel", "This picture is damaged."),
    ],
)  # fmt: skip
def test_what_is_no_picture_or_has_no_words_is_refused(host, store, perron, content, alt, sentence):
    answer = sent(host, perron, content, alt)
    assert answer.status_code == 422 and sentence in answer.text and picture_ids(store, perron) == []


def test_a_body_beyond_bounds_is_not_read(host, perron):
    form = {"data": bytes(9 * 1024 * 1024), "content_type": "multipart/form-data; boundary=x"}
    assert host.client.post(f"{ROOMS}/{perron.id}/pictures", **form).status_code == 413


def test_strangers_see_pictures_of_rooms_for_anyone_and_browsers_keep_them(host, phone, store, cast, perron, terms, clock):
    sent(host, perron, made("JPEG", (400, 200)))
    (picture_id,) = picture_ids(store, perron)
    answer = phone().get(f"/pictures/{picture_id}")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    with Image.open(io.BytesIO(answer.data)) as image:
        assert (image.format, image.size, answer.headers["Content-Type"]) == ("WEBP", (400, 200), "image/webp")
    clock.shift(60)
    host.post(terms, **GIVEN | {"bookable_by": "members"})
    assert phone().get(f"/pictures/{picture_id}").status_code == 404
    members = phone(cast.samira).get(f"/pictures/{picture_id}")
    assert members.status_code == 200 and members.headers["Cache-Control"].startswith("private")
    clock.shift(60)
    host.post(terms, **GIVEN | {"bookable_by": "hosts"})
    assert phone(cast.samira).get(f"/pictures/{picture_id}").status_code == 404
    assert host.get(f"/pictures/{picture_id}").status_code == 200
    assert phone(cast.olga).get(f"/pictures/{picture_id}").status_code == 404
    assert phone().get("/pictures/nothing").status_code == 404
