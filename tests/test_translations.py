"""Dutch and English are both complete."""

from tests import catalogue


def test_every_sentence_on_a_page_has_its_dutch():
    assert list(catalogue.faults()) == []


def test_a_sentence_without_dutch_is_noticed(monkeypatch):
    from babel.messages.catalog import Catalog

    monkeypatch.setattr(catalogue, "dutch", lambda: Catalog(locale="nl"))
    assert any("no Dutch for" in fault for fault in catalogue.faults())
