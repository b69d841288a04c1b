"""A bank's statement: what came in, of every version and bank, and nothing of a file that is not what it says."""

from datetime import date
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2m.domain.billing.bank import Entry
from s2m.domain.errors import Invalid
from s2m.papers.camt import MOST, read

IBAN = "NL91ABNA0417164300"
PAYER = "NL02RABO0123456789"


def euro(cents):
    return f"{cents // 100}.{cents % 100:02d}"


def amount(cents, currency="EUR"):
    return f"<Amt Ccy={quoteattr(currency)}>{euro(abs(cents))}</Amt><CdtDbtInd>{'CRDT' if cents >= 0 else 'DBIT'}</CdtDbtInd>"


def payment(words="2026-0001", *, name="Woonlab", iban=PAYER, deep=False, more=""):
    """The details of one payment, as before and (deep) since version .08."""
    who = f"<Pty><Nm>{escape(name)}</Nm></Pty>" if deep else f"<Nm>{escape(name)}</Nm>"
    return (
        f"<TxDtls>{more}<RltdPties><Dbtr>{who}</Dbtr><DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct></RltdPties>"
        f"<RmtInf><Ustrd>{escape(words)}</Ustrd></RmtInf></TxDtls>"
    )


def entry(cents, details="", *, reference="", status="<Sts>BOOK</Sts>", reversal="", currency="EUR", day="2026-03-20"):
    own = f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""
    return (
        f"<Ntry>{amount(cents, currency)}{reversal}{status}<BookgDt><Dt>{day}</Dt></BookgDt>{own}"
        f"<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def balance(code, cents, currency="EUR"):
    return f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{amount(cents, currency)}</Bal>"


def statement(*entries, moved, opening=1000_00, iban=IBAN, balances=None, currency=""):
    told = balance("OPBD", opening) + balance("CLBD", opening + moved) if balances is None else balances
    held = f"<Ccy>{currency}</Ccy>" if currency else ""
    return f"<Stmt><Id>1</Id><Acct><Id><IBAN>{iban}</IBAN></Id>{held}</Acct>{told}{''.join(entries)}</Stmt>"


def file(*statements, version="02"):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">'
        f"<BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr>{''.join(statements)}</BkToCstmrStmt></Document>"
    ).encode()


def one(*entries, moved, **more):
    return read(file(statement(*entries, moved=moved, **more)))


def refusal(data):
    with pytest.raises(Invalid) as refused:
        read(data)
    assert refused.value.data["field"] == "file"
    return refused.value.code


@pytest.mark.parametrize(
    ("version", "deep", "status"),
    [("02", False, "<Sts>BOOK</Sts>"), ("06", False, "<Sts>BOOK</Sts>"), ("08", True, "<Sts><Cd>BOOK</Cd></Sts>")]
    + [("13", True, "<Sts><Cd>BOOK</Cd></Sts>")],
)
def test_what_came_in_is_read_from_every_version(version, deep, status):
    paid = entry(551_20, payment("Factuur 2026-0001", deep=deep), status=status)
    found = read(file(statement(paid, entry(-12_34, status=status), moved=551_20 - 12_34), version=version))
    assert found.iban == IBAN and found.taken_back == () and found.foreign == 0
    (came,) = found.entries
    assert came == Entry(came.reference, 551_20, date(2026, 3, 20), "Woonlab", "Factuur 2026-0001", PAYER)


def test_words_come_from_lines_and_references_of_all_kinds():
    details = (
        "<TxDtls><RmtInf><Ustrd>Betreft </Ustrd><Ustrd> 2026-\n0001</Ustrd>"
        "<Strd><RfrdDocInf><Nb>2026-0002</Nb></RfrdDocInf><CdtrRefInf><Ref>RF18 5390</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"
    )
    assert one(entry(100, details), moved=100).entries[0].words == "Betreft 2026- 0001 RF18 5390 2026-0002"
    plain = "<AddtlNtryInf>/REMI/2026-0003/</AddtlNtryInf></Ntry>"
    assert one(entry(100).replace("</Ntry>", plain), moved=100).entries[0].words == "/REMI/2026-0003/"


