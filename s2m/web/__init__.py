"""How people see it: pages for phones, laptops and walls. Views parse, call the domain, and answer."""

from s2m.web import (
    asks,
    attendance,
    auth,
    blocks,
    commons,
    contributions,
    erasing,
    health,
    home,
    host,
    introductions,
    ledger,
    meetings,
    passport,
    people,
    posts,
    presence,
    room_pictures,
    rooms,
    series,
    talks,
    tasks,
    topics,
    waits,
    wall,
)

PAGES = (
    health.blueprint, auth.blueprint, home.blueprint, asks.blueprint, presence.blueprint, people.blueprint, ledger.blueprint,
    contributions.blueprint, commons.blueprint, posts.blueprint, talks.blueprint, attendance.blueprint, tasks.blueprint,
    topics.blueprint, passport.blueprint, blocks.blueprint, introductions.blueprint, meetings.blueprint, erasing.blueprint,
    series.blueprint, waits.blueprint, room_pictures.blueprint, rooms.blueprint, host.blueprint, wall.blueprint,
)  # fmt: skip
