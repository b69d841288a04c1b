"""What the ledger costs without a web server: its rows beside bare SQL, a long statement, and a balance in a large book.

    python -m tests.bench.ledger --bench ../shared/bench [--check] [--rounds 5] [--seconds 2] [--large 1000000]

In one run and in turns: (a) transfers, holds and settlements, each in a durable transaction of its own, by the actions of the
domain and by bare SQL that writes the same rows with the same driver and settings; beside them, for comparison with other
figures, the bench's own unit of four rows; (b) the first page of a statement of 10,000 lines, by a whole request within the
process, on SQLite and, where its programs are, on PostgreSQL; (c) one balance with 4 thousand and with `--large` transfers.
Absolute figures mean little on a shared machine: read the ratios. `--check` exits 1 when a goal is missed, judged by the
median and the better quartile of the rounds.
"""

import argparse
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from s2m import config
from s2m.app import create_app
from s2m.config import Config
from s2m.domain import ledger
from s2m.domain.ledger.entries import SC
from s2m.store.embedded import driver, pragmas
from s2m.store.engine import Database
from tests.bench.checkin import beyond
from tests.bench.seed import live_long, seed
from tests.cast import settle, sign_in

SMALL, LINES = 4_000, 10_000
SHARE_GOAL, PAGE_GOAL, GROWTH_GOAL = 0.50, 50, 1.20
FAR, SLICE = timedelta(hours=1), 0.1


def main():
    options = arguments()
    sys.path.insert(0, str(options.bench))
    with tempfile.TemporaryDirectory(prefix="s2m-bench-", dir=options.scratch) as scratch, ExitStack() as stack:
        parts = [
            Writing(Path(scratch), options.seconds),
            Pages(Path(scratch), stack),
            Balances(Path(scratch), options.large),
        ]
        rounds = [{name: figure for part in parts for name, figure in part.measure(turn)} for turn in range(options.rounds)]
    print(table(rounds))
    missed = list(goals(rounds))
    print(*missed or ["all goals met"], sep="\n")
    return 1 if missed and options.check else 0


def arguments():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--bench", type=Path, default=Path("../shared/bench"), help="folder of the bench's own units")
    words.add_argument("--check", action="store_true", help="exit 1 when a goal is missed")
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--seconds", type=float, default=2)
    words.add_argument("--large", type=int, default=1_000_000, help="transfers in the large book")
    words.add_argument("--scratch", help="where the databases are made; the disk is part of the figure")
    options = words.parse_args()
    options.bench = options.bench.resolve()
    return options


def say(text):
    print(text, file=sys.stderr, flush=True)


# (a) ------------------------------------------------------------------------------------------------------------------


class Writing:
    """Three commits in turn: a transfer, a hold, and its settlement."""

    def __init__(self, scratch, seconds):
        self.seconds = seconds
        self.ways = [Ours(scratch / "ours"), Bare(scratch / "bare"), FourRows(scratch / "four.db")]

    def measure(self, turn):
        """A tenth of a second each, again and again: a disk that is slow for a while is slow for all of them."""
        sums = {way.name: [0, 0.0, 0.0] for way in self.ways}
        for slice in range(round(self.seconds / SLICE)):
            start = (turn + slice) % len(self.ways)
            for way in self.ways[start:] + self.ways[:start]:
                done, spent, cpu = self.run(way)
                sums[way.name] = [before + more for before, more in zip(sums[way.name], (done, spent, cpu), strict=True)]
        for name, (done, spent, cpu) in sums.items():
            yield f"{name}: commits/s", done / spent
            yield f"{name}: CPU-us a commit", cpu / done * 1e6

    @staticmethod
    def run(way):
        done, began, cpu = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() - began < SLICE:
            done += way.commits()
        return done, time.perf_counter() - began, time.process_time() - cpu


def book(folder):
    """A seeded venue with two people's accounts to move between: (database, network id, giver, receiver)."""
    folder.mkdir()
    seed(folder, 2_000, SMALL)
    database = Database(config.load(folder).database)
    with database.read() as store:
        people = [a for a in store.ledger.accounts(next(iter(store.venues.networks())).id) if a.person_id]
    return database, *people[:2]


