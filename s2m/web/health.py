"""Is it well? For monitors and for the host's health page."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from s2m import __version__
from s2m.domain.errors import Unavailable
from s2m.web.context import database, reading
from s2m.web.policy import anyone

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@anyone
def healthz() -> ResponseReturnValue:
    """JSON: status ok or unavailable, version, the database, and when each job last ran and how."""
    try:
        engine = {k: v for k, v in database().kind.describe().items() if k != "file"}
        with reading() as store:
            runs = store.jobs.all()
    except Unavailable:
        return jsonify(status="unavailable", version=__version__, database=None, jobs={}), 503
    jobs = {
        r.job: {"started_at": r.started_at.isoformat(), "finished_at": r.finished_at and r.finished_at.isoformat(), "ok": r.ok}
        for r in runs
    }
    return jsonify(status="ok", version=__version__, database=engine, jobs=jobs)
