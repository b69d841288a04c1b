"""Rooms: made, changed, retired, and who sits where."""

import pytest

HOST = "/host/het-seinhuis"
ROOMS = f"{HOST}/rooms"
SEATS = f"{ROOMS}/seats"
ROOM = {"name": "Loket", "kind": "meeting", "floor": "1", "capacity": "1"}


@pytest.fixture
def room(host, app, cast):
    host.post(f"{ROOMS}/new", **ROOM)
    with app.extensions["s2m.database"].read() as store:
        return store.venues.rooms(cast.seinhuis.id)[0]


def test_a_venue_without_rooms_says_what_to_do(host):
    assert "Add the open floor first" in host.says(SEATS)


def test_a_room_is_made_changed_and_retired(host, room):
    assert "Loket" in host.says(SEATS) and "meeting room · floor 1 · 0 of 1" in host.says(SEATS)
    host.post(f"{ROOMS}/{room.id}", **ROOM | {"name": "Balie", "kind": "quiet", "capacity": "3"})
    assert "quiet room · floor 1 · 0 of 3" in host.says(SEATS)
    assert "This cannot be undone." in host.get(f"{ROOMS}/{room.id}/retire").text
    assert "Balie" in host.says(SEATS)
    assert "is no longer offered" in host.post(f"{ROOMS}/{room.id}/retire", follow_redirects=True).text
    assert host.get(f"{ROOMS}/{room.id}").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "Fill this in."),
        ({"name": "12"}, "A name has at least one letter."),
        ({"kind": "palace"}, "Choose one of the options."),
        ({"floor": "first"}, "Type a whole number"),
        ({"capacity": "0"}, "This must be 1 or more."),
        ({"capacity": "9" * 30}, "Type a whole number"),
        ({"capacity": "１２"}, "Type a whole number"),
    ],
)
def test_a_room_that_cannot_be_says_so_beside_the_field_and_is_not_stored(host, wrong, sentence):
    answer = host.post(f"{ROOMS}/new", **ROOM | wrong)
    assert answer.status_code == 422 and sentence in answer.text and 'aria-invalid="true"' in answer.text
    assert "No rooms yet" in host.says(SEATS)


def test_a_name_is_given_to_one_room_at_a_time(host, room):
    answer = host.post(f"{ROOMS}/new", **ROOM | {"name": "LOKET"})
    assert answer.status_code == 409 and "There is already a room called Loket." in answer.text
    host.post(f"{ROOMS}/{room.id}/retire")
    assert host.post(f"{ROOMS}/new", **ROOM).status_code == 303


def test_somebody_is_seated_until_the_room_is_full_and_stands_up_again(host, room, here, cast):
    samira, joost = here(cast.samira), here(cast.joost)
    assert host.post(f"{ROOMS}/seat", visit=samira.id, room=room.id).status_code == 303
    assert "1 of 1 · full" in host.says(SEATS)
    full = host.post(f"{ROOMS}/seat", visit=joost.id, room=room.id)
    assert full.status_code == 409 and "Loket is full." in full.text
    host.post(f"{ROOMS}/seat", visit=samira.id, room="")
    assert "0 of 1" in host.says(SEATS)


def test_who_sits_in_a_room_that_is_retired_stays_checked_in(host, room, here, cast):
    visit = here(cast.samira)
    host.post(f"{ROOMS}/seat", visit=visit.id, room=room.id)
    assert "1 person who sits there now stays checked in" in host.says(f"{ROOMS}/{room.id}/retire")
    host.post(f"{ROOMS}/{room.id}/retire")
    assert "Samira" in host.says(f"{HOST}/today")


def test_another_venues_room_and_visit_are_not_there(phone, cast, room, here):
    wim = phone(cast.wim)
    visit = here(cast.samira)
    for path in (f"/host/de-wissel/rooms/{room.id}", f"/host/de-wissel/rooms/{room.id}/retire"):
        assert wim.get(path).status_code == wim.post(path, **ROOM).status_code == 404
    assert wim.post("/host/de-wissel/rooms/seat", visit=visit.id, room="").status_code == 404


def test_who_sits_where_stays_the_same_until_something_changes(host, room, here, cast):
    first = host.get(f"{SEATS}/now")
    assert host.get(f"{SEATS}/now", **{"If-None-Match": first.headers["ETag"]}).status_code == 304
    visit = here(cast.samira)
    host.post(f"{ROOMS}/seat", visit=visit.id, room=room.id)
    assert "Samira" in host.get(f"{SEATS}/now", **{"If-None-Match": first.headers["ETag"]}).text
