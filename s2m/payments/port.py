"""What a payment provider can do, whichever it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Forged(Exception):
    """A message that the provider did not send."""


@dataclass(frozen=True)
class Checkout:
    """A payment that was begun. id: the provider's name for it; url: where the payer goes on."""

    id: str
    url: str


@dataclass(frozen=True)
class Told:
    """How a payment stands. reference: ours, as it was begun with; status: open, paid, failed, expired; cents: what was paid."""

    reference: str
    status: str
    cents: int


class PaymentProvider(Protocol):
    """name: stands in the webhook's address and with each payment. Every method may raise OSError: it cannot be reached."""

    name: str

    def start(self, cents: int, reference: str, words: str, return_url: str, webhook_url: str) -> Checkout:
        """Begin a payment of so many euro cents. words: what the payer reads; return_url: where they come back to."""
        ...

    def fetch(self, id_: str) -> Told:
        """How a payment stands now, asked of the provider itself. Raises KeyError for one it does not know."""
        ...

    def verify(self, body: bytes, headers: Mapping[str, str]) -> str:
        """The id of the payment that a message is about. Raises Forged where it is not the provider's own.

        What else the message says counts for nothing: `fetch` is asked.
        """
        ...
