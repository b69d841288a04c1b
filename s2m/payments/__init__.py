"""Paying online: the port that a provider fits in, and which one this instance has.

    port.py    what a provider can do: begin a payment, say how it stands, prove that a message is its own
    local.py   a whole one of our own, for the demo and for tests: a pretend bank that moves no money

A new provider is one file beside these, with its name in PROVIDERS.
"""

from __future__ import annotations

from s2m.config import Config, KeyRing
from s2m.payments.local import Local
from s2m.payments.port import Checkout, Forged, PaymentProvider, Told

PROVIDERS = {"local": Local}


def chosen(config: Config, ring: KeyRing) -> PaymentProvider | None:
    """None where nothing is paid online. Raises ValueError for a provider that nobody knows."""
    name = config.payments or ("local" if config.demo else "")
    if not name:
        return None
    if name not in PROVIDERS:
        raise ValueError(f"setting payments: {name!r} is none of: {', '.join(PROVIDERS)}")
    return PROVIDERS[name](config.instance, ring.payments)


__all__ = ["Checkout", "Forged", "Local", "PaymentProvider", "Told", "chosen"]
