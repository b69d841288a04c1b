"""The one place where everything meets: settings, database, pages, kiosk, live hub and jobs become one Flask app."""

from __future__ import annotations

import gc
import hashlib
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from threading import Timer
from typing import Any

from flask import Flask, Request, Response, current_app, request, session, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_babel import Babel, format_date, get_locale, ngettext
from werkzeug.middleware.proxy_fix import ProxyFix

import kiosk
from s2m import __version__, jobs, paths, payments, restoring
from s2m.config import Config, erased, keys, load
from s2m.domain.errors import Collision
from s2m.domain.people import LANGUAGES
from s2m.domain.relevance.meanings import of_the_product
from s2m.store.engine import Database
from s2m.web import PAGES, bodies, context, errors, live, pages, policy, sentences

STATIC = Path(__file__).parent / "static"
LIMIT = 64 * 1024
# Two seconds of one core, after the first pages have been answered; whoever needs it sooner waits for it
LEXICON_AFTER = 2.0
CSP = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:", "connect-src": "'self'",
    "font-src": "'self'", "manifest-src": "'self'", "worker-src": "'self'", "form-action": "'self'", "base-uri": "'none'",
    "frame-ancestors": "'none'", "object-src": "'none'",
}  # fmt: skip
REPEATS = 3


class Cookies(SecureCookieSessionInterface):
    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Programs send no cookie: nothing to open, and no key to derive for it."""
        return super().open_session(app, request) if request.cookies else self.session_class()


class S2M(Flask):
    session_interface = Cookies()

    def dispatch_request(self) -> ResponseReturnValue:
        """Two transactions that met leave nothing behind, so the view may simply run again."""
        for _ in range(REPEATS - 1):
            try:
                return super().dispatch_request()
            except Collision:
                continue
        return super().dispatch_request()


def create_app(config: Config | None = None) -> Flask:
    """The app for these settings. Brings the database to the newest schema; starts no jobs (see `serve`)."""
    config = config or load()
    app = S2M("s2m", root_path=str(Path(__file__).parent), template_folder=str(paths.templates()))
    furnish(app, config)
    if config.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, config.proxy_hops, config.proxy_hops, config.proxy_hops)  # type: ignore[method-assign]
    _register(app)
    policy.check_declared(app)
    return app


def furnish(app: Flask, config: Config) -> None:
    """Give an app its settings, keys and database, and what lives as long as they do.

    Apart from the pages, so that tests need not make those anew (a hundred rules, most of an app's cost) for each database.
    """
    ring = keys(config.instance)
    app.config.update(
        SECRET_KEY=ring.cookies, MAX_CONTENT_LENGTH=LIMIT, MAX_FORM_MEMORY_SIZE=LIMIT, MAX_FORM_PARTS=50,
        SESSION_COOKIE_NAME="__Host-form" if config.https else "form", SESSION_COOKIE_SECURE=config.https,
        SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax", WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False, TRUSTED_HOSTS=_trusted(config), SEND_FILE_MAX_AGE_DEFAULT=3600,
        BABEL_DEFAULT_LOCALE="nl", BABEL_TRANSLATION_DIRECTORIES=str(Path(__file__).parent / "translations"),
    )  # fmt: skip
    database = Database(config.database)
    database.migrate()
    # Before anything is served
    gone = erased(config.instance)
    if gone:
        with database.write() as store:
            restoring.forget_again(store, gone, datetime.now(UTC))
    restoring.note_missing(database, config)
    hub = live.Hub()
    database.on_change.append(hub.tell)
    app.extensions |= {"s2m.config": config, "s2m.keys": ring, "s2m.database": database, "s2m.hub": hub, "s2m.rooms": {}}
    app.extensions |= {"s2m.bodies": bodies.Bodies(), "s2m.payments": payments.chosen(config, ring)}
    app.extensions["s2m.jobs"] = {job.name: job.seconds for job in jobs.JOBS}


def serve() -> Flask:
    """For the web server: the app, with jobs running in exactly one of the processes."""
    app = create_app()
    config: Config = app.extensions["s2m.config"]
    app.extensions["s2m.database"].kind.listen(app.extensions["s2m.hub"].tell)
    reads = Timer(LEXICON_AFTER, settle_in, (config.taxonomy,))
    reads.name, reads.daemon = "lexicon", True
    reads.start()
    if config.jobs:
        jobs.start(app.extensions["s2m.database"], config)
    return app


def settle_in(taxonomy: Path | None) -> None:
    """Read the lexicon; what stands now stays as long as the server, so no collection of garbage looks through it again: each
    took a tenth of a second of some page."""
    of_the_product(taxonomy)
    gc.collect()
    gc.freeze()


def _trusted(config: Config) -> list[str]:
    names = [name.strip() for name in config.trusted_hosts.split(",") if name.strip()]
    return ["localhost", "127.0.0.1", "[::1]", *names]


def _register(app: Flask) -> None:
    Babel(app, locale_selector=context.language, timezone_selector=_zone)
    policy.csrf.init_app(app)
    errors.register(app)
    for blueprint in (*PAGES, live.blueprint, kiosk.blueprint):
        app.register_blueprint(blueprint)
    for name in ("static", "kiosk.static"):
        app.view_functions[name] = policy.anyone(partial(app.view_functions[name]))
    app.before_request(bodies.watch)
    app.before_request(_remember_language)
    app.before_request(policy.enforce)
    app.after_request(_headers)
    app.context_processor(_globals)
    app.jinja_env.globals.update(asset=_asset, vendor=_vendor, dots=dots, euro=sentences.euro, lasts=sentences.length)
    app.jinja_env.globals.update(price_of=sentences.price_of)
    app.jinja_env.globals.update(page_path=pages.page_path)
    app.jinja_env.globals.update(format_day=format_day, format_short=format_short, format_time=format_time)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _zone() -> str | None:
    venue = context.shown_venue()
    return venue.timezone if venue else None


def _remember_language() -> None:
    wish = request.args.get("lang")
    if wish in LANGUAGES and session.get("lang") != wish:
        session["lang"] = wish


def _globals() -> dict[str, Any]:
    """What every template may use."""
    return {
        "me": context.me(), "venue": context.shown_venue(), "network": context.network(), "lang": str(get_locale() or "nl"),
        "now": context.now(), "insecure_lan": context.config().insecure_lan, "demo": context.config().demo,
        "version": __version__,
    }  # fmt: skip


def _headers(response: Response) -> Response:
    csp = dict(CSP)
    scans = request.blueprint == "kiosk" or hasattr(current_app.view_functions.get(request.endpoint or ""), "camera")
    if scans:
        csp["script-src"] += " 'wasm-unsafe-eval'"
    response.headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in csp.items())
    response.headers["Permissions-Policy"] = f"camera={'(self)' if scans else '()'}, microphone=(), geolocation=()"
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Not "no-referrer": with it browsers send `Origin: null` with our own forms (Fetch, "append a request Origin header")
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if context.config().https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if (request.endpoint or "").rpartition(".")[2] != "static" and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


@cache
def _fingerprint(path: str) -> str:
    file = STATIC / path
    return hashlib.sha256(file.read_bytes()).hexdigest()[:8] if file.is_file() else "0"


def _asset(path: str) -> str:
    return url_for("static", filename=path, v=_fingerprint(path))


def _vendor(path: str) -> str | None:
    """Where a browser file is that set-up fetched; None when it could not be had."""
    return _asset(f"vendor/{path}") if (STATIC / "vendor" / path).is_file() else None


def format_day(at: Any) -> str:
    """donderdag 12 maart / Thursday 12 March, in the venue's zone."""
    return format_date(_local(at), "EEEE d MMMM")


def format_short(at: Any) -> str:
    """do 12 mrt / Thu 12 Mar: in the host's lists."""
    return format_date(_local(at), "EEE d MMM").replace(".", "")


def format_time(at: Any) -> str:
    """14:05, in the venue's zone."""
    return _local(at).strftime("%H:%M")


def _local(at: Any) -> Any:
    venue = context.shown_venue()
    return at.astimezone(venue.zone) if venue and hasattr(at, "astimezone") else at


def dots(amount: int) -> str:
    """An amount of social capital in words: '4 stippen'. A real minus sign."""
    number = str(abs(amount)) if amount >= 0 else f"\u2212{abs(amount)}"
    return ngettext("%(number)s dot", "%(number)s dots", abs(amount), number=number)
