"""Why somebody is shown, as people read it: golden sentences in both languages."""

import pytest
from flask import render_template_string
from flask_babel import force_locale

from s2m.domain.relevance import Match, Reason
from s2m.domain.relevance.lexicon import Concept

VAT = Concept("tax", ("btw-aangifte",), ("VAT return",))
PAGE = '{% import "macros/people.html" as people with context %}{{ people.why(match) }}'

GOLDEN = [
    (("need_know", "btw", "VAT filing", 0.5, True, VAT), "relevant",
     "Jij zoekt “btw”. Sam weet van “VAT filing”. Verbonden via: btw-aangifte.",
     "You need “btw”. Sam knows “VAT filing”. Related through: VAT return."),
    (("know_need", "koken", "Koken", 1, True, None), "unexpected",
     "Onverwacht: een ander vakgebied, maar dit past. Sam zoekt “Koken”. Jij weet van “koken”.",
     "Unexpected: a different field, but this fits. Sam needs “Koken”. You know “koken”."),
    (("work_know", "een kas", "tuinieren", 0.18, False, None), "control",
     "Misschien past dit. Jij werkt aan “een kas”. Sam weet van “tuinieren”.",
     "Perhaps this fits. You work on “een kas”. Sam knows “tuinieren”."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "at"), [("nl", 2), ("en", 3)])
@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case[0][0])
def test_a_reason_quotes_both_and_says_what_relates_them(app, case, language, at):
    match = Match("sam", "Sam", None, 0.5, Reason(*case[0]), case[1])
    with app.test_request_context("/"), force_locale(language):
        said = render_template_string(PAGE, match=match, lang=language)
    assert said.replace("<bdi>", "").replace("</bdi>", "") == case[at]


def test_the_taxonomy_is_acknowledged_where_it_was_of_use(app):
    found = Reason("need_know", "a", "b", 0.5, True, Concept("esco", ("dirigent",), ("conductor",)))
    with app.test_request_context("/"), force_locale("en"):
        said = render_template_string(PAGE, match=Match("sam", "Sam", None, 0.5, found), lang="en")
    assert "ESCO classification of the European Commission" in said


def test_what_people_typed_is_never_markup(app):
    found = Reason("need_know", "<script>a</script>", "b\u202e", 0.5, True)
    with app.test_request_context("/"), force_locale("en"):
        said = render_template_string(PAGE, match=Match("sam", "<b>Sam", None, 0.5, found), lang="en")
    assert "<script>" not in said and "<b>" not in said
