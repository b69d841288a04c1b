"""Commands as an operator gives them: on an instance of their own, on each engine, with the cast in it."""

import shutil

import pytest
from click.testing import CliRunner

from s2m.cli import cli
from s2m.store.embedded import driver


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "instance"
    folder.mkdir()
    return folder


@pytest.fixture
def s2m(folder, database_url):
    """s2m("badge", "samira@…") → what came out of it: exit_code, stdout, stderr, stdout_bytes."""

    def give(*command, url=database_url, given=None):
        env = {"S2M_INSTANCE": str(folder), "S2M_DATABASE_URL": url}
        return CliRunner().invoke(cli, [str(part) for part in command], env=env, input=given)

    return give


@pytest.fixture
def embedded(tmp_path, folder, sqlite_template):
    """As s2m, for what only the embedded database has; the file lies in the instance folder."""
    shutil.copy(sqlite_template, folder / "s2m.sqlite")

    def give(*command, given=None):
        env = {"S2M_INSTANCE": str(folder), "S2M_DATABASE_URL": ""}
        return CliRunner().invoke(cli, [str(part) for part in command], env=env, input=given)

    return give


@pytest.fixture
def founded(embedded):
    """The embedded instance with a network, a venue and Marieke as its host."""
    done = embedded(
        "init", "--network", "Noord", "--venue", "Het Seinhuis", "--name", "Marieke de Boer", "--email", "m@noord.example"
    )
    assert done.exit_code == 0, done.output
    return embedded


@pytest.fixture
def tamper(folder):
    """Statements as somebody with the file and bad intent would run them: without the triggers."""

    def run(*statements):
        connection = driver.connect(folder / "s2m.sqlite")
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'transfers'")
        for (trigger,) in found.fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()

    return run
