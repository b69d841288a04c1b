"""s2m login-link, badge, people import and people export."""

import csv
import io
import re

import pytest

from s2m.config import keys
from s2m.domain import codes, signin


def test_a_login_link_signs_its_person_in_once(s2m, cast, app, database, now_is):
    with database.write() as store:
        store.people.mark_signed_in(cast.samira, now_is)
    done = s2m("login-link", "Samira@seinhuis.example")
    assert done.exit_code == 0, done.output
    link = done.stdout.strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/login/[\w-]{43}", link)
    page = app.test_client().get(link.removeprefix("http://127.0.0.1:8000"))
    assert (page.status_code, "Samira" in page.get_data(as_text=True)) == (200, True)


def test_a_login_link_begins_with_the_address_that_was_given(s2m, cast):
    assert s2m("login-link", "samira@seinhuis.example", "--base", "https://seinhuis.local/").stdout.startswith(
        "https://seinhuis.local/login/"
    )


def test_a_login_link_for_somebody_in_another_network_works_too(s2m, cast, database, now):
    secret = s2m("login-link", "olga@elders.example").stdout.strip().rpartition("/")[2]
    with database.read() as store:
        assert store.signin.link(signin.fingerprint(secret)).person_id == cast.olga.id


@pytest.mark.parametrize("command", ["login-link", "badge"])
@pytest.mark.parametrize(
    ("email", "said"), [("nobody@noord.example", "Nobody here"), ("samira", "misses a part"), ("", "Fill this in")]
)
def test_an_address_that_nobody_has_is_refused_in_one_line(s2m, cast, command, email, said):
    done = s2m(command, email)
    assert (done.exit_code, done.stdout) == (1, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_text_of_a_badge_is_exactly_what_its_qr_holds(s2m, cast, folder, database):
    done = s2m("badge", "samira@seinhuis.example", "--format", "text")
    assert done.exit_code == 0, done.output
    assert done.stdout.count("\n") == 1
    with database.read() as store:
        badge = store.people.valid_badge(cast.samira.id)
    assert codes.read_badge(keys(folder).badge, done.stdout.rstrip("\n")) == badge.id


def test_the_pictures_of_a_badge_hold_its_text(s2m, cast, tmp_path):
    import zxingcpp
    from PIL import Image

    text = s2m("badge", "samira@seinhuis.example", "--format", "text").stdout.strip()
    picture = s2m("badge", "samira@seinhuis.example", "--format", "png").stdout_bytes
    assert [found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)).convert("L"))] == [text]
    out = tmp_path / "badge.svg"
    assert s2m("badge", "samira@seinhuis.example", "--out", out).stdout == ""
    assert out.read_text().startswith("<?xml")
    assert "<svg" in out.read_text()


LIST = """email,name,topics
zoe@noord.example,Zoë Ó Briain,gitaren; hout
SAMIRA@seinhuis.example,Somebody Else,
jan@noord.example,Jan Pol,
"""
BAD = """email,name
a@noord.example,An
no-mail,Bo
"c@noord.example","two
lines"
d@noord.example,
A@noord.example,Twice
e@x.nl,E,f,g
"""


@pytest.fixture
def roster(tmp_path):
    def write(content):
        file = tmp_path / "list.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return write


def test_people_come_in_with_account_grant_badge_and_topics(s2m, cast, roster, database):
    done = s2m("people", "import", roster(LIST), "--venue", "de-wissel")
    assert done.exit_code == 0, done.output
    assert done.stdout == "2 came in, 1 known already.\n"
    with database.read() as store:
        zoe = store.people.by_email(cast.noord.id, "zoe@noord.example")
        assert zoe.name == "Zoë Ó Briain"
        assert {t.text for t in store.people.topics(zoe.id)} == {"gitaren", "hout"}
        assert store.ledger.person_account(zoe.id).balance == cast.policy.newcomers_grant
        assert store.people.valid_badge(zoe.id)
        assert store.people.get(cast.samira.id) == cast.samira


def test_a_list_brought_in_twice_changes_nothing_more(s2m, cast, roster):
    s2m("people", "import", roster(LIST), "--venue", "het-seinhuis")
    done = s2m("people", "import", roster(LIST), "--venue", "het-seinhuis")
    assert done.stdout == "0 came in, 3 known already.\n"


