"""A certificate for the venue's own network: a private authority, made once, and a server certificate signed by it.

Tablets trust the authority once; later certificates come from the same one. Server certificates live for 820 days:
Apple's devices refuse more than 825.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LIFE, SERVER_LIFE = timedelta(days=3650), timedelta(days=820)
NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*")
STEPS = """\
Made for {names}:
  {folder}/server.pem, server.key   for the server
  {folder}/s2m-ca.crt               for the tablets (never give away ca.key)

1  Bring s2m-ca.crt to each tablet: by cable, mail, or AirDrop.
2  Android: Settings > Security > Encryption & credentials > Install a certificate > CA certificate > choose s2m-ca.crt.
   iPad: open s2m-ca.crt > Settings > Profile downloaded > Install; then Settings > General > About >
   Certificate Trust Settings > switch "s2m" on. (Both steps: without the second there is no camera.)
3  Start the server:
   s2m run --host 0.0.0.0 --port 8443 --cert {folder}/server.pem --key {folder}/server.key
4  On the tablet open https://{first}:8443/kiosk/pair with the code of: s2m kiosk pair --base https://{first}:8443
"""


@dataclass(frozen=True)
class Made:
    names: tuple[str, ...]

    def steps(self, folder: Path) -> str:
        first = next((n for n in self.names if n != "localhost" and not n.startswith("127.")), self.names[0])
        shown = f"[{first}]" if ":" in first else first
        return STEPS.format(names=", ".join(self.names), folder=folder, first=shown).rstrip()


def make(folder: Path, names: Sequence[str], addresses: Sequence[str], now: datetime) -> Made:
    """Write authority (unless it is there), key and certificate into `folder`. Raises ValueError for a name that is none."""
    if not names and not addresses:
        names, addresses = own()
    asked = tuple(dict.fromkeys([*(_name(n) for n in names), *(str(_address(a)) for a in addresses)]))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority, authority_key = _authority(folder, now)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _server(asked, key, authority, authority_key, now)
    _write(folder / "server.key", _private(key))
    _write(folder / "server.pem", _public(certificate) + _public(authority))
    return Made(asked)


def names(certificate: Path) -> list[str]:
    """The names and addresses a certificate is for. Raises ValueError where it is none."""
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    try:
        alternatives = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    addresses = [f"[{a}]" if a.version == 6 else str(a) for a in alternatives.get_values_for_type(x509.IPAddress)]
    return [*alternatives.get_values_for_type(x509.DNSName), *addresses]


def ends(certificate: Path) -> datetime:
    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc


def own() -> tuple[list[str], list[str]]:
    """What this machine is called and where it is, in its own network."""
    host = socket.gethostname().split(".")[0].lower()
    names = [f"{host}.local", host] if NAME.fullmatch(host) and host != "localhost" else []
    found = []
    for family, elsewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        # Nothing is sent: this only asks which of our addresses would be used
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((elsewhere, 9))
                found.append(probe.getsockname()[0])
            except OSError:
                continue
    return [*names, "localhost"], [*dict.fromkeys(found), "127.0.0.1"]


def _name(given: str) -> str:
    if not NAME.fullmatch(given.strip()):
        raise ValueError(f"{given!r} is no name of a computer.")
    return given.strip().lower()


def _address(given: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(given.strip())
    except ValueError:
        raise ValueError(f"{given!r} is no address, such as 192.168.1.10.") from None


def _authority(folder: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    cert_file, key_file = folder / "s2m-ca.crt", folder / "ca.key"
    if cert_file.exists() and key_file.exists():
        kept = serialization.load_pem_private_key(key_file.read_bytes(), None)
        assert isinstance(kept, ec.EllipticCurvePrivateKey), "made by this file"
        return x509.load_pem_x509_certificate(cert_file.read_bytes()), kept
    key = ec.generate_private_key(ec.SECP256R1())
    name = _called(f"s2m {socket.gethostname()[:40]}")
    usage = _usage(key_cert_sign=True, crl_sign=True)
    made = (
        _blank(name, name, key, now, AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(key_file, _private(key))
    _write(cert_file, _public(made))
    return made, key


def _server(
    asked: Sequence[str],
    key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
    signer: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:
    alternatives = [x509.DNSName(n) if _is_name(n) else x509.IPAddress(ipaddress.ip_address(n)) for n in asked]
    return (
        _blank(_called(asked[0][:60]), authority.subject, key, now, SERVER_LIFE)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )


def _is_name(asked: str) -> bool:
    try:
        ipaddress.ip_address(asked)
    except ValueError:
        return True
    return False


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _blank(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    # Tablets' clocks are not always right
    return made.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1)).not_valid_after(now + life)


def _usage(**on: bool) -> x509.KeyUsage:
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
        "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: on.get(name, False) for name in every})


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _public(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write(file: Path, content: bytes) -> None:
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
    draft.replace(file)
