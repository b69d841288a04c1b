"""A phone and a laptop: in by the door code, people to meet, out of sight at once, thanks, and a statement that adds up."""

import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import text, update

from s2m.domain import contributions, presence, reunions
from s2m.store.schema import showings, verdicts, visits

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE, DESK, NARROW = (390, 844), (1440, 900), (320, 640)


@pytest.fixture
def here(served):
    """Checks somebody in at the tablet."""

    def here(person, need="", *, visible=True):
        now = datetime.now(UTC)
        with served.database.write() as store:
            visit = presence.check_in(store, person, served.cast.seinhuis, served.cast.policy, "badge", now).visit
            presence.answer_need(store, visit, presence.parse_need("need", need), now, visible=visible, on_wall=False)

    return here


def check_in(page, served, need):
    page.goto(served.door())
    page.wait_for_url("**/in")
    page.get_by_label("In one sentence").fill(need)
    page.get_by_text("Show me today to people who fit").click()
    page.get_by_role("button", name="Check in").click()
    page.wait_for_url("**/me")


def test_a_phone_goes_from_the_door_code_to_people_and_out_again(served, open_page, here):
    here(served.cast.joost)
    page = open_page(served.cast.samira)
    page.goto(f"{served.url}/me?lang=en")
    expect(page.get_by_role("heading", name="You are not checked in")).to_be_visible()
    start = time.monotonic()
    check_in(page, served, "iemand die offertes leest")
    expect(page.get_by_role("heading", name="Joost")).to_be_visible()
    print(f"door code to people: {time.monotonic() - start:.2f} s")
    expect(page.get_by_text("You need “iemand die offertes leest”. Joost knows “offertes en prijzen”.")).to_be_visible()
    page.get_by_role("button", name="I am leaving").click()
    expect(page.get_by_text("You are checked out. 4 dots came off your balance.")).to_be_visible()
    expect(page.locator(".balance__figure")).to_contain_text("8")


