"""Mail goes through the outbox: written in the transaction that causes it, sent by a job, tried again when it fails."""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from s2m.config import Config
from s2m.store.engine import Database
from s2m.store.house import Mail

PATIENCE = 10


def deliver(database: Database, config: Config, now: datetime) -> tuple[int, int]:
    """Send what is due; how many were sent and how many failed. Without SMTP everything keeps waiting."""
    if not config.smtp_url:
        return 0, 0
    with database.read() as store:
        waiting = store.outbox.waiting(now)
    sent = failed = 0
    for mail in waiting:
        try:
            _send(config, mail)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            failed += 1
            with database.write() as store:
                store.outbox.failed(mail, f"{type(error).__name__}: {error}", now)
        else:
            sent += 1
            with database.write() as store:
                store.outbox.sent(mail, now)
    return sent, failed


def _send(config: Config, mail: Mail) -> None:
    where = urlsplit(config.smtp_url)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = config.mail_from, mail.recipient, mail.subject
    message["Date"], message["Message-ID"] = mail.created_at, f"<{mail.id}@{config.mail_from.rpartition('@')[2]}>"
    message.set_content(mail.body)
    for name, type_, content in mail.attachments:
        kind = EmailMessage()
        kind["Content-Type"] = type_
        maintype, subtype = kind.get_content_type().split("/")
        message.add_attachment(content, maintype, subtype, filename=name, params=dict(kind["Content-Type"].params))
    secure = where.scheme == "smtps"
    server_of = smtplib.SMTP_SSL if secure else smtplib.SMTP
    with server_of(where.hostname or "", where.port or (465 if secure else 25), timeout=PATIENCE) as server:
        server.ehlo()
        if not secure and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        if where.username:
            server.login(unquote(where.username), unquote(where.password or ""))
        server.send_message(message)
