import pytest

from s2m.domain.codes import Keys


@pytest.fixture
def store(database, cast):
    """One open transaction with the cast in it: for rules that do not care where a transaction ends."""
    with database.write() as store:
        yield store


@pytest.fixture
def keys():
    return Keys({"1": b"k" * 32})