def test_only_what_is_booked_counts():
    waiting = entry(99_00, payment(), status="<Sts>PDNG</Sts>")
    assert [came.cents for came in one(waiting, entry(1_00, payment()), moved=1_00).entries] == [1_00]


def part(cents, words, name, currency="EUR"):
    return payment(words, name=name, more=f"<AmtDtls><TxAmt><Amt Ccy='{currency}'>{euro(cents)}</Amt></TxAmt></AmtDtls>")


def test_payments_booked_as_one_are_told_apart():
    batch = entry(30_00, part(10_00, "2026-0001", "Eva") + part(20_00, "2026-0002", "Bo"), reference="B1")
    found = one(batch, moved=30_00).entries
    assert [(came.cents, came.words, came.payer) for came in found] == [(10_00, "2026-0001", "Eva"), (20_00, "2026-0002", "Bo")]
    assert len({came.reference for came in found}) == 2


@pytest.mark.parametrize(
    "details",
    [
        part(10_00, "2026-0001", "Eva") + part(21_00, "2026-0002", "Bo"),
        part(10_00, "2026-0001", "Eva") + part(20_00, "2026-0002", "Bo", "USD"),
        payment("2026-0001") + payment("2026-0002"),
    ],
)
def test_a_batch_whose_parts_do_not_make_the_whole_stays_one(details):
    (came,) = one(entry(30_00, details), moved=30_00).entries
    assert (came.cents, came.words, came.payer, came.iban) == (30_00, "2026-0001 2026-0002", "", "")


def test_a_payment_that_was_taken_back_is_told_and_one_of_ours_that_came_back_is_none():
    reversed = "<RvslInd>true</RvslInd>"
    bounced, returned = entry(-50_00, payment("2026-0001"), reversal=reversed), entry(7_00, reversal=reversed)
    found = one(bounced, returned, moved=-43_00)
    assert found.entries == () and [(back.cents, back.words) for back in found.taken_back] == [(50_00, "2026-0001")]


def test_an_entry_in_another_currency_is_left_out_and_counted():
    found = one(entry(5_00, payment()), entry(9_00, currency="USD"), moved=5_00)
    assert len(found.entries) == 1 and found.foreign == 1


def test_the_same_payment_has_the_same_reference_in_another_file():
    """The bank's own reference where there is one, else what is told of it; a second equal payment of the day is another."""
    for paid in (entry(5_00, payment(), reference="X1"), entry(5_00, payment()), entry(5_00, payment(), reference="NOTPROVIDED")):
        day = one(paid, moved=5_00).entries
        week = one(entry(3_00, payment("else"), day="2026-03-18"), paid, paid, moved=13_00).entries
        assert day[0].reference == week[1].reference != week[2].reference
    assert (
        one(entry(5_00, reference="X1"), moved=5_00).entries[0].reference
        != one(entry(5_00, reference="X1"), moved=5_00, iban=PAYER).entries[0].reference
    )


@pytest.mark.parametrize("word", ["", "NOTPROVIDED", "NONREF"])
def test_without_a_reference_of_the_bank_a_payment_is_known_by_what_is_told_of_it(word):
    eva, bo = (entry(5_00, payment("seat", name=name), reference=word) for name in ("Eva", "Bo"))
    alone, together = one(eva, moved=5_00).entries, one(bo, eva, moved=10_00).entries
    assert alone[0].reference == together[1].reference != together[0].reference


def test_several_days_of_one_account_may_stand_in_one_file():
    days = [statement(entry(n, day=f"2026-03-0{n}"), moved=n) for n in (1, 2)]
    assert [came.day.day for came in read(file(*days)).entries] == [1, 2]
    assert refusal(file(days[0], statement(moved=0, iban=PAYER))) == "camt_accounts"


@pytest.mark.parametrize(
    "balances",
    [
        balance("OPBD", 0) + balance("CLBD", 4_99),
        balance("OPBD", 0) + balance("CLBD", -5_00),
        balance("OPBD", 0),
        balance("CLBD", 5_00),
        "",
    ],
)
def test_a_wrong_or_missing_sum_refuses_all(balances):
    assert refusal(file(statement(entry(5_00), moved=0, balances=balances))) == "camt_sum"


