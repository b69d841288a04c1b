"""s2m kiosk pair and kiosk token."""

import re

from s2m.domain import devices


def test_a_code_pairs_a_tablet_once(s2m, cast, database, now):
    done = s2m("kiosk", "pair", "het-seinhuis", "--base", "https://seinhuis.local")
    assert done.exit_code == 0, done.output
    code, link = re.fullmatch(r"code: (\w{8})\nlink: (\S+)\n", done.stdout).groups()
    assert link == f"https://seinhuis.local/kiosk/pair/{code}"
    with database.write() as store:
        device, token = devices.pair(store, code, now)
        assert (device.kind, device.venue_id) == ("kiosk", cast.seinhuis.id)


def test_a_token_is_all_that_is_printed_and_it_is_a_kiosks(s2m, cast, database):
    done = s2m("kiosk", "token", "Het Seinhuis")
    assert (done.exit_code, done.stderr) == (0, "")
    assert re.fullmatch(r"[\w-]{43}\n", done.stdout)
    with database.read() as store:
        device, venue = devices.with_token(store, done.stdout.strip())
    assert (device.kind, venue.name) == ("kiosk", "Het Seinhuis")


def test_the_only_venue_is_the_default(founded):
    assert founded("kiosk", "token").exit_code == 0
    assert founded("kiosk", "pair").exit_code == 0


def test_of_several_venues_one_must_be_named(s2m, cast):
    for command in ("token", "pair"):
        done = s2m("kiosk", command)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "Name one of the venues: de-wissel, elders, het-seinhuis" in done.stderr


def test_an_unknown_venue_is_refused_with_the_list(s2m, cast):
    done = s2m("kiosk", "token", "nowhere")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "There is no venue called 'nowhere'. There are: de-wissel, elders, het-seinhuis" in done.stderr


def test_without_a_venue_there_is_nothing_to_pair(s2m):
    done = s2m("kiosk", "token")
    assert done.exit_code == 1
    assert "There is no venue yet" in done.stderr
