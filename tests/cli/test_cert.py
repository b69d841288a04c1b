"""s2m cert: what browsers and tablets ask of a certificate."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509


def read(file):
    return x509.load_pem_x509_certificate(file.read_bytes())


def test_a_certificate_names_what_was_asked_and_the_steps_are_told(embedded, folder):
    done = embedded("cert", "--name", "Seinhuis.local", "--ip", "192.168.1.10", "--ip", "fd00::10")
    assert done.exit_code == 0, done.output
    for word in ("Android", "iPad", "s2m run", "--cert", "--key", "https://seinhuis.local:8443"):
        assert word in done.stdout
    names = read(folder / "tls/server.pem").extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["seinhuis.local"]
    assert [str(a) for a in names.get_values_for_type(x509.IPAddress)] == ["192.168.1.10", "fd00::10"]


def test_only_the_owner_may_read_the_files(embedded, folder):
    embedded("cert", "--name", "seinhuis.local")
    assert {file.name: file.stat().st_mode & 0o777 for file in (folder / "tls").iterdir()} == {
        "ca.key": 0o600, "s2m-ca.crt": 0o600, "server.key": 0o600, "server.pem": 0o600,
    }  # fmt: skip


def test_apples_limits_are_kept(embedded, folder):
    embedded("cert", "--name", "seinhuis.local")
    made = read(folder / "tls/server.pem")
    assert made.not_valid_after_utc - made.not_valid_before_utc <= timedelta(days=825)
    usage = made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert x509.ExtendedKeyUsageOID.SERVER_AUTH in usage
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_without_names_it_is_for_this_machine(embedded, folder):
    embedded("cert")
    names = read(folder / "tls/server.pem").extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "localhost" in names.get_values_for_type(x509.DNSName)
    assert ipaddress.ip_address("127.0.0.1") in names.get_values_for_type(x509.IPAddress)


def test_tablets_that_trust_the_first_trust_the_next_too(embedded, folder):
    embedded("cert", "--name", "seinhuis.local")
    authority, first = (folder / "tls/s2m-ca.crt").read_bytes(), (folder / "tls/server.pem").read_bytes()
    embedded("cert", "--name", "wissel.local")
    assert (folder / "tls/s2m-ca.crt").read_bytes() == authority
    assert (folder / "tls/server.pem").read_bytes() != first
    shakes_hands(folder / "tls", "wissel.local")


def shakes_hands(tls, name):
    """A client that trusts only our authority, and a server with our certificate, in memory."""
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=tls / "s2m-ca.crt")
    server.load_cert_chain(tls / "server.pem", tls / "server.key")
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [client.wrap_bio(down, up, server_hostname=name), server.wrap_bio(up, down, server_side=True)]
    for _ in range(4):
        for side in sides:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert sides[0].version()


@pytest.mark.parametrize(
    "option",
    [("--name", "two words"), ("--name", "-x.local"), ("--ip", "192.168.1"), ("--name", "a" * 64 + ".local"), ("--name", "")],
)
def test_what_is_no_name_or_address_is_wrong_usage(embedded, folder, option):
    done = embedded("cert", *option)
    assert done.exit_code == 2
    assert not (folder / "tls").exists()


def test_the_doctor_warns_before_a_certificate_runs_out(founded, folder):
    from s2m import cert

    cert.make(folder / "tls", ["seinhuis.local"], [], datetime.now(UTC) - timedelta(days=810))
    assert "note   certificate: runs out in 9 days" in founded("doctor").stdout
    cert.make(folder / "tls", ["seinhuis.local"], [], datetime.now(UTC) - timedelta(days=900))
    done = founded("doctor")
    assert done.exit_code == 1
    assert "WRONG  certificate: has run out" in done.stdout
