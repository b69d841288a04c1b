"""Codes that are held before a camera or typed: badges, door codes, short codes. Signed, so that nobody can make one up.

A badge says who, a door code says where and when, a listener's code at which talk and when, a room code before which room and
when, a meeting's code whose guest. Each carries its purpose inside the signature: one is never good for another.
Only capital letters, digits and dots, so that a QR code stays small.

    badge   S2M1.B.<key id>.<badge id, 26>.<signature, 26>
    door    S2M1.D.<key id>.<device id, 26>.<step, base 36>.<nonce, 13>.<signature, 26>
    talk    S2M1.L.<key id>.<talk id, 26>.<step, base 36>.<signature, 26>
    room    S2M1.R.<key id>.<device id, 26>.<step, base 36>.<signature, 26>
    meeting S2M1.M.<key id>.<booking id, 26>.<signature, 26>

Signatures are HMAC-SHA-256 cut to 128 bit. A door code's step is 20 s long; the present and the previous step
count (RFC 6238, section 6, allows such drift); the clock is the server's.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from s2m.domain.errors import Invalid, Refused

DOOR_STEP = 20
TYPED_STEP = 60
# No 0/O, 1/I/L, 5/S, 2/Z, U/V: read aloud and typed without mistakes
PLAIN = "346789ABCDEFGHJKMNPQRTWXY"
BADGE = re.compile(r"S2M1\.B\.([0-9A-Z]{1,4})\.([A-Z2-7]{26})\.([A-Z2-7]{26})")
DOOR = re.compile(r"S2M1\.D\.([0-9A-Z]{1,4})\.([A-Z2-7]{26})\.([0-9A-Z]{1,9})\.([A-Z2-7]{13})\.([A-Z2-7]{26})")
# A talk's, or a room's: which of the two the letter says
STEP = re.compile(r"S2M1\.([LR])\.([0-9A-Z]{1,4})\.([A-Z2-7]{26})\.([0-9A-Z]{1,9})\.([A-Z2-7]{26})")
MEETING = re.compile(r"S2M1\.M\.([0-9A-Z]{1,4})\.([A-Z2-7]{26})\.([A-Z2-7]{26})")
LONGEST = 200


@dataclass(frozen=True)
class Keys:
    """Signing keys by id; the first one signs, all of them are accepted (rotation with overlap)."""

    secrets: Mapping[str, bytes]

    @property
    def current(self) -> str:
        return next(iter(self.secrets))

    def sign(self, key_id: str, message: str) -> str:
        return _base32(hmac.digest(self.secrets[key_id], message.encode(), hashlib.sha256)[:16])

    def check(self, key_id: str, message: str, signature: str) -> bool:
        return key_id in self.secrets and hmac.compare_digest(self.sign(key_id, message), signature)


@dataclass(frozen=True)
class DoorCode:
    """step: which code of this device; a typed one counts below zero, so that it is never the QR code of that moment."""

    device_id: str
    step: int


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=")


def _packed(id_: str) -> str:
    return _base32(bytes.fromhex(id_))


def _unpacked(text: str) -> str:
    return base64.b32decode(text + "======").hex()


def badge_text(keys: Keys, badge_id: str) -> str:
    """Exactly what the QR code of a badge holds."""
    message = f"S2M1.B.{keys.current}.{_packed(badge_id)}"
    return f"{message}.{keys.sign(keys.current, message)}"


def read_badge(keys: Keys, text: str) -> str:
    """The badge id in a scanned text.

    Raises Invalid `code_unreadable` (not ours at all), Refused `code_forged` (signature) or `code_is_door`.
    """
    text = text.strip() if len(text) <= LONGEST else ""
    found = BADGE.fullmatch(text)
    if not found:
        if DOOR.fullmatch(text.rpartition("/")[2]):
            raise Refused("code_is_door")
        raise Invalid("code", "code_unreadable")
    key_id, packed, signature = found.groups()
    if not keys.check(key_id, f"S2M1.B.{key_id}.{packed}", signature):
        raise Refused("code_forged")
    return _unpacked(packed)


def step_of(now: datetime, length: int = DOOR_STEP) -> int:
    return int(now.timestamp()) // length


def seconds_left(now: datetime) -> int:
    return DOOR_STEP - int(now.timestamp()) % DOOR_STEP


def door_text(keys: Keys, device_id: str, now: datetime, nonce: bytes) -> str:
    """The last part of the address in a kiosk's rotating QR code. nonce: 8 random bytes."""
    step = _base36(step_of(now))
    message = f"S2M1.D.{keys.current}.{_packed(device_id)}.{step}.{_base32(nonce[:8])}"
    return f"{message}.{keys.sign(keys.current, message)}"


def read_door(keys: Keys, text: str, now: datetime) -> DoorCode:
    """Raises Invalid `code_unreadable`, Refused `code_forged` or `code_expired`."""
    found = DOOR.fullmatch(text) if len(text) <= LONGEST else None
    if not found:
        raise Invalid("code", "code_unreadable")
    key_id, packed, step, nonce, signature = found.groups()
    if not keys.check(key_id, f"S2M1.D.{key_id}.{packed}.{step}.{nonce}", signature):
        raise Refused("code_forged")
    if int(step, 36) not in _accepted(now, DOOR_STEP):
        raise Refused("code_expired")
    return DoorCode(_unpacked(packed), int(step, 36))


def typed_door(keys: Keys, device_id: str, now: datetime) -> str:
    """Six characters to type instead of scanning the door code; a new one each minute."""
    return _typed(keys, "T", device_id, step_of(now, TYPED_STEP))


