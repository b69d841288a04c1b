"""Keeping house: requests that may be made once, mail that waits, how often is too often, and when jobs ran."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, func, insert, select, text, update

from s2m.domain.instants import number
from s2m.store.part import Part
from s2m.store.schema import attachments as files
from s2m.store.schema import job_runs, outbox, requests

MICRO = 1_000_000
MAIL_TRIES = 8


@dataclass(frozen=True)
class Answered:
    input_hash: str
    answer: Any


class Requests(Part):
    def answer(self, network_id: str, actor: str, key: str) -> Answered | None:
        mine = (requests.c.network_id == network_id) & (requests.c.actor == actor) & (requests.c.key == key)
        row = self.one(select(requests.c.input_hash, requests.c.answer).where(mine))
        return Answered(row.input_hash, row.answer) if row else None

    def keep(self, network_id: str, actor: str, key: str, input_hash: str, answer: Any, now: datetime) -> None:
        self.run(
            insert(requests).values(network_id=network_id, actor=actor, key=key, input_hash=input_hash, answer=answer, at=now)
        )


# Its name, its type (text/calendar; method=PUBLISH), and what is in it
Attachment = tuple[str, str, bytes]


@dataclass(frozen=True)
class Mail:
    id: str
    network_id: str
    recipient: str
    subject: str
    body: str
    created_at: datetime
    sent_at: datetime | None
    attempts: int
    next_at: datetime
    error: str | None
    attachments: tuple[Attachment, ...] = ()


class Outbox(Part):
    def add(
        self, network_id: str, recipient: str, subject: str, body: str, now: datetime, attachments: Iterable[Attachment] = ()
    ) -> None:  # fmt: skip
        mail = Mail(self.store.new_id(now), network_id, recipient, subject, body, now, None, 0, now, None)
        self.run(insert(outbox).values({c.name: getattr(mail, c.name) for c in outbox.c}))
        for n, (name, type_, content) in enumerate(attachments):
            row = {"network_id": network_id, "mail_id": mail.id, "n": n, "name": name, "type": type_, "content": content}
            self.run(insert(files).values(row))

    def waiting(self, now: datetime, *, most: int = 20) -> list[Mail]:
        due = outbox.c.sent_at.is_(None) & (outbox.c.next_at <= now) & (outbox.c.attempts < MAIL_TRIES)
        found = [Mail(**row._mapping) for row in self.run(select(outbox).where(due).order_by(outbox.c.created_at).limit(most))]
        return [replace(mail, attachments=self._attached(mail)) for mail in found]

    def _attached(self, mail: Mail) -> tuple[Attachment, ...]:
        query = select(files.c.name, files.c.type, files.c.content).where(files.c.mail_id == mail.id).order_by(files.c.n)
        return tuple((row.name, row.type, row.content) for row in self.run(query))

    def standing(self, network_id: str) -> tuple[int, int]:
        """How many wait to be sent, and how many were given up after the last try."""
        left = (outbox.c.network_id == network_id) & outbox.c.sent_at.is_(None)
        given_up = func.coalesce(func.sum(case((outbox.c.attempts >= MAIL_TRIES, 1), else_=0)), 0)
        row = self.run(select(func.count().label("unsent"), given_up.label("failed")).select_from(outbox).where(left)).one()
        return int(row.unsent) - int(row.failed), int(row.failed)

    def retrying(self, network_id: str) -> int:
        """How many wait although they were tried."""
        tried = outbox.c.sent_at.is_(None) & outbox.c.attempts.between(1, MAIL_TRIES - 1)
        return int(self.run(select(func.count()).where((outbox.c.network_id == network_id) & tried)).scalar_one())

    def sent(self, mail: Mail, now: datetime) -> None:
        # The text held a secret link: it is not kept once it is gone, nor is what went with it
        self.run(delete(files).where(files.c.mail_id == mail.id))
        self.run(
            update(outbox).where(outbox.c.id == mail.id).values(sent_at=now, body="", attempts=mail.attempts + 1, error=None)
        )

    def failed(self, mail: Mail, error: str, now: datetime) -> None:
        wait = timedelta(seconds=30 * 2**mail.attempts)
        changed = {"attempts": mail.attempts + 1, "next_at": now + wait, "error": error[:200]}
        self.run(update(outbox).where(outbox.c.id == mail.id).values(changed))

    def forget(self, before: datetime) -> None:
        """What was sent or given up before then: it holds addresses, and perhaps a name."""
        given_up = outbox.c.sent_at.is_(None) & (outbox.c.attempts >= MAIL_TRIES) & (outbox.c.next_at < before)
        old = (outbox.c.sent_at < before) | given_up
        self.run(delete(files).where(files.c.mail_id.in_(select(outbox.c.id).where(old))))
        self.run(delete(outbox).where(old))


class Rates(Part):
    """Token buckets, one row a key, filled as time goes by; taken from in one statement."""

    def take(self, key: str, *, most: int, per: timedelta, now: datetime) -> int:
        """0 when there was a token to take, else the seconds until there is one."""
        at = number(now)
        # `tokens` is kept in millionths; the bucket refills with `most` tokens in `per`
        rate = most * MICRO / per.total_seconds() / 1e6
        self.run(
            text("INSERT INTO rates VALUES (:key, :full, :at) ON CONFLICT (key) DO NOTHING"), key=key, full=most * MICRO, at=at
        )
        locked = self.run(text("SELECT tokens, at FROM rates WHERE key = :key"), key=key).one()
        tokens = min(most * MICRO, locked.tokens + int(max(0, at - locked.at) * rate))
        if tokens < MICRO:
            return max(1, int((MICRO - tokens) / rate / 1e6) + 1)
        taken = self.run(
            text("UPDATE rates SET tokens = :left, at = :at WHERE key = :key AND tokens = :was AND at = :then"),
            key=key, left=tokens - MICRO, at=max(at, locked.at), was=locked.tokens, then=locked.at,
        )  # fmt: skip
        # Somebody else took one at the same moment: look again
        return 0 if taken.rowcount else self.take(key, most=most, per=per, now=now)

    def forget(self, before: datetime) -> int:
        at = number(before)
        return self.run(text("DELETE FROM rates WHERE at < :at"), at=at).rowcount


@dataclass(frozen=True)
class JobRun:
    job: str
    started_at: datetime
    finished_at: datetime | None
    ok: bool | None
    detail: str


class JobRuns(Part):
    def started(self, job: str, now: datetime) -> None:
        row = {"started_at": now, "finished_at": None, "ok": None, "detail": ""}
        if not self.run(update(job_runs).where(job_runs.c.job == job).values(row)).rowcount:
            self.run(insert(job_runs).values(job=job, **row))

    def finished(self, job: str, now: datetime, *, ok: bool, detail: str) -> None:
        self.run(update(job_runs).where(job_runs.c.job == job).values(finished_at=now, ok=ok, detail=detail[:200]))

    def all(self) -> list[JobRun]:
        return [JobRun(**row._mapping) for row in self.run(select(job_runs).order_by(job_runs.c.job))]
