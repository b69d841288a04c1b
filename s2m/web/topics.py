"""What somebody may mean who begins to type a topic: words of the house, what several people here know, and the lexicon's."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from s2m.domain.relevance.suggesting import SHORTEST, usual
from s2m.web.context import locale, network, reading
from s2m.web.policy import signed_in

blueprint = Blueprint("topics", __name__)
LONGEST = 60


@blueprint.get("/topics")
@signed_in
def suggest() -> ResponseReturnValue:
    """{"topics": [text, …]} for ?q=: at most eight. Nobody has to take one."""
    return jsonify(topics=suggestions())


def suggestions() -> list[str]:
    begun = " ".join(request.args.get("q", "")[:LONGEST].split())
    here = network()
    if len(begun) < SHORTEST or here is None:
        return []
    with reading() as store:
        ours = [each.word for each in store.synonyms.all(here.id)]
        ours += store.synonyms.shared(here.id, begun)
    return usual().of(begun, locale(), ours)