def read_typed_door(keys: Keys, text: str, device_ids: Iterable[str], now: datetime) -> DoorCode:
    """Whose typed code this is. Raises Refused `code_expired` where it is nobody's (any more)."""
    given = plain(text)
    for device_id in device_ids:
        for step in _accepted(now, TYPED_STEP):
            if hmac.compare_digest(_typed(keys, "T", device_id, step), given):
                return DoorCode(device_id, -step)
    raise Refused("code_expired")


def talk_text(keys: Keys, talk_id: str, now: datetime) -> str:
    """The last part of the address in the QR code that the speaker shows; a new one each step, as at the door.

    No nonce: a listener counts once a talk, whichever code they used.
    """
    return _step_text(keys, "L", talk_id, now)


def read_talk(keys: Keys, text: str, now: datetime) -> str:
    """The id of the talk whose code this is. Raises Invalid `code_unreadable`, Refused `code_forged`, `talk_code_expired`."""
    return _read_step(keys, "L", text, now, "talk_code_expired")


def typed_talk(keys: Keys, talk_id: str, now: datetime) -> str:
    """Six characters to type instead of scanning a talk's code; a new one each minute."""
    return _typed(keys, "LT", talk_id, step_of(now, TYPED_STEP))


def read_typed_talk(keys: Keys, text: str, talk_ids: Iterable[str], now: datetime) -> str:
    """Which of these talks a typed code belongs to. Raises Refused `talk_code_expired` where it is none of them (any more)."""
    return _read_typed_step(keys, "LT", text, talk_ids, now, "talk_code_expired")


def room_text(keys: Keys, device_id: str, now: datetime) -> str:
    """The last part of the address in a plate's rotating QR code. No nonce: what it is good for, may be done again."""
    return _step_text(keys, "R", device_id, now)


def read_room(keys: Keys, text: str, now: datetime) -> str:
    """The id of the plate whose code this is. Raises Invalid `code_unreadable`, Refused `code_forged`, `room_code_expired`."""
    return _read_step(keys, "R", text, now, "room_code_expired")


def typed_room(keys: Keys, device_id: str, now: datetime) -> str:
    """Six characters to type instead of scanning a plate's code; a new one each minute."""
    return _typed(keys, "RT", device_id, step_of(now, TYPED_STEP))


def read_typed_room(keys: Keys, text: str, device_ids: Iterable[str], now: datetime) -> str:
    """Which of these plates a typed code belongs to. Raises Refused `room_code_expired` where it is none's (any more)."""
    return _read_typed_step(keys, "RT", text, device_ids, now, "room_code_expired")


def _step_text(keys: Keys, letter: str, id_: str, now: datetime) -> str:
    """A code of the present step that names one thing, without a nonce."""
    message = f"S2M1.{letter}.{keys.current}.{_packed(id_)}.{_base36(step_of(now))}"
    return f"{message}.{keys.sign(keys.current, message)}"


def _read_step(keys: Keys, letter: str, text: str, now: datetime, expired: str) -> str:
    """What such a code names. Raises Invalid `code_unreadable`, Refused `code_forged`, and `expired`."""
    found = STEP.fullmatch(text) if len(text) <= LONGEST else None
    if not found or found[1] != letter:
        raise Invalid("code", "code_unreadable")
    _letter, key_id, packed, step, signature = found.groups()
    if not keys.check(key_id, f"S2M1.{letter}.{key_id}.{packed}.{step}", signature):
        raise Refused("code_forged")
    if int(step, 36) not in _accepted(now, DOOR_STEP):
        raise Refused(expired)
    return _unpacked(packed)


def _read_typed_step(keys: Keys, kind: str, text: str, ids: Iterable[str], now: datetime, expired: str) -> str:
    """Which of these a typed code belongs to. Raises Refused `expired`."""
    given = plain(text)
    for id_ in ids:
        if any(hmac.compare_digest(_typed(keys, kind, id_, step), given) for step in _accepted(now, TYPED_STEP)):
            return id_
    raise Refused(expired)


def meeting_text(keys: Keys, booking_id: str) -> str:
    """The last part of the address that a meeting gives its guests. The same for as long as the booking stands."""
    message = f"S2M1.M.{keys.current}.{_packed(booking_id)}"
    return f"{message}.{keys.sign(keys.current, message)}"


def read_meeting(keys: Keys, text: str) -> str:
    """The id of the booking whose guests have this code. Raises Invalid `code_unreadable`, Refused `code_forged`."""
    found = MEETING.fullmatch(text) if len(text) <= LONGEST else None
    if not found:
        raise Invalid("code", "code_unreadable")
    key_id, packed, signature = found.groups()
    if not keys.check(key_id, f"S2M1.M.{key_id}.{packed}", signature):
        raise Refused("code_forged")
    return _unpacked(packed)


def _typed(keys: Keys, purpose: str, id_: str, step: int) -> str:
    raw = hmac.digest(keys.secrets[keys.current], f"S2M1.{purpose}.{id_}.{step}".encode(), hashlib.sha256)
    return short(raw, 6)


def _accepted(now: datetime, length: int) -> tuple[int, int]:
    return step_of(now, length), step_of(now - timedelta(seconds=length), length)


def short(raw: bytes, length: int) -> str:
    """`length` easily read characters out of random or keyed bytes (at least 4 bytes more than characters)."""
    number, out = int.from_bytes(raw, "big"), ""
    for _ in range(length):
        number, place = divmod(number, len(PLAIN))
        out += PLAIN[place]
    return out


def plain(text: str) -> str:
    """A typed code as it is kept: capitals, no spaces or dashes."""
    return re.sub(r"[^0-9A-Z]", "", text[:LONGEST].upper())


def _base36(number: int) -> str:
    digits, out = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", ""
    while number:
        number, place = divmod(number, 36)
        out = digits[place] + out
    return out or "0"