def test_a_dry_run_brings_nobody_in(s2m, cast, roster, database):
    done = s2m("people", "import", roster(LIST), "--venue", "het-seinhuis", "--dry-run")
    assert done.stdout == "2 would come in, 1 known already (dry run).\n"
    with database.read() as store:
        assert store.people.by_email(cast.noord.id, "zoe@noord.example") is None


def test_one_wrong_line_keeps_everybody_out_and_each_wrong_line_is_named(s2m, cast, roster, database):
    done = s2m("people", "import", roster(BAD), "--venue", "het-seinhuis")
    assert done.exit_code == 1
    assert re.findall(r"line (\d+): (\w+)", done.stderr) == [("3", "email"), ("6", "name"), ("7", "This"), ("8", "line")]
    assert "line 2, too" in done.stderr
    assert "4 of 6 lines cannot come in. Nothing was changed." in done.stderr
    with database.read() as store:
        assert store.people.by_email(cast.noord.id, "a@noord.example") is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The first line names the columns"),
        (b"name,surname\nA,B\n", "The first line names the columns"),
        (b"email,name,role\na@b.nl,A,admin\n", "The first line names the columns"),
        ("email,name\na@b.nl,Zo\xe9\n".encode("latin-1"), "Line 2 is not UTF-8"),
        (b"email,name\na@b.nl,\x00\n", "line 2"),
        (b"email,name\n" + b'a@b.nl,"' + b"x" * 200_000 + b'"\n', "is not CSV"),
    ],
)
def test_what_is_no_list_is_refused(s2m, cast, roster, content, said):
    done = s2m("people", "import", roster(content), "--venue", "het-seinhuis")
    assert done.exit_code == 1
    assert said in done.stderr


def test_a_list_as_dutch_spreadsheets_write_it_comes_in(s2m, cast, roster):
    done = s2m("people", "import", roster("\ufeffEmail;Name\r\nkees@noord.example;Kees Pol\r\n"), "--venue", "het-seinhuis")
    assert done.stdout == "1 came in, 0 known already.\n"


def test_a_list_may_come_from_a_pipe(s2m, cast):
    done = s2m("people", "import", "-", "--venue", "het-seinhuis", given="email,name\nkees@noord.example,Kees Pol\n")
    assert done.stdout == "1 came in, 0 known already.\n"


def test_several_venues_must_be_named(s2m, cast, roster):
    done = s2m("people", "import", roster(LIST))
    assert done.exit_code == 2
    assert "de-wissel, elders, het-seinhuis" in done.stderr


def test_people_are_written_with_mail_and_name(s2m, cast):
    done = s2m("people", "export", "--venue", "het-seinhuis")
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {"email": "samira@seinhuis.example", "name": "Samira Vos"} in rows
    assert len(rows) == 4
    assert "olga@elders.example" not in done.stdout
    assert done.stderr == "1 without a mail address left out.\n"


def test_venues_of_one_network_share_their_people(founded, folder):
    from datetime import UTC, datetime

    from s2m.domain import venues
    from s2m.store.engine import Database

    database = Database(f"sqlite:///{folder / 's2m.sqlite'}")
    with database.write() as store:
        venues.open_venue(store, store.venues.networks()[0].id, "De Wissel", "Europe/Amsterdam", datetime.now(UTC))
    database.close()
    assert founded("people", "export").stdout == "email,name\nm@noord.example,Marieke de Boer\n"


def test_no_cell_is_a_formula(s2m, cast, roster):
    s2m(
        "people", "import", roster("email,name\n=1@noord.example,=HYPERLINK(x)\n+2@noord.example,Bo\n"), "--venue", "het-seinhuis"
    )
    done = s2m("people", "export", "--venue", "het-seinhuis")
    assert {"'=1@noord.example,'=HYPERLINK(x)", "'+2@noord.example,Bo"} < set(done.stdout.splitlines())


def test_a_login_link_begins_where_the_server_last_listened_and_else_says_that_it_guesses(s2m, cast, folder):
    assert "a guess" in s2m("login-link", "samira@seinhuis.example").stderr
    (folder / "address").write_text("https://seinhuis.local:8443\n")
    done = s2m("login-link", "samira@seinhuis.example")
    assert done.stdout.startswith("https://seinhuis.local:8443/login/") and done.stderr == ""
