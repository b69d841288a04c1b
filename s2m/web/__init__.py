"""How people see it: pages for phones, laptops and walls. Views parse, call the domain, and answer."""

from s2m.web import auth, health

PAGES = (health.blueprint, auth.blueprint)
