"""A post from a phone: the line, the link, seen, a day later paid; and one that only the host can look at."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from s2m import looks
from s2m.domain import posts, presence
from tests import platforms as shapes
from tests.platforms import internet, png  # noqa: F401  (a fixture)

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ID = "112233445566778899"


@pytest.fixture
def visit(served):
    with served.database.write() as store:
        cast = served.cast
        return presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", datetime.now(UTC)).visit


def test_a_post_is_verified_and_paid(served, open_page, visit, internet, serious):  # noqa: F811
    page = open_page(served.cast.samira, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{served.url}/me?lang=en")
    page.get_by_role("link", name="To the line").click()
    page.get_by_role("button", name="Copy in English").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    said = page.evaluate("navigator.clipboard.readText()")
    assert said == posts.line(visit.id, "en")
    assert serious(page) == []
    page.get_by_label("Link of your post", exact=True).fill(f"https://mastodon.example/@samira/{ID}?utm_source=web")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_text("Kept. We look at it within a minute.")).to_be_visible()
    answer = shapes.mastodon(ID, "samira", said, datetime.now(UTC))
    internet.answers["mastodon.example", f"/api/v1/statuses/{ID}"] = answer
    assert looks.run(served.database, datetime.now(UTC), internet.fetcher()) == 1
    page.reload()
    expect(page.get_by_text("It is right. We look again on")).to_be_visible()
    assert looks.run(served.database, datetime.now(UTC) + timedelta(hours=24, minutes=1), internet.fetcher()) == 1
    page.reload()
    expect(page.get_by_text("It counted.")).to_be_visible()
    page.goto(f"{served.url}/me")
    expect(page.locator(".balance__figure")).to_contain_text("16")


def test_a_story_goes_to_the_host_and_is_paid(served, open_page, visit, tmp_path, serious):
    page = open_page(served.cast.samira)
    page.goto(f"{served.url}/posts?lang=en")
    page.get_by_text("A story, or a closed group?").click()
    page.get_by_label("Where did you post it?").select_option("Instagram")
    picture = tmp_path / "story.png"
    picture.write_bytes(png(390, 700))
    page.get_by_label("Screenshot").set_input_files(picture)
    page.get_by_role("button", name="Send the screenshot").click()
    expect(page.get_by_text("The host looks at your screenshot.")).to_be_visible()
    host = open_page(served.cast.marieke, size=(1440, 900))
    host.goto(f"{served.url}/host/het-seinhuis/today?lang=en")
    host.get_by_role("link", name="Posts 1").click()
    shown = host.get_by_role("img", name="Screenshot of the post")
    expect(shown).to_be_visible()
    assert shown.evaluate("img => img.naturalWidth") == 390
    expect(host.get_by_text(posts.code(visit.id))).to_be_visible()
    assert serious(host) == []
    host.get_by_role("button", name="It counts").click()
    expect(host.get_by_text("Nothing to look at")).to_be_visible()
    expect(page.get_by_text("It counted.")).to_be_visible(timeout=15_000)  # the page refreshes itself
    page.goto(f"{served.url}/me/accounts")
    assert serious(page) == []
