"""Do people meet? The proof page: counts without names, for a venue's hosts; and stories taken down."""

import csv
import io

import pytest

from s2m.domain import meetings
from s2m.domain.meetings import proof


@pytest.fixture
def lived(app, phone, cast, here, now, clock):
    """Samira was shown Joost, and it helped; its story hangs on the wall. The next day a host looks."""
    visits = here(cast.samira, "iemand die offertes leest"), here(cast.joost)
    phone(cast.samira).says("/me")
    with app.extensions["s2m.database"].write() as store:
        meetings.say(store, cast.samira, visits[0].id, visits[1].id, "helped", now)
        meetings.tell(store, cast.samira, visits[0].id, visits[1].id, "Samen =gerekend", now, agreed=True)
    clock.shift(86_400)
    return phone(cast.marieke)


@pytest.fixture
def told(monkeypatch):
    """As if one answer were enough to be told."""
    monkeypatch.setattr(proof, "FEW", 1)


PAGE = "/host/het-seinhuis/meetings"


def test_nobody_shown_yet_is_said_in_plain_words(phone, cast):
    assert "Nobody was shown yet" in phone(cast.marieke).says(PAGE)


def test_what_fewer_than_five_said_is_not_told(lived):
    page = lived.says(PAGE)
    assert "Fits fewer than five answers: not told 1 – –" in page and "100 %" not in page
    rows = lived.get(f"{PAGE}.csv").text
    assert "Fits" not in rows and "helped" not in rows and "Shown to somebody" in rows


def test_the_page_counts_and_says_where_little_was_seen(lived, told):
    page = lived.says(PAGE)
    assert "The last 30 days up to last midnight, without names." in page
    assert "Fits fewer than 30 shown: says little 1 1 100 % 21–100 %" in page
    assert "Unexpected fewer than five answers: not told 0 – –" in page
    assert "Fewer than five meetings of this time are a week old." in page
    assert "50 % 1 of 2" in page and "0 % 0 of 2" in page


def test_no_name_stands_on_it(lived, cast):
    text = lived.get(PAGE).text.partition("<main")[2] + lived.get(f"{PAGE}.csv").text
    for person in (cast.samira, cast.joost):
        assert person.first_name not in text and person.id not in text


@pytest.mark.parametrize(("asked", "days"), [("7", 7), ("90", 90), ("8", 30), ("x", 30), ("", 30), ("٧", 30)])
def test_the_period_is_chosen_from_three(lived, asked, days):
    page = lived.get(f"{PAGE}?days={asked}").text
    assert f'href="?days={days}" aria-current="true"' in page


def test_the_file_holds_the_same_figures_and_no_formula(lived, told):
    answer = lived.get(f"{PAGE}.csv?days=7")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="meetings-2026-03-13-7.csv"'
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(answer.text.lstrip("\ufeff")))}
    assert rows["Met: Fits"] == ["1", "1", "1.0000", "0.2065", "1.0000"]
    assert rows["Shown to somebody"][:2] == ["1", "2"] and rows["It helped: Fits"] == ["1"]
    assert not any(cell[:1] in "=+-@" for row in rows.values() for cell in row if cell)


def test_the_picture_and_the_table_say_the_same(lived, told):
    page = lived.get(PAGE).text
    assert '<rect width="600" height="14"/><rect x="124" y="19" width="476" height="3"/>' in page
    assert page.count("<svg class=\"mark--know\"") == 1, "no bar where nobody was shown"


def test_a_host_takes_a_story_off_the_wall(lived, phone, cast):
    page = lived.get(PAGE).text
    story = page.partition("/stories/")[2].partition("/")[0]
    assert phone(cast.wim).post(f"/host/de-wissel/stories/{story}/down").status_code == 404
    assert phone(cast.wim).post(f"/host/het-seinhuis/stories/{story}/down").status_code == 404
    assert lived.post(f"/host/het-seinhuis/stories/{story}/down").location == PAGE
    assert "Samen =gerekend" not in lived.get(PAGE).text
