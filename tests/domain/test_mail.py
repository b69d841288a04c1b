"""Mail from the outbox to a real SMTP server on this machine."""

import email
import email.policy
import socketserver
import threading
from datetime import timedelta

import pytest
from sqlalchemy import text

from s2m import mail
from s2m.config import Config


class Sink(socketserver.StreamRequestHandler):
    """As much SMTP as it takes to be handed a letter; refuses recipients at refused.example."""

    def handle(self):
        self.say("220 sink")
        sender = recipients = None
        while line := self.rfile.readline().decode().strip():
            verb = line.upper()
            if verb.startswith("MAIL FROM:"):
                sender, recipients = line[10:].split()[0].strip("<>"), []
            elif verb.startswith("RCPT TO:"):
                if "refused.example" in line:
                    self.say("550 nobody here")
                    continue
                recipients.append(line[8:].strip("<>"))
            elif verb == "DATA":
                self.say("354 go on")
                self.server.letters.append((sender, recipients, self.letter()))
            elif verb == "QUIT":
                self.say("221 bye")
                return
            self.say("250 ok")

    def letter(self):
        text = b""
        while (line := self.rfile.readline()) != b".\r\n":
            text += line
        return email.message_from_bytes(text, policy=email.policy.default)

    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def sink():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Sink) as server:
        server.daemon_threads, server.letters = True, []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def config(sink):
    return Config(smtp_url=f"smtp://127.0.0.1:{sink.server_address[1]}", mail_from="s2m@seinhuis.example")


@pytest.fixture
def write(database, cast, now):
    def write(recipient="samira@seinhuis.example", subject="Je link", body="Hallo Zoë,\n\nhttps://…/een-link"):
        with database.write() as store:
            store.outbox.add(cast.noord.id, recipient, subject, body, now)

    return write


@pytest.fixture
def waiting(database):
    def waiting(when):
        with database.read() as store:
            return store.outbox.waiting(when)

    return waiting


def test_a_letter_arrives_once_and_whole(database, config, sink, now, write):
    write()
    assert mail.deliver(database, config, now) == (1, 0)
    assert mail.deliver(database, config, now + timedelta(days=1)) == (0, 0)
    ((sender, recipients, letter),) = sink.letters
    assert (sender, recipients) == ("s2m@seinhuis.example", ["samira@seinhuis.example"])
    assert (letter["Subject"], letter["To"], letter["From"]) == ("Je link", recipients[0], sender)
    assert letter["Message-ID"].endswith("@seinhuis.example>") and letter["Date"]
    assert letter.get_content().splitlines() == ["Hallo Zoë,", "", "https://…/een-link"]


def test_files_go_with_their_letter_and_are_kept_no_longer(database, config, sink, cast, now):
    files = (("uitnodiging.ics", "text/calendar; method=PUBLISH", b"BEGIN:VCALENDAR\r\n"), ("é.pdf", "application/pdf", b"%PDF"))
    with database.write() as store:
        store.outbox.add(cast.noord.id, "samira@seinhuis.example", "Je boeking", "Hallo", now, attachments=files)
    assert mail.deliver(database, config, now) == (1, 0)
    ((_, _, letter),) = sink.letters
    parts = list(letter.iter_attachments())
    assert [part.get_filename() for part in parts] == ["uitnodiging.ics", "é.pdf"]
    assert [part.get_content_type() for part in parts] == ["text/calendar", "application/pdf"]
    assert parts[0].get_payload(decode=True) == files[0][2] and parts[0]["Content-Type"].params["method"] == "PUBLISH"
    assert parts[1].get_content() == b"%PDF"
    with database.read() as store:
        assert store.outbox.run(text("SELECT count(*) FROM attachments")).scalar() == 0


def test_a_refused_letter_waits_and_the_next_one_goes(database, config, sink, now, write, waiting):
    write("nobody@refused.example")
    write()
    assert mail.deliver(database, config, now) == (1, 1)
    (kept,) = waiting(now + timedelta(seconds=30))
    assert (kept.recipient, kept.attempts) == ("nobody@refused.example", 1) and "550" in kept.error


def test_a_letter_that_cannot_be_written_does_not_hold_up_the_others(database, config, sink, now, write):
    write(subject="two\r\nBcc: everybody@example.org")
    write()
    assert mail.deliver(database, config, now) == (1, 1)
    assert [letter["Subject"] for _, _, letter in sink.letters] == ["Je link"]


def test_without_a_server_nothing_is_lost(database, now, write, waiting):
    write()
    assert mail.deliver(database, Config(), now) == (0, 0)
    assert mail.deliver(database, Config(smtp_url="smtp://127.0.0.1:1"), now) == (0, 1)
    assert len(waiting(now + timedelta(minutes=1))) == 1
