"""How people see it: pages for phones, laptops and walls. Views parse, call the domain, and answer."""

from s2m.web import auth, commons, contributions, health, home, host, ledger, people, presence, wall

PAGES = (
    health.blueprint, auth.blueprint, home.blueprint, presence.blueprint, people.blueprint, ledger.blueprint,
    contributions.blueprint, commons.blueprint, host.blueprint, wall.blueprint,
)  # fmt: skip