def test_a_stranger_walks_in_with_a_phone_and_the_keyboard_alone(served, open_page, here):
    here(served.cast.joost)
    page = open_page(locale="en-GB")
    page.goto(served.door())
    page.get_by_label("Your name").focus()
    page.keyboard.type("Ravi Patel")
    page.keyboard.press("Tab")  # no mail address: this place sends no mail
    expect(page.get_by_role("radio", name="I need something")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("offertes")
    page.get_by_label("Your name").press("Enter")
    page.wait_for_url("**/me")
    expect(page.get_by_role("heading", name="Joost")).to_be_visible()


def test_who_hides_is_gone_from_an_open_page_within_two_seconds(served, open_page, here):
    here(served.cast.joost)
    here(served.cast.samira, "iemand die offertes leest")
    samira, joost = open_page(served.cast.samira), open_page(served.cast.joost)
    with samira.expect_response("**/live/**"):
        samira.goto(f"{served.url}/me?lang=en")
    expect(samira.get_by_role("heading", name="Joost")).to_be_visible()
    samira.wait_for_timeout(800)
    joost.goto(f"{served.url}/me?lang=en")
    start = time.monotonic()
    joost.get_by_role("button", name="Hide me").click()
    expect(samira.get_by_role("heading", name="Joost")).to_have_count(0, timeout=5_000)
    seconds = time.monotonic() - start
    print(f"hidden after: {seconds:.2f} s")
    assert seconds < 2
    joost.get_by_role("button", name="Show me again").click()
    expect(samira.get_by_role("heading", name="Joost")).to_be_visible(timeout=5_000)


def number(cell):
    return int(re.sub(r"[^\d−]", "", cell.inner_text()).replace("−", "-"))


def test_thanks_are_given_undone_and_the_statement_adds_up(served, open_page, here):
    here(served.cast.joost)
    here(served.cast.samira)
    time.sleep(0.05)
    page = open_page(served.cast.samira)
    page.goto(f"{served.url}/me?lang=en")
    page.get_by_role("link", name="Thank Joost").click()
    page.get_by_text("offertes en prijzen").click()
    page.get_by_label("What did it bring you?").fill("Mijn offerte klopt nu.")
    page.get_by_role("button", name="Send thanks").click()
    other = open_page(served.cast.joost)
    other.goto(f"{served.url}/thanks?lang=en")
    other.get_by_role("button", name="Accept").click()
    expect(other.get_by_text("It counts in your balance now.")).to_be_visible()
    page.get_by_role("button", name="Undo within 30 seconds").click()
    expect(page.get_by_text("Undone. Both lines stay")).to_be_visible()
    other.goto(f"{served.url}/me/statement?lang=en")
    lines = [
        (number(line.locator(".sum")), number(line.locator(".saldo"))) for line in other.locator(".table--lines tbody tr").all()
    ]
    assert [amount for amount, _ in lines] == [-4, -2, 2, 12]
    assert sum(amount for amount, _ in lines) == lines[0][1] == 8
    expect(other.locator(".balance__figure")).to_contain_text("12")
    other.get_by_role("link", name="Put right later").click()
    assert other.evaluate("document.querySelector(':target .what').innerText").startswith("Put right: Samira thanked you")


def test_thanks_wait_on_the_others_phone_are_accepted_and_a_gift_is_declined(served, open_page, here):
    here(served.cast.joost)
    here(served.cast.samira)
    time.sleep(0.05)
    page, other = open_page(served.cast.samira, expects=["status of 409"]), open_page(served.cast.joost)
    with other.expect_response("**/live/**"):
        other.goto(f"{served.url}/me?lang=en")
    expect(other.get_by_text("waits for you")).to_have_count(0)
    page.goto(f"{served.url}/thanks?to={served.cast.joost.id}&lang=en")

    def fill(kind, text):
        page.get_by_text("offertes en prijzen").click()
        page.get_by_label("What did it bring you?").fill(text)
        page.get_by_text(kind).click()

    fill("They get 2 dots.", "Mijn offerte klopt nu.")
    page.get_by_role("button", name="Send thanks").click()
    expect(page.get_by_role("region", name="Thanks you gave")).to_contain_text("waits for their answer")
    expect(other.get_by_text("1 thanks waits for you.")).to_be_visible(timeout=5_000)  # the open page heard of it
    other.get_by_role("link", name="Look").click()
    expect(other.get_by_role("region", name="Waiting for you")).to_contain_text("Mijn offerte klopt nu.")
    accept, decline = (other.get_by_role("button", name=name).bounding_box() for name in ("Accept", "Decline"))
    assert accept["height"] == decline["height"] >= 44
    other.get_by_role("button", name="Accept").click()
    expect(other.get_by_text("It counts in your balance now.")).to_be_visible()
    other.get_by_role("link", name="Capital").click()
    expect(other.locator(".balance__figure")).to_contain_text("14")

    page.get_by_role("link", name="Thank Joost").first.click()
    fill("A gift from my own balance", "En een koffie.")
    page.get_by_label("How many dots?").fill("9")
    page.get_by_role("button", name="Send thanks").click()
    expect(page.get_by_text("You can give 8 dots at most")).to_be_visible()
    expect(page.get_by_label("How many dots?")).to_be_focused()
    page.get_by_label("How many dots?").fill("3")
    page.get_by_role("button", name="Send thanks").click()
    expect(page.get_by_text("Your gift is on its way")).to_be_visible()
    other.get_by_role("link", name="Thanks", exact=True).click()
    other.get_by_role("button", name="Decline").click()
    expect(other.get_by_text("Declined. Nothing moved.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("region", name="Thanks you gave")).to_contain_text("declined")
    page.get_by_role("link", name="Capital").click()
    expect(page.locator(".balance__figure")).to_contain_text("12")


def test_the_badge_sticker_fits_its_paper(served, open_page, tmp_path):
    page = open_page(served.cast.samira)
    page.goto(f"{served.url}/me/badge?lang=en")
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    pdf = page.pdf(prefer_css_page_size=True)
    assert re.search(rb"/MediaBox \[0 0 17[56][.\d]* 9[01]", pdf), "one label of 62 x 32 mm"


def thanks_wait(served):
    """Samira and Joost were here an hour ago: he thanked her, and she gave him two dots."""
    now, cast = datetime.now(UTC), served.cast
    with served.database.write() as store:
        early, free = now - timedelta(hours=1), replace(cast.policy, seat_price=0)
        visits = [presence.check_in(store, p, cast.wissel, free, "badge", early).visit for p in (cast.samira, cast.joost)]
        for giver, receiver, kind in ((cast.joost, cast.samira, "earned"), (cast.samira, cast.joost, "gift")):
            contributions.thank(
                store, giver, receiver, cast.wissel, cast.policy, "taal", "Nu snap ik het.", now, key=kind, kind=kind, amount=2
            )
        for visit in visits:
            presence.leave(store, visit, now)


@pytest.mark.parametrize(
    ("lang", "size"),
    [("nl", PHONE), pytest.param("en", DESK, marks=pytest.mark.long), pytest.param("nl", NARROW, marks=pytest.mark.long)],
    ids=["phone", "desk", "narrow"],
)
def test_every_page_is_accessible_and_fits(served, open_page, here, serious, lang, size):
    thanks_wait(served)
    here(served.cast.joost, "iemand voor gewone taal")
    options = {"size": size, "expects": ["status of 4"], "reduced_motion": "reduce"}
    page, stranger = open_page(served.cast.samira, **options), open_page(**options)
    seen = []

    def check(page, what):
        assert serious(page) == [], what
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], what
        assert page.locator("html").get_attribute("lang") == lang and page.locator("h1").count() == 1, what
        assert page.locator(".langs a").count() == 2 or what.endswith("badge"), what
        seen.append(what)

    def visit(page, path, what=""):
        page.goto(f"{served.url}{path}{'&' if '?' in path else '?'}lang={lang}")
        check(page, what or path)

    visit(page, "/me", "away")
    visit(page, served.door().removeprefix(served.url), "door")
    page.goto(f"{served.url}/in?lang={lang}")
    check(page, "check-in")
    page.locator("input[value=offer]").check(force=True)
    check(page, "check-in, sharing")
    page.locator("input[value=need]").check(force=True)
    page.evaluate("document.querySelector('#f-need').value = 'y'.repeat(120)")
    page.locator("footer button").click()
    expect(page.locator(".field__error")).to_be_visible()
    check(page, "check-in with an error")
    page.locator("#f-need").fill("iemand die offertes leest")
    page.locator("footer button").click()
    page.wait_for_url("**/me")
    for path in ("/me", "/in", "/me/need", "/me/work", "/me/statement", "/me/profile"):
        visit(page, path)
    for path in ("/me/badge", "/me/badge/replace", "/thanks", "/commons/give", "/me/ask", "/here/asks"):
        visit(page, path)
    visit(page, f"/thanks?to={served.cast.joost.id}")
    visit(page, f"/in/{'x' * 20}", "no code")
    page.goto(f"{served.url}/me/profile")
    page.locator("form[action$=topics] button").last.click()
    expect(page.locator("#f-topic-e")).to_be_visible()
    check(page, "profile with an error")
    visit(stranger, served.door().removeprefix(served.url), "guest")
    visit(stranger, "/login")
    visit(stranger, "/in", "guest again")
    assert len(seen) == 23


def test_two_are_introduced_by_a_third_agree_confirm_and_the_third_earns(served, open_page, here):
    for person, need in ((served.cast.thijs, ""), (served.cast.samira, "iemand die offertes leest"), (served.cast.joost, "")):
        here(person, need)
    third, one, other = (open_page(person) for person in (served.cast.thijs, served.cast.samira, served.cast.joost))
    third.goto(f"{served.url}/thanks?lang=en&to={served.cast.samira.id}")
    third.locator("summary", has_text="More about Samira").click()
    third.get_by_role("link", name="Introduce us").click()
    third.get_by_label("To whom?").select_option("Joost")
    third.get_by_label("Why?").fill("Zij zoekt, hij weet")
    third.get_by_role("button", name="Ask both").click()
    expect(third.get_by_role("status")).to_contain_text("Both are asked.")
    for page, name, contact in ((one, "Joost", "bij de koffie"), (other, "Samira", "")):
        page.goto(f"{served.url}/me?lang=en")
        page.get_by_role("link", name=f"Agree {name}").click()
        page.get_by_label("How can they reach you?").fill(contact)
        page.get_by_role("button", name="Agree").click()
    one.goto(f"{served.url}/me")
    one.locator("summary", has_text="More about Joost").click()
    with served.database.write() as store:
        reunions.wish(store, served.cast.thijs, served.cast.samira.id, datetime.now(UTC))
    expect(one.get_by_role("heading", name="Thijs wants to hear when you are both here")).to_be_visible()
    expect(one.get_by_role("link", name="Introduce us")).to_be_visible()
    expect(other.get_by_role("heading", name="You and Samira Vos")).to_be_visible()
    expect(other.get_by_text("bij de koffie")).to_be_visible()
    for page in (one, other):
        page.goto(f"{served.url}/me")
        page.get_by_role("button", name="It helped").click()
        expect(page.get_by_role("status")).to_contain_text("Noted.")
    third.goto(f"{served.url}/me/introductions")
    expect(third.get_by_text("It helped both")).to_be_visible()
    third.goto(f"{served.url}/me/statement")
    expect(third.get_by_text("You introduced two people, and it helped both")).to_be_visible()
    expect(third.locator(".balance__figure")).to_contain_text("14")


def test_an_ask_goes_quietly_to_another_phone_and_ends_in_thanks_and_a_balance(served, open_page, here, serious):
    here(served.cast.joost)
    here(served.cast.samira, "offertes en prijzen")
    time.sleep(0.05)
    samira, joost = open_page(served.cast.samira), open_page(served.cast.joost)
    with joost.expect_response("**/live/**"):
        joost.goto(f"{served.url}/me?lang=en")
    samira.goto(f"{served.url}/me?lang=en")
    samira.get_by_role("link", name="Ask the room").click()
    assert serious(samira) == []
    samira.get_by_role("button", name="Ask", exact=True).click()
    with samira.expect_response("**/live/**"):
        samira.reload()
    expect(samira.get_by_text("We are asking somebody who knows it.")).to_be_visible()
    question = joost.get_by_role("region", name="Somebody here asks you")
    expect(question).to_contain_text("Can you spare ten minutes?", timeout=5_000)  # the open page heard of it
    expect(question).to_contain_text(re.compile(r"\(2:\d\d\)"))
    assert serious(joost) == [] and "Samira" not in question.inner_text()
    yes, no = (joost.get_by_role("button", name=name).bounding_box() for name in ("Yes, gladly", "Not now"))
    assert yes["height"] == no["height"] >= 44
    joost.get_by_role("button", name="Yes, gladly").click()
    expect(joost.get_by_role("region", name="You help Samira")).to_contain_text("Samira, Het Seinhuis")
    found = samira.get_by_role("region", name="Joost helps you")
    expect(found).to_contain_text("Joost, Het Seinhuis", timeout=5_000)
    assert serious(samira) == []
    found.get_by_role("button", name="We met: thank Joost").click()
    expect(samira.get_by_role("button", name="Undo within 30 seconds")).to_be_visible()
    joost.goto(f"{served.url}/thanks?lang=en")
    joost.get_by_role("button", name="Accept").click()
    joost.get_by_role("link", name="Capital").click()
    expect(joost.locator(".balance__figure")).to_contain_text("14")
    expect(joost.locator(".table--lines")).to_contain_text("Samira thanked you")


def test_who_leaves_is_asked_whom_they_met_once_more_the_next_day_and_the_host_sees_the_count(served, open_page, here):
    here(served.cast.joost)
    here(served.cast.samira, "iemand die offertes leest")
    page = open_page(served.cast.samira)
    page.goto(f"{served.url}/me?lang=en")
    page.get_by_role("button", name="I am leaving").click()
    card = page.get_by_role("region", name="Did you meet?")
    expect(card.get_by_role("heading", name="Joost")).to_be_visible()
    with served.database.write() as store:
        joost = presence.hide(store, store.presence.open_visit(served.cast.joost), True, datetime.now(UTC))
    expect(card).to_have_count(0, timeout=2_000)
    with served.database.write() as store:
        presence.hide(store, joost, False, datetime.now(UTC))
    card.get_by_role("button", name="Not now").click()
    expect(card).to_have_count(0)
    with served.database.write() as store:  # a day goes by
        for table, columns in ((visits, ("started_at", "closes_at", "ended_at")), (verdicts, ("at",)), (showings, ("at",))):
            back = {name: text(f"{name} - 86400000000") for name in columns}
            store.run(update(table).values(back))
    page.reload()
    card.get_by_role("button", name="It helped").click()
    expect(card).to_have_count(0)
    host = open_page(served.cast.marieke)
    host.goto(f"{served.url}/host/het-seinhuis/meetings?lang=en")
    row = host.get_by_role("row", name=re.compile("Fits"))
    expect(row).to_contain_text("fewer than five answers: not told")
    expect(row.get_by_role("cell").first).to_have_text("1")
