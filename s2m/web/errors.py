"""Error code → HTTP status and a plain sentence. Unexpected failures get a number for the log and no detail."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import structlog
from flask import Flask, Response, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as BaseResponse

from s2m.domain import codes
from s2m.domain.errors import Conflict, Denied, Invalid, NotFound, Refused, S2MError, TooMany, Unavailable
from s2m.web.context import language

log = structlog.get_logger("s2m")

STATUS: tuple[tuple[type[S2MError], int], ...] = (
    (Invalid, 422), (NotFound, 404), (Denied, 403), (TooMany, 429), (Conflict, 409), (Unavailable, 503), (Refused, 409),
)  # fmt: skip
BY_CODE = {
    "sign_in": 401, "device_unknown": 401, "code_unreadable": 400, "code_forged": 400, "code_is_door": 400,
    "code_expired": 410, "link_expired": 410, "link_used": 410, "pairing_expired": 410, "talk_code_expired": 410,
    "room_code_expired": 410, "meeting_closed": 410,
    "badge_revoked": 403, "pairing_unknown": 404, "badge_unknown": 404, "too_long_body": 413, "json": 400, "event_shape": 422,
    "passport_large": 413, "passport_forged": 422, "passport_early": 422, "passport_expired": 410, "passport_self": 403,
}  # fmt: skip

# What is always said alike is looked up once a language: it was an eighth of a scan
_SAID: dict[tuple[str, str], str] = {}


def status_of(error: S2MError) -> int:
    return BY_CODE.get(error.code) or next((status for kind, status in STATUS if isinstance(error, kind)), 400)


def sentence(code: str, data: Mapping[str, object] | None = None) -> str:
    """What went wrong, in the reader's language; never more than they may know."""
    if data:
        return _make(code, data)
    lang = language()
    if (lang, code) not in _SAID:
        _SAID[lang, code] = _make(code, {})
    return _SAID[lang, code]


def said(error: S2MError | None, field: str = "form") -> dict[str, str]:
    """A refusal as the errors of a form: beside its own field, else beside `field`; none where nothing was refused."""
    return {str(error.data.get("field", field)): sentence(error.code, error.data)} if error else {}


def _make(code: str, data: Mapping[str, object]) -> str:
    from s2m.web.sentences import SENTENCES

    make = SENTENCES.get(code) or SENTENCES["error"]
    return make(**data)


def wants_json() -> bool:
    return request.is_json or request.accept_mimetypes.best == "application/json"


def answer(status: int, code: str, data: Mapping[str, object] | None = None, incident: str | None = None) -> Response:
    """The refusal as JSON for programs, as a page for people."""
    said = sentence(code, data)
    if wants_json():
        body = {"code": code, "message": said, **({"incident": incident} if incident else {})}
        response = make_response(jsonify(body), status)
    else:
        response = make_response(
            render_template("errors/error.html", status=status, code=code, sentence=said, incident=incident), status
        )
    if data and "retry_after" in data:
        response.headers["Retry-After"] = str(data["retry_after"])
    return response


def register(app: Flask) -> None:
    app.register_error_handler(S2MError, _on_refusal)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(Exception, _on_failure)


def _on_refusal(error: S2MError) -> BaseResponse:
    if isinstance(error, Unavailable):
        log.warning("unavailable", detail=str(error.data.get("detail", ""))[:300], path=request.path)
    part = "X-Part" in request.headers  # asked for by a page that is open: that page has to hear of it
    if error.code == "sign_in" and request.method == "GET" and not part and not wants_json():
        if request.path.startswith("/kiosk"):
            return redirect(url_for("kiosk.pair"))
        if request.path in ("/wall", "/plate"):
            return redirect(url_for("wall.pair"))
        return redirect(url_for("auth.login", next=request.full_path.rstrip("?")))
    return answer(status_of(error), error.code, error.data)


def _on_http(error: HTTPException) -> BaseResponse:
    if isinstance(error, SecurityError):
        # Not our name: there is no page to make, not even the address of a style sheet
        return Response("This server has another name.\n", 400, mimetype="text/plain")
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    known = {404: "not_found", 405: "method", 413: "too_long_body", 415: "json", 429: "too_many"}
    return answer(error.code, known.get(error.code, "bad_request" if error.code < 500 else "failure"))


def _on_failure(error: Exception) -> Response:
    incident = codes.short(secrets.token_bytes(8), 4)
    log.error("failure", incident=incident, path=request.path, exc_info=error)
    return answer(500, "failure", incident=f"500-{incident}")