class Ours:
    name = "ours"

    def __init__(self, folder):
        self.database, self.giver, self.receiver = book(folder)
        self.n = 0

    def commits(self):
        self.n += 1
        self.giver, self.receiver = self.receiver, self.giver
        between, now = (self.giver, self.receiver), datetime.now(UTC)
        with self.database.write() as store:
            ledger.transfer(store, *between, 2, "thanks", now, key=ledger.digest("bench", self.n), floor=-1_000_000)
        with self.database.write() as store:
            key = ledger.digest("held", self.n)
            held = ledger.hold(store, *between, 4, "seat", now, key=key, floor=-1_000_000, expires_at=now + FAR)
        with self.database.write() as store:
            ledger.post(store, held, now)
        return 3


class Bare:
    """The same rows by the driver itself: nothing is read, checked or hashed."""

    name = "bare"
    INSERT = f"INSERT INTO transfers VALUES ({', '.join('?' * 16)})"
    HEAD = "UPDATE chain_heads SET n = ?, hash = ? WHERE network_id = ? AND chain = 'ledger'"
    MOVE = "UPDATE accounts SET balance = balance + ? WHERE id = ?"
    HOLD = "UPDATE accounts SET held = held + ? WHERE id = ?"

    def __init__(self, folder):
        database, self.giver, self.receiver = book(folder)
        with database.read() as store:
            self.n = store.ledger.head(self.giver.network_id).n
        database.close()
        path = str(folder / "s2m.sqlite")
        self.connection = driver.connect(path, isolation_level=None, cached_statements=256)
        for pragma in pragmas(driver.sqlite_version_info):
            self.connection.execute(pragma).fetchall()

    def commits(self):
        self.write("posted", 2)
        self.move(2)
        self.connection.execute("COMMIT")
        held = self.write("pending", 4)
        self.connection.execute(self.HOLD, (4, self.giver.id))
        self.connection.execute("COMMIT")
        self.write("post", 4, held)
        self.connection.execute(self.HOLD, (-4, self.giver.id))
        self.move(4)
        self.connection.execute("COMMIT")
        return 3

    def write(self, state, amount, held=None):
        self.n += 1
        row, network = f"{self.n:032x}", self.giver.network_id
        self.connection.execute("BEGIN IMMEDIATE")
        at = int(time.time() * 1e6)
        self.connection.execute(self.INSERT, (
            network, self.n, row, row, "thanks", state, self.giver.id, self.receiver.id, amount, SC, at,
            at if state == "pending" else None, held, None, "k" * 64, "h" * 64,
        ))  # fmt: skip
        self.connection.execute(self.HEAD, (self.n, "h" * 64, network))
        return row

    def move(self, amount):
        self.connection.execute(self.MOVE, (-amount, self.giver.id))
        self.connection.execute(self.MOVE, (amount, self.receiver.id))


class FourRows:
    """The unit of the bench: a check-in, a transfer, two postings and two balances, in tables with fewer indexes."""

    name = "bench's unit"

    def __init__(self, path):
        import sqlite_limit

        self.unit, self.n = sqlite_limit.unit, 0
        sqlite_limit.sqlite3 = driver
        sqlite_limit.fresh(str(path))
        self.connection = sqlite_limit.conn(str(path), "FULL")

    def commits(self):
        self.n += 1
        self.connection.execute("BEGIN IMMEDIATE")
        self.unit(self.connection, self.n, 1 + self.n % 2000)
        self.connection.execute("COMMIT")
        return 1


# (b) ------------------------------------------------------------------------------------------------------------------


