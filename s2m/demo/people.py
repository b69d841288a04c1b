"""The people of the demo. All invented; who is here now, and what they need, is chosen so that they matter to each other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Role:
    """One of the demo's people.

    often: out of ten working days, how many they come. here: the way they came in today, None = not present.
    was_here: came in today, and left.
    need, offer, work: what they say today, or said last time when they are not here now.
    """

    name: str
    knows: tuple[str, ...]
    often: int
    here: str | None = None
    was_here: bool = False
    need: str = ""
    offer: str = ""
    work: str = ""
    room: str | None = None
    language: str = "nl"
    hidden: bool = False
    on_wall: bool = True
    mail: bool = True

    @property
    def email(self) -> str | None:
        return f"{self.name.split()[0].lower()}@seinhuis.example" if self.mail else None


MEMBER, HOST = "Samira Vos", "Marieke de Boer"
OPEN, QUIET = "Open vloer", "Stilteruimte"

CAST = (
    Role("Marieke de Boer", ("wie wie is in de buurt", "vergunningen"), 6),
    Role(
        "Samira Vos",
        ("gewone taal", "teksten voor websites"),
        6,
        "badge",
        need="Wie leest mijn offerte mee?",
        work="prijslijst voor schrijfwerk",
        room=OPEN,
    ),
    Role(
        "Joost Bakker",
        ("offertes lezen en schrijven", "prijzen van zzp-werk"),
        5,
        "badge",
        need="Wie kent een goede drukker?",
        room=OPEN,
    ),
    Role(
        "Noor van Dijk",
        ("interviews", "Dutch for beginners"),
        5,
        "door",
        need="Mijn onderzoek uitleggen in gewone taal",
        work="onderzoek naar wonen",
        room=OPEN,
    ),
    Role(
        "Thijs Smit",
        ("gitaren bouwen", "hout en lijm"),
        4,
        "badge",
        need="Een website voor mijn werkplaats",
        work="prijslijst voor gitaren op maat",
        room="Remise",
    ),
    Role(
        "Ravi Menon",
        ("databases", "slow websites", "spreadsheets"),
        6,
        "badge",
        need="Someone to practise Dutch with",
        work="an app for food banks",
        room="Wissel",
        language="en",
    ),
    Role(
        "Lotte Kuipers",
        ("tekenen", "huisstijlen", "drukwerk en drukkers"),
        4,
        "badge",
        offer="Ik kijk mee naar je huisstijl",
        room=OPEN,
    ),
    Role(
        "Anneke Mulder",
        ("mantelzorg", "de wijk", "een ANBI-aanvraag"),
        4,
        "code",
        need="Vrijwilligers voor een wijkontbijt",
        room=OPEN,
    ),
    Role("Bram Postma", ("geluid", "podcasts", "printers"), 3, "host", room=QUIET, on_wall=False),
    Role(
        "Wout Hendriks", ("tuinen", "een wijkontbijt in de straat"), 3, "badge", need="Weet iemand iets van houtrot?", room=OPEN
    ),
    Role(
        "Hannah Clarke",
        ("English copy-editing", "grant writing"),
        4,
        "door",
        need="Who can explain a Dutch rental contract?",
        work="a grant for the library",
        room=QUIET,
        language="en",
    ),
    Role(
        "Pieter Dekker",
        ("huurcontracten", "rental contracts", "houtrot in oude kozijnen"),
        3,
        "badge",
        offer="Ik lees je huurcontract",
        room="Loket",
    ),
    Role(
        "Daan Visser",
        ("boekhouding", "btw-aangifte"),
        5,
        "badge",
        work="jaarrekening van een stichting",
        room=QUIET,
        hidden=True,
        on_wall=False,
    ),
    Role("Yasmin Haddad", ("Arabisch", "subsidies aanvragen"), 4, need="Hoe loopt een ANBI-aanvraag?"),
    Role("Femke Jansen", ("redactie", "nieuwsbrieven"), 4, need="Een halfuur sparren over een podcast"),
    Role("Emre Yilmaz", ("3D-printen", "lassen"), 3, need="Iemand met een bestelbus op zaterdag"),
    Role(
        "Sofie Peeters", ("vergaderingen leiden", "besluiten zonder ruzie"), 4, offer="Ik zit je vergadering voor", was_here=True
    ),
    Role("Omar Benali", ("eerste hulp", "koken voor groepen"), 3, work="een buurtkeuken"),
    Role("Roos Willems", ("fotografie", "licht"), 3, need="Een model voor portretten"),
    Role("Kees Verhoeven", ("moestuinen", "oude huizen"), 3, offer="Zaden over, kom halen", was_here=True),
    Role("Fatima El Idrissi", ("belastingaangifte", "toeslagen"), 4, offer="Vragen over toeslagen"),
    Role(
        "Tom O'Brien",
        ("JavaScript", "accessible websites"),
        4,
        need="help with a slow database",
        work="a site for the library",
        language="en",
    ),
    Role("Lin Zhang", ("data visualisation", "statistics"), 3, need="Feedback on a talk about charts", language="en"),
    Role("Gerrit Bos", ("fietsen repareren",), 2, work="gewoon de krant", mail=False),
)
THANKED_FOR = {
    "nl": ("een goed kwartier", "meegelezen met mijn stuk", "bracht me op een idee", "dacht mee aan de grote tafel", ""),
    "en": ("read my draft with me", "helped me over a hump", "a good question", "explained it twice", ""),
}
ROOMS = (
    (OPEN, "open", 0, 24), (QUIET, "quiet", 1, 10), ("Wachtkamer", "meeting", 0, 8), ("Perron", "meeting", 0, 20),
    ("Wissel", "meeting", 1, 4), ("Loket", "meeting", 0, 2), ("Remise", "meeting", 0, 40),
)  # fmt: skip
# Who sells at Het Seinhuis: numbers with right check digits, of nobody
SELLER = {
    "name": "Coöperatie Het Seinhuis U.A.", "street": "Stationsplein 14", "postcode": "3818 LE", "city": "Amersfoort",
    "vat_id": "NL000099998B57", "registration": "00000000", "email": "balie@seinhuis.example", "iban": "NL91ABNA0417164300",
    "days": "14",
}  # fmt: skip
