"""The link of a bill or a quote, for whoever pays it: an id and a signature, so that nobody finds another's by guessing."""

from __future__ import annotations

from s2m.domain.codes import Keys
from s2m.domain.errors import NotFound


def token(keys: Keys, document_id: str) -> str:
    """document_id: or a booking's, for its quote."""
    return f"{document_id}-{keys.sign(keys.current, f'bill.{document_id}').lower()}"


def opened(keys: Keys, text: str) -> str:
    """The id of the document whose link this is. Raises NotFound."""
    document_id, _, signature = text.partition("-")
    if not signature.isascii() or not any(keys.check(key, f"bill.{document_id}", signature.upper()) for key in keys.secrets):
        raise NotFound()
    return document_id
