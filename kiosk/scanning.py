"""POST /kiosk/scans: a batch of events from a tablet, a replay or a load test, answered event by event."""

from __future__ import annotations

import json

from flask import jsonify, request, session
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import UnsupportedMediaType

from kiosk import blueprint, refusals, visits
from s2m.domain import scans as events
from s2m.domain.errors import Invalid, Refused, S2MError
from s2m.domain.scans import ScanResult
from s2m.web.context import device, device_venue, keys, now, policy_of, writing
from s2m.web.policy import paired


@blueprint.post("/scans")
@paired("kiosk")
def scans() -> ResponseReturnValue:
    """Each event is stored in a transaction of its own before it is answered; a repeated id answers as the first time."""
    batch = _batch()
    results = [_take(given) for given in batch]
    if len(results) == 1 and not request.headers.get("Authorization"):
        _show_next(results[0])
    return jsonify(results=[_answer(result) for result in results])


def json_body() -> dict[str, object]:
    """The JSON object that was sent. Raises Refused `json` for anything else, whatever is wrong with it."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType()
    try:
        given = json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError):
        raise Refused("json") from None
    if not isinstance(given, dict):
        raise Refused("json")
    return given


def _batch() -> list[object]:
    """Raises Refused `json`; Invalid `event_shape`, `too_many_events`."""
    batch = json_body().get("events")
    if not isinstance(batch, list):
        raise Invalid("events", "event_shape")
    if len(batch) > events.MOST:
        raise Invalid("events", "too_many_events")
    return batch


def _take(given: object) -> ScanResult:
    """One event, decided. Raises only `Unavailable`: then nothing is known, and the sender repeats."""
    try:
        event = events.parse_event(given)
    except (Invalid, UnicodeError) as error:
        name = given.get("id") if isinstance(given, dict) else None
        code, data = (error.code, error.data) if isinstance(error, S2MError) else ("code_unreadable", None)
        return ScanResult(name if isinstance(name, str) and len(name) <= 64 else "", "refused", code, data=data)
    with writing() as store:
        venue = device_venue()
        return events.take(store, keys().badge, device(), venue, policy_of(store, venue), event, now())


def _answer(result: ScanResult) -> dict[str, object]:
    return {
        "id": result.id, "status": result.status, "code": result.code,
        "message": refusals.sentence(result.code, result.data),
        "person": result.first_name, "visit": result.visit_id,
    }  # fmt: skip


def _show_next(result: ScanResult) -> None:
    """What the tablet may open now: this visit, or the words of this refusal."""
    if result.code == "recorded":
        session.pop("visit", None)
    elif result.visit_id:
        visits.open_screen(result.visit_id, proven=True)
    else:
        refusals.remember(result.code, str(_answer(result)["message"]))
