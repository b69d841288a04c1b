"""Bills as PDF, read back: what a person reads, what a screen reader is told, and that what was typed stays text."""

from dataclasses import replace
from io import BytesIO

import pytest
import typst
from hypothesis import HealthCheck, given, settings
from pypdf import PdfReader

from s2m.domain import money
from s2m.domain.billing.values import Party
from s2m.papers.pdf import pdf
from s2m.papers.words import WORDS, euro
from tests.bills import ANY_BILL, BUYER, LINES, SELLER, bill, part_off

KINDS = ["quote", "invoice", "credit"]
LANGUAGES = ["nl", "en"]
UA, A = "http://www.aiim.org/pdfua/ns/id/", "http://www.aiim.org/pdfa/ns/id/"


def read(data):
    return PdfReader(BytesIO(data))


def words(data):
    """The text of all pages, each blank as one space."""
    text = " ".join(page.extract_text() for page in read(data).pages)
    return " ".join(text.replace("\N{ZERO WIDTH SPACE}", "").split())


def tags(data):
    """What the tree of tags holds, in the order in which it is read aloud."""
    found = []

    def walk(at):
        at = at.get_object() if hasattr(at, "get_object") else at
        if isinstance(at, list):
            for one in at:
                walk(one)
        elif isinstance(at, dict) and ("/S" in at or at.get("/Type") == "/StructTreeRoot"):
            if "/S" in at:
                found.append(str(at["/S"]))
            walk(at.get("/K", []))

    walk(read(data).trailer["/Root"]["/StructTreeRoot"])
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_it_can_be_read_aloud(kind, language):
    """PDF/UA-1: tagged, in a language, with a title that is shown; headings, and tables with heads. And PDF/A-2a, to be kept."""
    data = pdf(bill(kind, language))
    reader = read(data)
    root, metadata = reader.trailer["/Root"], reader.xmp_metadata
    assert root["/Lang"] == language and root["/MarkInfo"]["/Marked"] and root["/ViewerPreferences"]["/DisplayDocTitle"]
    title = f"{WORDS[language][kind]} {bill(kind).number}"
    assert reader.metadata.title == title and reader.metadata.author == "Het Seinhuis"
    assert [metadata.rdf_root.getElementsByTagNameNS(uri, "part")[0].firstChild.data for uri in (UA, A)] == ["1", "2"]
    found = tags(data)
    assert found.count("/H1") == 1 and found.count("/H2") == 2 and found.count("/Table") == 2
    assert found.count("/TH") == 5 + 3 and found.count("/TD") == 5 * 5 + 3 * 3


@pytest.mark.parametrize(
    ("kind", "language", "said"),
    [
        ("invoice", "nl", [
            "Factuur 2026-0001", "Perron, 12 maart 2026, 09:30 tot 13:00", "Stationsplein 1 3818 LE Amersfoort",
            "KvK 12345678", "Btw-nummer NL123456789B01", "Woonlab Soest B.V. Steenhoffstraat 12 3764 BJ Soest",
            "Btw-nummer NL987654321B02", "Datum 13 maart 2026", "Betalen vóór of op 27 maart 2026",
            "Dag van gebruik 12 maart 2026",
            "Ruimte per uur 3,5 uur € 95,00 € 332,50 21%", "Korting voor leden −1 € 33,25 € −33,25 21%",
            "Koffie en thee 12 € 4,50 € 54,00 9%", "Borg 1 € 100,00 € 100,00 geen", "21% € 324,25 € 68,09", "9% € 54,00 € 4,86",
            "Totaal zonder btw € 478,25 Btw € 72,95 Te betalen € 551,20",
            "Geen btw over borg: daar staat geen prestatie tegenover.",
            "Nog niet betaald? Maak € 551,20 over vóór of op 27 maart 2026, met kenmerk 2026-0001.",
            "Rekening NL91 ABNA 0417 1643 00 op naam van Het Seinhuis.", "Pagina 1 van 1",
        ]),
        ("credit", "en", [
            "Credit note C2026-0001", "For invoice 2026-0001", "Room by the hour 3.5 hours €95.00 €332.50 21%",
            "You get back €551.20", "This credit note takes back invoice 2026-0001.", "Page 1 of 1",
        ]),
        ("quote", "nl", ["Offerte Q2026-0001", "Geldig tot en met 27 maart 2026", "Totaal met btw € 551,20", "Zeg ja"]),
    ],
)  # fmt: skip
def test_it_says_what_the_law_wants_and_what_to_do(kind, language, said):
    text = words(pdf(bill(kind, language)))
    assert [one for one in said if one not in text] == []


@pytest.mark.parametrize("kind", ["quote", "credit"])
def test_only_an_invoice_asks_for_money(kind):
    assert "Maak" not in words(pdf(bill(kind)))


def test_a_part_that_comes_off_says_what_of_which_invoice_and_why():
    text = words(pdf(part_off()))
    for said in ("Reden Het scherm deed het niet", "Ruimte 1 € 41,32", "haalt € 50,00 van factuur 2026-0001 af", "€ 8,68"):
        assert said in text, said
    after = bill("invoice", "en", lines=(*LINES, money.line("reduction", -100, 41_32, 2100, "C2026-0001")))
    assert "Credited before with C2026-0001" in words(pdf(after))
    less = (
        money.line("reduction", -100, 10_00, 900, "C2026-0001: Lunch"), money.line("cancellation", -100, 5_00, 2100, "C2026-0002")
    )  # fmt: skip
    said = words(pdf(bill("invoice", "nl", lines=(*LINES, *less))))
    assert "Al gecrediteerd met C2026-0001: Lunch" in said and "Al gecrediteerd met C2026-0002" in said


