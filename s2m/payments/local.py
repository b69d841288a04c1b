"""A payment provider of our own that moves no money: for the demo, and for tests of all that happens around a payment.

It does what Mollie and Stripe do, in the same order: a payment is begun, its payer goes to a page of the bank
(`web/pretend_bank.py`), comes back, and meanwhile a signed message arrives at the webhook, perhaps twice or late. What it knows
are files in a folder of its own: it is another system, and not in the house's database.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from s2m.domain.codes import Keys
from s2m.payments.port import Checkout, Forged, Told

SIGNATURE = "X-Pretend-Signature"
TRIES = 5
Send = Callable[[str, bytes, Mapping[str, str]], None]


class Local:
    name = "local"

    def __init__(self, instance: Path, keys: Keys) -> None:
        self.folder = instance / "pretend-bank"
        self.secret = keys.secrets[keys.current]
        self.send: Send = post_later

    def start(self, cents: int, reference: str, words: str, return_url: str, webhook_url: str) -> Checkout:
        id_ = f"tr_{secrets.token_hex(12)}"
        given = {"cents": cents, "reference": reference, "words": words, "return_url": return_url, "webhook_url": webhook_url}
        self._keep(id_, {**given, "status": "open"})
        return Checkout(id_, f"/pretend-bank/{id_}")

    def fetch(self, id_: str) -> Told:
        kept = self.payment(id_)
        return Told(kept["reference"], kept["status"], kept["cents"] if kept["status"] == "paid" else 0)

    def verify(self, body: bytes, headers: Mapping[str, str]) -> str:
        if not hmac.compare_digest(self.sign(body).encode(), headers.get(SIGNATURE, "").encode()):
            raise Forged
        try:
            return str(json.loads(body)["id"])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Forged from None

    # What its page does -----------------------------------------------------------------------------------------

    def payment(self, id_: str) -> dict[str, Any]:
        """What it keeps of one. Raises KeyError."""
        file = self.folder / f"{id_}.json"
        if not re.fullmatch(r"tr_[0-9a-f]{24}", id_) or not file.exists():
            raise KeyError(id_)
        kept: dict[str, Any] = json.loads(file.read_text())
        return kept

    def decide(self, id_: str, status: str) -> str:
        """The payer pays, fails, or lets it expire; where they go back to. What was paid stays so. Raises KeyError."""
        kept = self.payment(id_)
        if kept["status"] != "paid":
            self._keep(id_, {**kept, "status": status})
        body = json.dumps({"id": id_}).encode()
        self.send(kept["webhook_url"], body, {SIGNATURE: self.sign(body), "Content-Type": "application/json"})
        return str(kept["return_url"])

    def sign(self, body: bytes) -> str:
        return hmac.digest(self.secret, body, hashlib.sha256).hex()

    def _keep(self, id_: str, kept: Mapping[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.folder / f".{id_}.{secrets.token_hex(4)}"
        draft.write_text(json.dumps(kept))
        draft.replace(self.folder / f"{id_}.json")


def post_later(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """From a thread, as another server would; tried again, since the answer to the page comes first."""
    threading.Thread(target=_post, args=(url, body, dict(headers)), daemon=True).start()


def _post(url: str, body: bytes, headers: dict[str, str]) -> None:
    for pause in range(TRIES):
        time.sleep(pause * pause / 4)
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=5):  # noqa: S310 (our own address)
                return
        except OSError:
            continue
