"""s2m backup and restore."""

import pytest

from s2m.domain import people, signin
from s2m.store.embedded import Embedded, driver
from s2m.store.engine import Database


@pytest.fixture
def copy(tmp_path):
    return tmp_path / "copy.sqlite"


@pytest.fixture
def open_database(folder):
    database = Database(f"sqlite:///{folder / 's2m.sqlite'}")
    yield database
    database.close()


def test_a_copy_made_while_people_write_comes_back_whole(founded, folder, copy, open_database):
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    done = founded("backup", copy)
    assert done.exit_code == 0, done.output
    assert copy.stat().st_mode & 0o777 == 0o600
    with open_database.write() as store:
        [venue] = store.venues.all()
        people.join(store, venue.network_id, "Zoë", "zoe@noord.example", store.venues.policy(venue, now), now)
    open_database.close()
    done = founded("restore", copy)
    assert done.exit_code == 0, done.output
    assert "2 ledger rows, verified" in done.stdout
    assert "zoe@noord.example" not in founded("people", "export").stdout
    [aside] = folder.glob("s2m.sqlite.before-restore-*")
    with driver.connect(aside) as before:
        assert before.execute("SELECT count(*) FROM people").fetchone() == (2,)
    before.close()


def test_who_was_erased_since_the_copy_was_made_is_not_in_what_comes_back(founded, folder, copy, open_database):
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    with open_database.write() as store:
        [venue] = store.venues.all()
        zoe = people.join(store, venue.network_id, "Zoë", "zoe@noord.example", store.venues.policy(venue, now), now)
    founded("backup", copy)
    open_database.close()
    (folder / "erased.txt").write_text(f"{zoe.id}\nnobody\n")
    done = founded("restore", copy)
    assert done.exit_code == 0, done.output
    assert "3 ledger rows, verified" in done.stdout
    assert founded("ledger", "verify").exit_code == 0
    assert "zoe@noord.example" not in founded("people", "export").stdout


def test_nobody_is_signed_in_after_a_restore(founded, copy, open_database):
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    with open_database.write() as store:
        [network] = store.venues.networks()
        host = store.people.by_email(network.id, "m@noord.example")
        session, link = signin.start_session(store, host, "laptop", now), signin.make_link(store, now, person=host)
    founded("backup", copy)
    open_database.close()
    assert founded("restore", copy).exit_code == 0
    with open_database.read() as store:
        assert signin.who(store, session, now) is None
        assert store.signin.link(signin.fingerprint(link)).used_at


def test_a_backup_never_overwrites(founded, copy):
    copy.write_text("mine")
    done = founded("backup", copy)
    assert (done.exit_code, copy.read_text()) == (1, "mine")
    assert done.stderr == f"Error: {copy} exists. Choose another name.\n"


def test_a_backup_to_nowhere_is_refused(founded, tmp_path):
    done = founded("backup", tmp_path / "nowhere/copy.sqlite")
    assert done.exit_code == 1
    assert "There is no folder" in done.stderr


def test_a_restore_waits_until_the_server_has_stopped(founded, folder, copy):
    founded("backup", copy)
    with Embedded(folder / "s2m.sqlite").sole("served") as mine:
        assert mine
        done = founded("restore", copy)
    assert done.exit_code == 1
    assert done.stderr == "Error: A server already runs on this instance. Stop it first.\n"
    assert not list(folder.glob("*.before-restore-*"))


def _text(copy):
    copy.write_text("not a database at all, though it is long enough to be one" * 100)


def _foreign(copy):
    connection = driver.connect(copy)
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()


def _changed(copy):
    connection = driver.connect(copy)
    connection.execute("DROP TRIGGER transfers_no_update")
    connection.execute("UPDATE transfers SET amount = 9999 WHERE n = 1")
    connection.commit()
    connection.close()


def _newer(copy):
    connection = driver.connect(copy)
    connection.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('s2m', '9999_later', '')")
    connection.commit()
    connection.close()


def _cut(copy):
    copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_text, "not a copy of an s2m database"), (_foreign, "not a copy of an s2m database"), (_newer, "newer s2m (9999_later)"),
        (_changed, "wrong at row 1 (chain)"), (_cut, "copy"),
    ],
)  # fmt: skip
def test_a_copy_that_is_not_right_changes_nothing(founded, folder, copy, spoil, said):
    founded("backup", copy)
    if spoil is _foreign:
        copy.unlink()
    spoil(copy)
    before = founded("ledger", "verify").stdout
    done = founded("restore", copy)
    assert done.exit_code == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert founded("ledger", "verify").stdout == before
    assert not [file.name for file in folder.iterdir() if "restor" in file.name]


@pytest.mark.postgresql
@pytest.mark.parametrize("command", ["backup", "restore"])
def test_postgresql_has_its_own_tools(s2m, postgres_database, postgres_template, copy, command):
    if command == "restore":
        copy.touch()
    done = s2m(command, copy, url=postgres_database(postgres_template))
    assert done.exit_code == 1
    assert "pg_dump" in done.stderr
