"""What several web processes share through PostgreSQL: each hears what the others changed, also after an outage."""

import threading
import time

import psycopg
import pytest
from sqlalchemy import text

from s2m.store.engine import Database
from tests.cast import settle

pytestmark = pytest.mark.postgresql


class Ear:
    """Keeps what was told, and can be waited on."""

    def __init__(self):
        self.heard, self.more = set(), threading.Condition()

    def __call__(self, venue_ids):
        with self.more:
            self.heard |= venue_ids
            self.more.notify_all()

    def forget(self):
        with self.more:
            self.heard.clear()

    def hears(self, venue_ids, seconds=10):
        with self.more:
            return self.more.wait_for(lambda: venue_ids <= self.heard, seconds)


@pytest.fixture
def url(postgres_database, postgres_template):
    return postgres_database(postgres_template)


@pytest.fixture
def database(url):
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def cast(database, now):
    with database.write() as store:
        return settle(store, now)


@pytest.fixture
def ear(database, cast):
    """What another web process hears, once it listens."""
    ear, other = Ear(), Database(database.kind.url.render_as_string(hide_password=False))
    other.kind.listen(ear)
    assert ear.hears(venues(cast))
    ear.forget()
    yield ear
    other.close()


def venues(cast):
    return {cast.seinhuis.id, cast.wissel.id, cast.elders.id}


def cut(database):
    """End the connections that listen, as a restart of the server does."""
    ours = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 's2m listens'"
    )
    with database.kind.engine.begin() as connection:
        return connection.execute(ours).scalar()


def test_another_process_hears_which_venue_changed(database, cast, ear):
    with database.write() as store:
        store.changed(cast.wissel.id)
    assert ear.hears({cast.wissel.id})
    assert ear.heard == {cast.wissel.id}


def test_after_an_outage_every_venue_counts_as_changed(database, cast, ear):
    assert cut(database) == 1
    assert ear.hears(venues(cast))


def test_what_changes_after_an_outage_is_heard_again(database, cast, ear):
    cut(database)
    assert ear.hears(venues(cast))
    ear.forget()
    with database.write() as store:
        store.changed(cast.seinhuis.id)
    assert ear.hears({cast.seinhuis.id})


def test_a_dead_connection_is_noticed_by_keepalives(database, url):
    with database.kind.engine.connect() as connection:
        said = connection.connection.driver_connection.info.get_parameters()
    assert (said["keepalives_idle"], said["keepalives_interval"], said["keepalives_count"]) == ("15", "5", "3")
    assert int(said["tcp_user_timeout"]) > 0


def test_nobody_listens_once_the_database_is_closed(url):
    database = Database(url)
    database.kind.listen(lambda venue_ids: None)
    [listener] = [thread for thread in threading.enumerate() if thread.name == "changes"]
    database.close()
    assert not listener.is_alive()


def test_a_listener_without_a_server_ends_too(url):
    database = Database(url)
    database.kind.url = database.kind.url.set(query={"host": "/nowhere"})
    database.kind.listen(lambda venue_ids: None)
    [listener] = [thread for thread in threading.enumerate() if thread.name == "changes"]
    time.sleep(0.1)
    began = time.monotonic()
    database.close()
    assert not listener.is_alive()
    assert time.monotonic() - began < 2


def test_notices_that_come_together_are_all_heard(database, cast, ear, url):
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for venue_id in venues(cast):
            connection.execute("SELECT pg_notify('s2m_changes', %s)", (venue_id,))
    assert ear.hears(venues(cast))
