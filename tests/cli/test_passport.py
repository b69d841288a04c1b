"""s2m passport verify and s2m passport key; and the key that an older key file lacks."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from s2m import config, signing
from s2m.domain import passport
from tests.passports import ELSEWHERE, made


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def file(tmp_path):
    def file(found, name="passport.json"):
        path = tmp_path / name
        path.write_text(found if isinstance(found, str) else passport.text(found))
        return path

    return file


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "elders.key"
    path.write_text(f"ed25519:{ELSEWHERE.public_key}\n")
    return path


def test_a_members_passport_is_checked_without_a_database(embedded, folder, now, file):
    (folder / "s2m.sqlite").unlink()
    own = signing.current(config.keys(folder))
    done = embedded("passport", "verify", file(made(now, own)))
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(
        "Real and unchanged. Elders: Samira, since 2025-01-31, 7 visits; thanks 2 (4 SC), post 1 (1 SC); good until "
    )


def test_another_networks_passport_needs_its_key(embedded, folder, now, file, key_file):
    done = embedded("passport", "verify", file(made(now)))
    assert done.exit_code == 1 and passport.fingerprint(ELSEWHERE.public_key) in done.stderr
    assert not (folder / "keys.json").exists(), "looking makes no keys"
    done = embedded("passport", "verify", file(made(now)), "--key", key_file)
    assert (done.exit_code, done.stderr) == (0, "")
    other = made(now, signing.current(config.keys(folder)))
    assert embedded("passport", "verify", file(other), "--key", key_file).exit_code == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace('"visits": 7', '"visits": 8'), "changed after it was signed"),
        (lambda text: text.replace("Ed25519", "none"), "not accepted"),
        (lambda text: text[:-20], "not a passport"),
        (lambda text: "[" * 60_000, "not a passport"),
        (lambda text: text + " " * 70_000, "larger than a passport can be: at most 64 kB"),
        (lambda text: "", "not a passport"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(embedded, now, file, key_file, change, said):
    done = embedded("passport", "verify", file(change(passport.text(made(now)))), "--key", key_file)
    assert done.exit_code == 1 and said in done.stderr and done.stderr.count("\n") == 1


def test_one_that_has_run_out_says_since_when(embedded, now, file, key_file):
    old = made(now - timedelta(days=400))
    done = embedded("passport", "verify", file(old), "--key", key_file)
    assert done.exit_code == 1 and f"good until {old.expires_at:%Y-%m-%d}" in done.stderr


def test_a_file_that_holds_no_key_is_refused(embedded, now, file):
    done = embedded("passport", "verify", file(made(now)), "--key", file("ssh-ed25519 AAAA", "id.pub"))
    assert done.exit_code == 1 and "64 hex digits" in done.stderr


def test_the_key_is_printed_as_verify_takes_it(embedded, folder, now, file):
    done = embedded("passport", "key")
    assert done.stdout == f"ed25519:{signing.current(config.keys(folder)).public_key}\n"
    own = signing.current(config.keys(folder))
    assert embedded("passport", "verify", file(made(now, own)), "--key", file(done.stdout, "noord.key")).exit_code == 0


# The key file ---------------------------------------------------------------------------------------------------------


def test_an_older_key_file_gets_the_key_it_lacks_and_keeps_the_others(folder):
    old = {"badge": {"2": "aa" * 32, "1": "bb" * 32}, "door": {"1": "cc" * 32}, "cookies": "dd" * 32}
    file = folder / "keys.json"
    file.write_text(json.dumps(old))
    file.chmod(0o644)
    ring = config.keys(folder)
    kept = json.loads(file.read_text())
    assert {name: kept[name] for name in old} == old and set(kept) == {*old, "passport", "bills", "payments", "bookings"}
    assert (ring.cookies, ring.badge.current, len(ring.passport.secrets["1"])) == ("dd" * 32, "2", 32)
    assert file.stat().st_mode & 0o777 == 0o600
    assert config.keys(folder) == ring and [path.name for path in folder.iterdir()] == ["keys.json"]


def test_twenty_that_start_at_once_end_up_with_one_key(folder, monkeypatch):
    """Drawing takes a moment here, so that all of them find the same file without the key."""
    draw = config.secrets.token_hex
    monkeypatch.setattr(config.secrets, "token_hex", lambda length: time.sleep(0.01) or draw(length))
    (folder / "keys.json").write_text(json.dumps({"badge": {"1": "aa"}, "door": {"1": "bb"}, "cookies": "cc"}))
    found = []
    threads = [threading.Thread(target=lambda: found.append(config.keys(folder))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 20 and all(ring == found[0] for ring in found)


def test_a_key_before_the_current_one_still_vouches(embedded, folder, now, file):
    first = signing.current(config.keys(folder))
    kept = json.loads((folder / "keys.json").read_text())
    kept["passport"] = {"2": "ee" * 32, **kept["passport"]}
    (folder / "keys.json").write_text(json.dumps(kept))
    assert signing.current(config.keys(folder)).public_key != first.public_key
    assert embedded("passport", "verify", file(made(now, first))).exit_code == 0
