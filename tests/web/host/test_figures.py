"""The host's page of figures, and its file."""

import csv
import io
from datetime import timedelta

import pytest

from tests.cast import sign_in
from tests.letting import as_booker, book, let


@pytest.fixture
def marieke(app, cast, now_is):
    return sign_in(app, cast.marieke, now_is)


@pytest.fixture
def perron(app, cast, now_is):
    """Let, and booked for an hour an hour ago by a host, who is bound by no hours."""
    with app.extensions["s2m.database"].write() as store:
        room = let(store, cast.seinhuis, cast.marieke, now_is - timedelta(days=2), '=Perron"')
        start = now_is.replace(minute=0, second=0, microsecond=0)
        book(store, cast.seinhuis, room, start, 1, as_booker(cast.marieke, host=True), start - timedelta(days=1))
    return room


def test_before_any_room_is_let_it_says_so(marieke):
    page = marieke.get("/host/het-seinhuis/figures?lang=en").text
    assert "No room is let yet" in page and "<table" not in page


def test_shows_what_the_rooms_did_this_month(marieke, perron, now_is):
    page = marieke.get(f"/host/het-seinhuis/figures?time={now_is:%Y-%m}&lang=en").text
    assert "€38.00" in page and "Perron" in page and "1 day" in page


def test_the_file_has_a_line_for_each_room_and_no_formula(marieke, perron, now_is):
    answer = marieke.get(f"/host/het-seinhuis/figures.csv?time={now_is:%Y}&lang=en")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert rows[1][0] == "'=Perron\"" and rows[1][4:6] == ["1", "38.00"] and len(rows) == 2
    assert f"rooms-{now_is:%Y}.csv" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("time", ["2026-13", "9999", "2026-1", "x", "2026-03-01", "20260"])
def test_what_is_no_month_is_this_month(marieke, time, now_is):
    assert f"?time={now_is:%Y}" in marieke.get(f"/host/het-seinhuis/figures?time={time}").text
