"""Codes: what we signed is read back, everything else is refused, and one kind is never good for another."""

from datetime import timedelta

import pytest

from s2m.domain import codes
from s2m.domain.codes import Keys
from s2m.domain.errors import Invalid, Refused

BADGE, DEVICE = "0123456789abcdef" * 2, "fedcba9876543210" * 2
NONCE = b"12345678"


def flipped(text):
    """The text with each of its letters and digits changed in turn."""
    for place, sign in enumerate(text):
        if sign != ".":
            yield text[:place] + ("A" if sign != "A" else "B") + text[place + 1 :]


def test_a_badge_is_read_back(keys):
    assert codes.read_badge(keys, codes.badge_text(keys, BADGE)) == BADGE


def test_a_badge_may_carry_the_line_end_of_a_hand_scanner(keys):
    assert codes.read_badge(keys, f" {codes.badge_text(keys, BADGE)}\r\n") == BADGE


def test_a_qr_code_of_a_badge_stays_in_its_small_alphabet(keys):
    assert set(codes.badge_text(keys, BADGE)) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.")
    assert len(codes.badge_text(keys, BADGE)) < 70


def test_no_changed_character_of_a_badge_gets_through(keys):
    for forged in flipped(codes.badge_text(keys, BADGE)):
        with pytest.raises((Invalid, Refused), match="code_(unreadable|forged|is_door)"):
            codes.read_badge(keys, forged)


@pytest.mark.parametrize(
    "text",
    ["", "S2M1",
     "javascript:alert(1)", "https://example.org/", "S2M1.B.1.." , "x" * 200_000, "S2M1.N.1." + "A" * 26, "\x00", "\ud800",
     '{"alg":"none"}', "S2M1.B.1." + "a" * 26 + "." + "a" * 26, "Ｓ2M1.B.1." + "A" * 26 + "." + "A" * 26],
)  # fmt: skip
def test_what_is_not_ours_is_unreadable(keys, text):
    with pytest.raises(Invalid, match="code_unreadable"):
        codes.read_badge(keys, text)


def test_a_badge_signed_with_another_key_is_forged(keys):
    with pytest.raises(Refused, match="code_forged"):
        codes.read_badge(keys, codes.badge_text(Keys({"1": b"o" * 32}), BADGE))


def test_a_key_nobody_knows_is_forged(keys):
    with pytest.raises(Refused, match="code_forged"):
        codes.read_badge(keys, codes.badge_text(Keys({"9": b"k" * 32}), BADGE))


def test_keys_can_be_replaced_while_old_badges_stay_good(keys):
    both = Keys({"2": b"n" * 32, **keys.secrets})
    assert codes.read_badge(both, codes.badge_text(keys, BADGE)) == BADGE
    assert codes.badge_text(both, BADGE).startswith("S2M1.B.2.")
    with pytest.raises(Refused, match="code_forged"):
        codes.read_badge(Keys({"2": b"n" * 32}), codes.badge_text(keys, BADGE))


def test_a_door_code_says_where_and_when(keys, now):
    read = codes.read_door(keys, codes.door_text(keys, DEVICE, now, NONCE), now)
    assert (read.device_id, read.step) == (DEVICE, codes.step_of(now))


def test_a_door_code_counts_for_its_step_and_the_next(keys, now):
    start = now.replace(second=0)
    text = codes.door_text(keys, DEVICE, start, NONCE)
    for seconds in (0, 19, 20, 39):
        codes.read_door(keys, text, start + timedelta(seconds=seconds))
    for seconds in (-1, 40, 3600):
        with pytest.raises(Refused, match="code_expired"):
            codes.read_door(keys, text, start + timedelta(seconds=seconds))


def test_no_changed_character_of_a_door_code_gets_through(keys, now):
    for forged in flipped(codes.door_text(keys, DEVICE, now, NONCE)):
        with pytest.raises((Invalid, Refused), match="code_(unreadable|forged)"):
            codes.read_door(keys, forged, now)


def test_a_badge_is_no_door_code_and_a_door_code_no_badge(keys, now):
    with pytest.raises(Invalid, match="code_unreadable"):
        codes.read_door(keys, codes.badge_text(keys, BADGE), now)
    for text in (door := codes.door_text(keys, DEVICE, now, NONCE), f"https://kiosk.example/in/{door}"):
        with pytest.raises(Refused, match="code_is_door"):
            codes.read_badge(keys, text)


def test_a_door_code_cannot_be_dressed_up_as_a_badge(keys, now):
    door = codes.door_text(keys, DEVICE, now, NONCE).split(".")
    with pytest.raises((Invalid, Refused), match="code_(unreadable|forged)"):
        codes.read_badge(keys, ".".join(["S2M1.B", door[2], door[3], door[-1]]))


def test_a_typed_door_code_counts_for_its_minute_and_the_next(keys, now):
    start = now.replace(second=0)
    typed = codes.typed_door(keys, DEVICE, start)
    assert len(typed) == 6 and set(typed) <= set(codes.PLAIN)
    for seconds in (0, 59, 60, 119):
        found = codes.read_typed_door(keys, typed, ["0" * 32, DEVICE], start + timedelta(seconds=seconds))
        assert found.device_id == DEVICE
    for seconds in (-1, 120):
        with pytest.raises(Refused, match="code_expired"):
            codes.read_typed_door(keys, typed, [DEVICE], start + timedelta(seconds=seconds))


def test_a_typed_code_and_the_qr_code_beside_it_are_two_codes(keys, now):
    """Or the use of the one would use up the other."""
    start = now.replace(second=0)
    steps = {
        codes.read_door(keys, codes.door_text(keys, DEVICE, at, NONCE), at).step for at in (start, start + timedelta(hours=20))
    }
    typed = {
        codes.read_typed_door(keys, codes.typed_door(keys, DEVICE, at), [DEVICE], at).step
        for at in (start, start + timedelta(seconds=59))
    }
    assert len(typed) == 1 and not steps & typed and all(step < 0 for step in typed)


def test_a_typed_code_may_be_typed_with_spaces_and_small_letters(keys, now):
    typed = codes.typed_door(keys, DEVICE, now)
    assert codes.read_typed_door(keys, f" {typed[:3].lower()}-{typed[3:].lower()} ", [DEVICE], now).device_id == DEVICE


@pytest.mark.parametrize("typed", ["", "ÄÖÜßẞſ", "\ud800\x00", "4" * 100_000])
def test_a_typed_code_of_nobody_is_refused(keys, now, typed):
    with pytest.raises(Refused, match="code_expired"):
        codes.read_typed_door(keys, typed, [DEVICE], now)


def test_steps_count_down_to_the_next_code(now):
    start = now.replace(second=0, microsecond=0)
    assert [codes.seconds_left(start + timedelta(seconds=s)) for s in (0, 1, 19, 20)] == [20, 19, 1, 20]


def test_short_codes_hold_only_letters_that_cannot_be_mistaken():
    made = {codes.short(bytes([n]) * 12, 8) for n in range(256)}
    assert len(made) == 256
    assert not set("".join(made)) & set("0O1IL5S2ZUV")