def test_what_was_kept_of_a_deposit_asks_for_nothing_and_says_why_it_has_no_vat():
    text = words(pdf(bill("invoice", "nl", lines=(money.line("damage", 100, 30_00, 0, "Een stoel"),))))
    for said in ("Schade: Een stoel", "Van je borg gehouden € 30,00", "dus al betaald", "Geen btw over een vergoeding"):
        assert said in text, said
    assert "Maak" not in text and "Betalen vóór" not in text and "Vrijgesteld" not in text


def test_who_owes_nothing_is_not_asked_to_pay():
    text = words(pdf(bill(lines=(money.line("room_day", 100, 0, 2100),))))
    assert "Je hoeft niets te doen." in text and "Maak" not in text


def test_without_a_vat_number_or_with_exempt_lines_it_says_why():
    free = (money.line("room_day", 100, 200_00, 0),)
    assert "Vrijgesteld van btw: verhuur van onroerende zaken" in words(pdf(bill(lines=free)))
    assert "de verkoper heeft geen btw-nummer" in words(pdf(bill(seller=replace(SELLER, vat_id=""), lines=free)))


def test_an_address_abroad_names_its_country_in_the_language_of_the_bill():
    abroad = replace(BUYER, postcode="10115", city="Berlin", country="DE")
    assert "10115 Berlin Duitsland" in words(pdf(bill(buyer=abroad)))
    assert "10115 Berlin Germany" in words(pdf(bill(language="en", buyer=abroad)))


def test_a_person_without_address_or_numbers_has_no_empty_labels():
    text = words(pdf(bill(buyer=Party("Eva de Vries", email="eva@example.org"))))
    assert "Aan Eva de Vries eva@example.org Nummer" in text and text.count("Btw-nummer") == 1


TYPED = [
    "#set page(width: 1cm)", "$x^2$ *vet* _schuin_ `code` <label> @verwijzing", "\\ // /* - + = ~ -- ... 'a' \"b\"",
    "]) #panic()",
    "#read(\"/etc/passwd\")", "{page} {0} %s", "שלום مرحبا", "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe", "Łódź Ørsted İstanbul Ελλάδα",
    "株式会社", "\N{GRINNING FACE}\N{ZERO WIDTH JOINER}\N{FIRE}", "\U0001faea", "W" * 80, "A\x00B\x1f\ud800C\ufffe\ue000\xad", "",
]  # fmt: skip


@pytest.mark.parametrize("typed", TYPED)
def test_what_people_typed_stays_text(typed):
    data = pdf(bill(about=typed, buyer=replace(BUYER, name=typed), lines=(money.line("extra", 100, 100, 900, typed),)))
    assert len(read(data).pages) == 1 and "€ 1,09" in words(data)
    if typed and typed.isascii() and typed.isprintable():
        assert words(data).replace(" ", "").count(typed.replace(" ", "")) >= 3


def test_a_sign_that_no_font_has_costs_the_claim_and_not_the_bill():
    data = pdf(bill(about="\U0001faff \U00017000"))
    assert read(data).trailer["/Root"]["/MarkInfo"]["/Marked"] and "€ 551,20" in words(data)


def test_the_same_bill_gives_the_same_bytes():
    assert pdf(bill()) == pdf(bill())


def test_it_can_be_set_without_fetched_fonts(tmp_path):
    assert "Te betalen € 551,20" in words(pdf(bill(), fonts=tmp_path))


def test_a_fault_of_the_template_is_not_hushed_up(monkeypatch):
    monkeypatch.setattr("s2m.papers.pdf._template", lambda: b"#panic()")
    with pytest.raises(typst.TypstError):
        pdf(bill())


def test_a_long_bill_repeats_its_head_and_tears_no_row_apart():
    lines = tuple(money.line("extra", 100, n, 2100, f"Extra {n} " + "met een lange omschrijving " * 12) for n in range(1, 41))
    pages = [" ".join(page.extract_text().split()) for page in read(pdf(bill(lines=lines))).pages]
    assert len(pages) > 3 and all(f"Pagina {n} van {len(pages)}" in page for n, page in enumerate(pages, 1))
    rows = [page for page in pages if "Extra" in page]
    assert all("Omschrijving Aantal Prijs Bedrag Btw" in page for page in rows)
    assert [page.count("lange omschrijving") for page in rows] == [page.count("Extra") * 12 for page in rows]


def test_a_word_that_is_wider_than_its_column_breaks():
    text = read(pdf(bill(buyer=replace(BUYER, name="W" * 80)))).pages[0].extract_text()
    assert text.count("W") == 80 and max(line.count("W") for line in text.splitlines()) < 40


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY_BILL)
def test_any_bill_can_be_set_and_shows_the_sums_of_its_lines(document):
    text, lang, total = words(pdf(document)), document.language, document.sum
    shown = " ".join(euro(total.gross_cents, lang).split())
    assert f"{WORDS[lang][f'total_{document.kind}']} {shown}" in text
    for one in total.vat:
        rate = f"{one.rate // 100}%" if one.rate else WORDS[lang]["none"]
        net, vat = (" ".join(euro(cents, lang).split()) for cents in (one.net_cents, one.vat_cents))
        assert f"{rate} {net} {vat}" in text
