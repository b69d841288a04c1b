"""What somebody may mean who begins to type a topic: words of the house, what several people here know, and the lexicon's."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from s2m.domain.errors import TooMany
from s2m.domain.relevance.suggesting import SHORTEST, usual
from s2m.web.context import limit, locale, me, network, reading
from s2m.web.policy import signed_in

blueprint = Blueprint("topics", __name__)
LONGEST = 60


@blueprint.get("/topics")
@signed_in
def suggest() -> ResponseReturnValue:
    """{"topics": [text, …]} for ?q=: at most eight. Nobody has to take one."""
    return jsonify(topics=suggestions())


def suggestions() -> list[str]:
    """For whoever asks, a person or a tablet; nothing beyond sixty a minute, for it is only a help."""
    begun = " ".join(request.args.get("q", "")[:LONGEST].split())
    here = network()
    if len(begun) < SHORTEST or here is None:
        return []
    asker, sender = me().person, me().person or me().device
    try:
        limit("suggest", sender.id if sender else "", most=60, per=timedelta(minutes=1))
    except TooMany:
        return []
    with reading() as store:
        ours = [each.word for each in store.synonyms.all(here.id)]
        ours += store.synonyms.shared(here.id, begun, asker.id if asker else None)
    return usual().of(begun, locale(), ours)
