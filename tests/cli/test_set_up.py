"""s2m init, s2m doctor, and how every command says no."""

import os
import subprocess
import sys

import pytest

INIT = ("init", "--network", "Noord", "--venue", "Het Seinhuis", "--name", "Marieke de Boer", "--email", "Marieke@Noord.example")


def test_init_makes_a_network_with_a_venue_and_its_host(s2m, database):
    done = s2m(*INIT, "--timezone", "Europe/Brussels")
    assert (done.exit_code, done.stderr) == (0, "")
    with database.read() as store:
        [network], [venue] = store.venues.networks(), store.venues.all()
        host = store.people.by_email(network.id, "marieke@noord.example")
        assert (network.name, venue.slug, venue.timezone) == ("Noord", "het-seinhuis", "Europe/Brussels")
        assert {role.role for role in store.people.roles(host.id)} == {"admin", "host"}


def test_init_refuses_where_a_network_exists(s2m, database):
    s2m(*INIT)
    done = s2m(*INIT)
    assert done.exit_code == 1
    assert done.stderr == "Error: There is a network here already.\n"
    with database.read() as store:
        assert len(store.venues.networks()) == 1


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--timezone", "Mars/Olympus", "timezone: Choose a time zone"),
        ("--email", "nobody", "email: This address misses a part"),
        ("--name", "12", "name: A name has at least one letter"),
        ("--venue", "  ", "venue: Fill this in"),
    ],
)
def test_init_names_the_field_that_is_wrong_and_writes_nothing(s2m, database, option, value, said):
    done = s2m(*INIT, option, value)
    assert done.exit_code == 1
    assert said in done.stderr
    with database.read() as store:
        assert store.venues.networks() == []


def test_init_makes_an_instance_where_there_was_none(tmp_path):
    folder = tmp_path / "new/instance"
    done = subprocess.run(
        [sys.executable, "-m", "s2m", *INIT, "--instance", folder], capture_output=True, text=True, cwd=tmp_path, env=clean()
    )
    assert done.returncode == 0, done.stderr
    assert (folder / "s2m.sqlite").exists()
    assert (folder / "keys.json").stat().st_mode & 0o777 == 0o600


def clean():
    return {name: value for name, value in os.environ.items() if not name.startswith("S2M_")}


@pytest.mark.parametrize("place", [["--instance", "{}", "kiosk", "token"], ["kiosk", "token", "--instance", "{}"]])
def test_the_folder_may_be_named_before_and_behind_a_command(founded, folder, tmp_path, place):
    command = [sys.executable, "-m", "s2m", *(str(folder) if part == "{}" else part for part in place)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=clean())
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.strip()) == 43


def test_a_command_without_an_instance_says_where_to_begin_and_makes_nothing(tmp_path):
    command = [sys.executable, "-m", "s2m", "ledger", "verify"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=clean())
    assert done.returncode == 1
    assert done.stderr == "Error: There is no database in instance. Begin with: s2m init\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("setting", "said"), [("S2M_DATABASE_URL", "must begin with sqlite"), ("S2M_PROXY_HOPS", "'mysql://x' is not a whole number")]
)
def test_a_setting_that_makes_no_sense_is_one_line(tmp_path, setting, said):
    command = [sys.executable, "-m", "s2m", "ledger", "verify"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=clean() | {setting: "mysql://x"})
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_light_command_imports_no_web_framework(founded, folder):
    code = "import sys; from s2m.cli import cli; cli(['kiosk', 'token'], standalone_mode=False); print(*sys.modules)"
    env = clean() | {"S2M_INSTANCE": str(folder)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    assert not {"flask", "granian", "cryptography", "apscheduler", "structlog"} & set(done.stdout.split())


def test_the_doctor_finds_a_new_instance_well(s2m):
    s2m(*INIT)
    done = s2m("doctor")
    assert done.exit_code == 0, done.output
    assert "at the newest step" in done.stdout
    assert "ledger of Noord: 2 rows" in done.stdout


def test_the_doctor_sees_keys_that_others_may_read(founded, folder):
    (folder / "keys.json").chmod(0o644)
    done = founded("doctor")
    assert done.exit_code == 1
    assert "WRONG  keys" in done.stdout
    assert "chmod 600" in done.stdout


def test_the_doctor_sees_steps_that_are_missing_and_leaves_them(founded, folder):
    from s2m.store.embedded import driver

    with driver.connect(folder / "s2m.sqlite") as connection:
        connection.execute("DELETE FROM _sqlite_migrations WHERE id = (SELECT max(id) FROM _sqlite_migrations)")
    connection.close()
    assert "WRONG  schema: steps missing" in founded("doctor").stdout
    assert "WRONG  schema: steps missing" in founded("doctor").stdout


def test_the_doctor_sees_a_clock_that_went_back(founded, folder):
    import time_machine

    with time_machine.travel("2020-01-01T00:00:00Z", tick=False):
        done = founded("doctor")
    assert done.exit_code == 1
    assert "WRONG  clock" in done.stdout


def test_the_doctor_sees_a_changed_ledger(founded, tamper):
    tamper("UPDATE transfers SET amount = amount + 1 WHERE n = 2")
    done = founded("doctor")
    assert done.exit_code == 1
    assert "WRONG  ledger of Noord: row 2: chain" in done.stdout


def test_the_doctor_says_that_there_is_nothing(tmp_path):
    done = subprocess.run([sys.executable, "-m", "s2m", "doctor"], capture_output=True, text=True, cwd=tmp_path, env=clean())
    assert done.returncode == 1
    assert "there is none in instance" in done.stdout


def test_the_database_is_its_owners_alone_and_doctor_says_when_it_is_not(founded, folder):
    file = folder / "s2m.sqlite"
    file.chmod(0o644)
    assert f"chmod 600 {file}" in founded("doctor").stdout


def test_a_new_database_may_be_read_by_nobody_else(tmp_path):
    from s2m.store.engine import Database

    file = tmp_path / "new/s2m.sqlite"
    database = Database(f"sqlite:///{file}")
    database.migrate()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with database.write():
        wal = file.with_name("s2m.sqlite-wal")
        assert not wal.exists() or wal.stat().st_mode & 0o777 == 0o600
    database.close()