def test_a_closing_balance_of_the_day_before_opens_too():
    assert one(entry(5_00), moved=0, balances=balance("PRCD", -2_00) + balance("CLBD", 3_00)).entries[0].cents == 5_00


@pytest.mark.parametrize(
    "text", ["5.001", "5.00000", "5,00", "-5.00", "+5.00", "1e3", "", "٥.00", "99999999999999", "NaN", "0x5"]
)
def test_an_amount_that_is_not_in_whole_cents_refuses_all(text):
    data = file(statement(entry(5_00), moved=5_00)).replace(b'<Ntry><Amt Ccy="EUR">5.00', f'<Ntry><Amt Ccy="EUR">{text}'.encode())
    assert refusal(data) == "camt_amount"


def test_an_account_in_another_currency_is_refused():
    assert refusal(file(statement(moved=0, currency="USD"))) == "camt_currency"
    assert refusal(file(statement(moved=0, balances=balance("OPBD", 0, "USD") + balance("CLBD", 0, "USD")))) == "camt_currency"


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x">'
    + "".join(f'<!ENTITY b{n} "{("&b" + str(n - 1) + ";") * 10 if n else "&b;"}">' for n in range(9))
    + "]>"
)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\0", b"<", b"\xff\xfe<", b"not xml", b"<a><b></a>", b'<?xml version="1.0" encoding="nonsense"?><a/>',
        BOMB.encode() + b"<a>&b8;</a>", b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', b"<!DOCTYPE a><a/>",
    ],
    ids=range(11),
)  # fmt: skip
def test_what_is_no_plain_xml_is_unreadable(data):
    assert refusal(data) == "camt_unreadable"


def test_deep_nesting_is_no_stack_overflow():
    assert refusal(b"<a>" * 200_000 + b"</a>" * 200_000) == "camt_kind"


@pytest.mark.parametrize(
    "name", ["camt.054.001.02", "camt.053.001.01", "camt.053.001.2", "pain.001.001.03", "camt.053.001.02.evil"]
)
def test_another_message_is_refused(name):
    assert refusal(file(statement(moved=0)).replace(b"camt.053.001.02", name.encode())) == "camt_kind"
    assert refusal(b"<Document/>") == "camt_kind"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"<IBAN>{IBAN}</IBAN>", ""),
        ("<BookgDt><Dt>2026-03-20</Dt></BookgDt>", ""),
        ("2026-03-20", "2026-02-30"),
        ("<CdtDbtInd>CRDT</CdtDbtInd><Sts>", "<Sts>"),
        ('<Amt Ccy="EUR">5.00</Amt>', ""),
        ("Stmt>", "Other>"),
    ],
)
def test_a_file_that_misses_a_part_is_unreadable(old, new):
    data = file(statement(entry(5_00), moved=5_00)).decode()
    assert old in data and refusal(data.replace(old, new).encode()) == "camt_unreadable"


def test_a_large_file_is_not_opened():
    assert refusal(b" " * (MOST + 1)) == "camt_size"


def test_two_megabytes_of_entries_are_read():
    paid = entry(1, payment())
    many = MOST // len(paid) - 10
    assert len(one(*[paid] * many, moved=many).entries) == many


MONEY = st.integers(1, 10**11).flatmap(lambda cents: st.sampled_from([cents, -cents]))
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=60)


@given(st.lists(st.tuples(MONEY, WORDS, WORDS), max_size=8), st.integers(-(10**11), 10**11), st.integers(-1, 1))
def test_what_came_in_is_what_was_booked_and_a_cent_off_refuses_all(booked, opening, off):
    entries = [entry(cents, payment(words, name=name)) for cents, words, name in booked]
    data = file(statement(*entries, moved=sum(cents for cents, *_ in booked) + off, opening=opening))
    if off:
        assert refusal(data) == "camt_sum"
        return
    found = read(data)
    assert [came.cents for came in found.entries] == [cents for cents, *_ in booked if cents > 0]
    assert len({came.reference for came in found.entries}) == len(found.entries)
    assert read(data) == found


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_anything_else_is_refused_and_breaks_nothing(data):
    assert refusal(data) in ("camt_unreadable", "camt_kind")
