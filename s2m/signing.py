"""Signatures by Ed25519 (RFC 8032): made with this instance's own key, checked with anybody's public one."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from s2m.config import KeyRing


class SigningKey:
    """public_key: 64 hex digits, for everybody to know."""

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._private.public_key().public_bytes_raw().hex()

    def sign(self, message: bytes) -> str:
        return self._private.sign(message).hex()


def current(ring: KeyRing) -> SigningKey:
    """The key that signs passports now."""
    return SigningKey(ring.passport.secrets[ring.passport.current])


def own(ring: KeyRing) -> set[str]:
    """The public keys of this instance: the one that signs, and those before it."""
    return {SigningKey(seed).public_key for seed in ring.passport.secrets.values()}


def is_signed(public_key: str, message: bytes, signature: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
