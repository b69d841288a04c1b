"""What people type: tidied where its meaning is clear, refused with a code where it is not."""

import pytest

from s2m.domain import fields
from s2m.domain.errors import Invalid


def refused(code):
    return pytest.raises(Invalid, match=f"^{code}( |$)")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Samira Vos", "Samira Vos"),
        ("  Samira \t Vos\r\n", "Samira Vos"),
        ("Zoe\u0308", "Zoë"),
        ("Łucja Đorđević", "Łucja Đorđević"),
        ("ชื่อ ภาษาไทย", "ชื่อ ภาษาไทย"),
        ("नमस्ते दुनिया", "नमस्ते दुनिया"),
        ("محمد", "محمد"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{{7*7}}", "{{7*7}}"),
        ("'; DROP TABLE people; --", "'; DROP TABLE people; --"),
        ('=HYPERLINK("x")', '=HYPERLINK("x")'),
        ("👩🏽‍💻 code", "👩🏽‍💻 code"),
        ("new emoji \U0001fae8", "new emoji \U0001fae8"),
    ],
)
def test_keeps_what_people_write_as_they_write_it(typed, kept):
    assert fields.line("text", typed, 60) == kept


def test_drops_marks_that_turn_the_direction_of_the_text_around_them():
    assert fields.line("text", "abc\u202egnp.exe\u2066x\u2069\u200f", 60) == "abcgnp.exex"


@pytest.mark.parametrize(
    "typed",
    ["a\x00b", "a\x1bb", "a\x7fb", "a\x9bb", "lone \ud800 surrogate", "\udfff", "private \ue000", "no character \uffff \ufdd0"],
)
def test_refuses_what_no_screen_can_show(typed):
    with refused("unreadable"):
        fields.line("text", typed, 60)


INVISIBLE = ["\u3164", "\u115f", "\u1160", "\uffa0", "\u2800", "\u034f", "\u00ad", "\u200b", "\ufeff", "\u2060", "\u180e",
             "\U000e0041", "\U000e0001"]  # fmt: skip


@pytest.mark.parametrize("sign", INVISIBLE, ids=ascii)
def test_refuses_signs_that_nobody_sees(sign):
    for typed in (sign, f"Samira{sign} Vos", f"{sign}Samira"):
        with refused("unreadable"):
            fields.line("text", typed, 60)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Samira\u200d Vos", "Samira Vos"),
        ("\u200cSam\u200dira\u200c", "Samira"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627", "\u0645\u06cc\u200c\u062e\u0648\u0627"),  # Persian writes with it
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),  # so does Hindi
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f468\u200d\U0001f469\u200d\U0001f467"),
        ("\u2764\ufe0f\u200d\U0001f525", "\u2764\ufe0f\u200d\U0001f525"),
    ],
)  # fmt: skip
def test_a_joiner_stays_where_writing_needs_it(typed, kept):
    assert fields.line("text", typed, 60) == kept


def test_a_name_of_nothing_but_joiners_is_empty():
    with refused("empty"):
        fields.name("\u200d\u200c")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"), ("+31 6", "'+31 6"), ("-x", "'-x"), ("@x", "'@x"), (" =1", "' =1"), ("\uff1d1", "'\uff1d1"),
        ("\t=1", "'\t'=1"), ("\rx", "'\rx"), ("hi;=cmd|' /C calc'!A0;", "hi;'=cmd|' /C calc'!A0;"), ("a, -b", "a,' -b"),
        ("x\t=1", "x\t'=1"), ("a|@b", "a|'@b"), ("a\n=1", "a\n'=1"),
        ("Stoel van =", "Stoel van ="), ("a-b", "a-b"), ("1 + 1 = 2", "1 + 1 = 2"), ("", ""),
    ],
)  # fmt: skip
def test_no_spreadsheet_takes_a_text_for_a_formula_wherever_it_cuts_it(text, cell):
    assert fields.cell(text) == cell


@pytest.mark.parametrize("typed", ["e" + "\u0301" * 30, "x" + "\u0489" * 30, "H\u0336\u0321\u034e" * 8])
def test_refuses_letters_buried_under_marks(typed):
    with refused("unreadable"):
        fields.line("text", typed, 60)


@pytest.mark.parametrize("typed", ["a" + "\u0301" * 100_000, "x" * 61, "x" * 1_000_000])
def test_refuses_what_is_too_long_without_working_on_it(typed):
    with refused("too_long|unreadable"):
        fields.line("text", typed, 60)


@pytest.mark.parametrize("typed", ["", "   ", "\t\n", "\u202e\u200f", "\u00a0\u2003"])
def test_refuses_what_is_empty_once_tidied(typed):
    with refused("empty"):
        fields.line("text", typed, 60)


@pytest.mark.parametrize("typed", [None, 4, True, ["x"], {"x": 1}, b"bytes"])
def test_refuses_what_is_no_text(typed):
    with refused("unreadable"):
        fields.line("text", typed, 60)


def test_a_name_has_a_letter():
    assert fields.name("X Æ A-12") == "X Æ A-12"
    with refused("no_letters"):
        fields.name("1234 !!")


@pytest.mark.parametrize("typed", ["Samira@Seinhuis.example", " o'neil+s2m@a-b.example ", "x@y.co"])
def test_takes_mail_addresses_in_lower_case(typed):
    assert fields.email(typed) == typed.strip().lower()


@pytest.mark.parametrize(
    "typed",
    ["samira", "@x.nl", "a@b", "a@b.", "a b@c.nl", "a@b.nl\r\nBcc: all@c.nl", "a@b.nl,c@d.nl", "Samira <a@b.nl>",
     "ä@b.nl", "a@ｂ.nl", "a@b..nl", "x" * 65 + "@b.nl"],
)  # fmt: skip
def test_refuses_what_is_no_single_mail_address(typed):
    with refused("mail_shape"):
        fields.email(typed)


def test_an_empty_optional_mail_is_none():
    assert fields.optional_email("  ") is None
    assert fields.optional_email(None) is None
    with refused("mail_shape"):
        fields.optional_email("nobody")


@pytest.mark.parametrize(("typed", "kept"), [("4", 4), (" 12 ", 12), (7, 7), ("007", 7), (1_000_000_000, 1_000_000_000)])
def test_takes_whole_numbers(typed, kept):
    assert fields.whole(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "x", "1.5", "1,5", "1e3", "1e400", "NaN", "Infinity", "-inf", "0x10", "1_000", "４", "٣", "Ⅳ", "+4",
     "- 4", "--4", "4\x00",
     True, False, 1.0, float("nan"), float("inf"), None, [4], "9" * 5000, str(2**63)],
)  # fmt: skip
def test_refuses_what_is_no_whole_number(typed):
    with refused("not_whole"):
        fields.whole(typed)


@pytest.mark.parametrize(
    ("typed", "code"), [(0, "too_small"), ("-5", "too_small"), (2**63, "too_large"), (1_000_000_001, "too_large")]
)
def test_refuses_amounts_out_of_bounds(typed, code):
    with refused(code):
        fields.whole(typed)


def test_names_the_field_and_the_bound():
    with pytest.raises(Invalid) as caught:
        fields.whole("5000", "seat_price", most=1000)
    assert caught.value.data == {"field": "seat_price", "most": 1000}


@pytest.mark.parametrize(
    ("one", "other"), [("Zoë  Ó", "zoe o"), ("STRASSE", "straße"), ("İstanbul", "istanbul"), ("ﬁets", "fiets")]
)
def test_compares_names_without_case_and_accents(one, other):
    assert fields.folded(one) == fields.folded(other)
