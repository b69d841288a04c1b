"""A host of Het Seinhuis before a browser, for every page of the host's."""

import pytest


@pytest.fixture
def host(phone, cast):
    return phone(cast.marieke)
