"""Who may do what. Each route declares its policy; one that does not stops the app at start-up.

@anyone            everybody, also strangers
@signed_in         a person with a session
@host              a host of some venue or an admin; the view asks `hosted_venue(slug)` for the one it works in
@admin             an admin of the network
@paired("kiosk")   a device of that kind, by cookie or bearer token
@present           a signed-in person or a device (for what is shown in the house)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from s2m.domain.errors import Denied
from s2m.web.context import config, me

View = TypeVar("View", bound=Callable[..., Any])
Rule = Callable[[], bool]
csrf = CSRFProtect()
SAFE = ("GET", "HEAD", "OPTIONS")


def _declare(rule: Rule, name: str) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.policy = rule  # type: ignore[attr-defined]
        view.policy_name = name  # type: ignore[attr-defined]
        return view

    return mark


anyone = _declare(lambda: True, "anyone")
signed_in = _declare(lambda: me().person is not None, "signed_in")
host = _declare(lambda: me().person is not None and me().is_host, "host")
admin = _declare(lambda: me().person is not None and me().is_admin, "admin")
present = _declare(lambda: me().person is not None or me().device is not None, "present")


def paired(kind: str) -> Callable[[View], View]:
    def rule() -> bool:
        device = me().device
        return device is not None and device.kind == kind

    return _declare(rule, f"paired:{kind}")


def takes(most: int) -> Callable[[View], View]:
    """A route whose form may be larger than others: at most so many bytes."""

    def mark(view: View) -> View:
        view.takes = most  # type: ignore[attr-defined]
        return view

    return mark


def with_camera(view: View) -> View:
    """A page that may ask for the camera, and read codes by WebAssembly: no other page of people may."""
    view.camera = True  # type: ignore[attr-defined]
    return view


def from_servers(view: View) -> View:
    """A route for messages of other servers. They carry no token of a page of ours: the view itself finds out whose they are."""
    view.from_servers = True  # type: ignore[attr-defined]
    return view


def check_declared(app: Flask) -> None:
    """Raises RuntimeError that names each route without a policy."""
    missing = sorted(name for name, view in app.view_functions.items() if not hasattr(view, "policy"))
    if missing:
        raise RuntimeError(f"no policy declared for: {', '.join(missing)}")


def enforce() -> None:
    """Before each request: the route's policy, and for what changes something that it was asked from our own page.

    Raises Denied `sign_in` for strangers, `denied` for others, `not_from_here` for a foreign or forged request.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return
    if not view.policy():  # type: ignore[attr-defined]
        raise Denied("sign_in" if me().person is None else "denied")
    if hasattr(view, "takes"):
        request.max_content_length = view.takes
    program = request.headers.get("Authorization") or hasattr(view, "from_servers")
    if request.method not in SAFE and not program:
        _check_origin()
        try:
            csrf.protect()
        except CSRFError:
            raise Denied("not_from_here") from None


def _check_origin() -> None:
    """Browsers say where a request comes from: another site's is refused before its token is looked at.

    `null` is the origin of a page that hides it, or of nobody; only the browser's own word makes it ours.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in (None, "same-origin", "none"):
        raise Denied("not_from_here")
    if origin is None or (origin == "null" and site == "same-origin"):
        return
    here = f"{'https' if config().https else request.scheme}://{request.host}"
    if origin not in {_origin(url) for url in (here, config().public_url) if url}:
        raise Denied("not_from_here")


def _origin(url: str) -> str:
    """Scheme and host as a browser writes them: in small letters, without the port that goes without saying."""
    parts = urlsplit(url.lower())
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    return f"{parts.scheme}://{parts.netloc.removesuffix(usual)}"
