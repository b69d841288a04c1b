"""How people see it: pages for phones, laptops and walls. Views parse, call the domain, and answer."""

from s2m.web import (
    attendance,
    auth,
    commons,
    contributions,
    erasing,
    health,
    home,
    host,
    ledger,
    meetings,
    passport,
    people,
    posts,
    presence,
    talks,
    tasks,
    wall,
)

PAGES = (
    health.blueprint, auth.blueprint, home.blueprint, presence.blueprint, people.blueprint, ledger.blueprint,
    contributions.blueprint, commons.blueprint, posts.blueprint, talks.blueprint, attendance.blueprint, tasks.blueprint,
    passport.blueprint, meetings.blueprint, erasing.blueprint, host.blueprint, wall.blueprint,
)  # fmt: skip
