"""Posts: a member tells others about this place, in public, and earns for it once that was verified.

    canonical.py  which post a link means, and what is no link to a post
    markup.py     a page's text and metadata, read in one pass
    platforms.py  how each platform is asked, and its answer read
    claims.py     the claim, which comes first
    looking.py    what each look leads to; the host's word where no program can look
    accounts.py   accounts elsewhere that are somebody's
"""

from s2m.domain.posts.accounts import LinkedAccount
from s2m.domain.posts.canonical import Link, parse
from s2m.domain.posts.claims import Claim, Offer, claim, claim_picture, code, line, offers
from s2m.domain.posts.looking import Look, confirm, decline, record
from s2m.domain.posts.platforms import Post, Profile

__all__ = [
    "Claim", "Link", "LinkedAccount", "Look", "Offer", "Post", "Profile", "claim", "claim_picture", "code", "confirm", "decline",
    "line", "offers", "parse", "record",
]  # fmt: skip