class Pages:
    """The first page of a long statement, asked for as a browser does, without the web server around it."""

    def __init__(self, scratch, stack):
        self.clients = {"SQLite": self.client(scratch / "long", None)}
        url = cluster(stack)
        if url:
            self.clients["PostgreSQL"] = self.client(scratch / "long-pg", url)

    def client(self, folder, url):
        folder.mkdir()
        app = create_app(Config(instance=folder, jobs=False, **({"database_url": url} if url else {})))
        now = datetime.now(UTC)
        with app.extensions["s2m.database"].write() as store:
            cast = settle(store, now - timedelta(days=500))
            live_long(store, cast, LINES, now)
            # What PostgreSQL does by itself within a minute, and SQLite never needs
            store.connection.execute(text("ANALYZE"))
        return sign_in(app, cast.samira, now)

    def measure(self, turn):
        for engine, client in self.clients.items():
            for what, path in (("first page", ""), ("a kind", "?kind=thanks"), ("the oldest page", "?before=300")):
                yield f"statement, {what}, {engine}: ms", statistics.median(self.ask(client, path) for _ in range(9))

    def ask(self, client, path):
        began = time.perf_counter()
        answer = client.get(f"/me/statement{path}")
        spent = (time.perf_counter() - began) * 1e3
        assert answer.status_code == 200 and answer.text.count("<tr role") > 10
        return spent


def cluster(stack):
    """A PostgreSQL of our own, with its usual settings; None where it is not installed."""
    from tests import machine

    if machine.postgresql() is None:
        return None
    import benchlib

    server = benchlib.Postgres()
    stack.callback(server.close)
    server.createdb("s2m")
    return f"postgresql+psycopg://bench@/s2m?host={server.dir}&port={server.port}"


# (c) ------------------------------------------------------------------------------------------------------------------


class Balances:
    def __init__(self, scratch, large):
        self.books = {"4 k": self.book(scratch / "small", SMALL), "large": self.book(scratch / "large", large)}

    def book(self, folder, transfers):
        say(f"seeding {transfers:,} transfers …")
        folder.mkdir()
        seed(folder, 2_000, transfers)
        database = Database(config.load(folder).database)
        with database.read() as store:
            accounts = store.ledger.accounts(next(iter(store.venues.networks())).id)
        return database, [a.person_id for a in accounts if a.person_id][:400]

    def measure(self, turn):
        names = list(self.books) if turn % 2 else list(self.books)[::-1]
        for name in names:
            database, people = self.books[name]
            yield f"balance, {name}: us", statistics.median(self.ask(database, person) for person in people)

    def ask(self, database, person):
        began = time.perf_counter()
        with database.read() as store:
            store.ledger.person_account(person)
        return (time.perf_counter() - began) * 1e6


# ----------------------------------------------------------------------------------------------------------------------


def table(rounds):
    lines = ["| figure | median | spread |", "|---|---|---|"]
    for name in rounds[0]:
        of = [r[name] for r in rounds]
        lines.append(f"| {name} | {statistics.median(of):,.1f} | {min(of):,.1f}..{max(of):,.1f} |")
    for name, of in ratios(rounds).items():
        lines.append(f"| {name} | {statistics.median(of):.2f} | {min(of):.2f}..{max(of):.2f} |")
    return "\n".join(lines)


def ratios(rounds):
    return {
        "ours / bare, the same rows": [r["ours: commits/s"] / r["bare: commits/s"] for r in rounds],
        "ours / the bench's unit": [r["ours: commits/s"] / r["bench's unit: commits/s"] for r in rounds],
        "balance, large / 4 k": [r["balance, large: us"] / r["balance, 4 k: us"] for r in rounds],
    }


def goals(rounds):
    """What was missed, a sentence each."""
    found = ratios(rounds)
    if beyond([-share for share in found["ours / bare, the same rows"]], -SHARE_GOAL):
        yield f"missed: less than {SHARE_GOAL:.0%} of bare SQL"
    for name in rounds[0]:
        if name.startswith("statement, first page") and beyond([r[name] for r in rounds], PAGE_GOAL):
            yield f"missed: {name} is more than {PAGE_GOAL}"
    if beyond(found["balance, large / 4 k"], GROWTH_GOAL):
        yield f"missed: reading a balance grows by more than {GROWTH_GOAL}"


if __name__ == "__main__":
    sys.exit(main())
