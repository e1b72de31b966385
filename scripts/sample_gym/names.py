"""First names everybody knows, surnames nobody has: the pools that names are drawn from."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache

import numpy as np


def _words(text: str) -> tuple[str, ...]:
    """The words of a list that is easier to read as one text."""
    return tuple(text.split())


FEMALE = _words(
    "Anna Beatriz Caroline Diana Elena Fiona Grace Hannah Irene Julia Katherine Laura Megan "
    "Natalie Olivia Paula Rachel Sarah Teresa Ursula Valerie Wendy Yolanda Zoe Alice Barbara "
    "Cecilia Deborah Elizabeth Frances Gloria Heather Isabel Jennifer Kimberly Leah Margaret "
    "Nancy Pamela Rebecca Susan Tara Victoria Abigail Bridget Christina Daphne Emily Florence "
    "Georgia Helen Ingrid Jacqueline Kristen Lillian Monica Nora Patricia Rosa Stephanie Tracy "
    "Vanessa Amanda Brooke Claire Dolores Eleanor Genevieve Harriet Ivy Josephine Kelsey Lucia "
    "Mary Noelle Priya Ruth Samantha Theodora Winifred Allison Bernadette Chloe Danielle Esther "
    "Gabriela Imogen Jocelyn Lydia Madeline Nadia Ofelia Penelope Rosemary Sofía María Inés "
    "Renée Zoë Aoife Siobhán Mei Linh Fatima Yuki Aisha Carmen Pilar Maeve Hazel Violet Ada Tess"
)
MALE = _words(
    "Adam Benjamin Charles Daniel Edward Frank Gregory Henry Ian James Kevin Louis Matthew "
    "Nicholas Oliver Paul Raymond Samuel Thomas Victor William Xavier Zachary Andrew Brian "
    "Christopher David Eric Frederick George Harold Isaac Joseph Kenneth Lawrence Michael Nathan "
    "Oscar Peter Richard Steven Timothy Vincent Walter Albert Bradley Calvin Douglas Ernest "
    "Felix Gerald Hugo Jacob Karl Leonard Martin Neil Owen Patrick Robert Stanley Theodore "
    "Wesley Alexander Bernard Cameron Dennis Elliot Garrett Herbert Jonathan Keith Lucas Marcus "
    "Norman Philip Ronald Scott Terrence Warren Anthony Blake Curtis Derek Ethan Graham Howard "
    "Jeremy Leo Maxwell Noah Preston Russell Simon Trevor José Ángel Andrés Joaquín René Søren "
    "Björn Ciarán Seán Wei Minh Omar Kenji Ravi Mateo Diego Ivan Otto Silas Rufus Percy Amos"
)
MIDDLE = _words("Ann Lee Beth Jo Rose Kate Mae Lynn Ray Paul John Dean Earl Jay Cruz Neal")

NICKNAMES = {
    "Katherine": "Katie", "Elizabeth": "Liz", "Margaret": "Peggy", "Jennifer": "Jenny",
    "Rebecca": "Becky", "Susan": "Sue", "Deborah": "Debbie", "Victoria": "Vicky",
    "Christina": "Tina", "Patricia": "Trish", "Stephanie": "Steph", "Samantha": "Sam",
    "Abigail": "Abby", "Allison": "Allie", "Josephine": "Josie", "Gabriela": "Gabi",
    "Kimberly": "Kim", "Jacqueline": "Jackie", "Madeline": "Maddie", "Penelope": "Penny",
    "Benjamin": "Ben", "Charles": "Chuck", "Daniel": "Dan", "Edward": "Ted", "Gregory": "Greg",
    "Henry": "Hank", "James": "Jim", "Matthew": "Matt", "Nicholas": "Nick", "Samuel": "Sam",
    "Thomas": "Tom", "William": "Bill", "Zachary": "Zach", "Andrew": "Drew",
    "Christopher": "Chris", "David": "Dave", "Frederick": "Fred", "Joseph": "Joe",
    "Kenneth": "Ken", "Lawrence": "Larry", "Michael": "Mike", "Nathan": "Nate",
    "Richard": "Dick", "Steven": "Steve", "Timothy": "Tim", "Walter": "Walt",
    "Robert": "Bob", "Theodore": "Teddy", "Alexander": "Alex", "Leonard": "Len",
    "Jonathan": "Jon", "Anthony": "Tony", "Ronald": "Ron", "Philip": "Phil", "José": "Pepe",
    "Isabel": "Isa", "Amanda": "Mandy", "Pamela": "Pam", "Theodora": "Dora",
}  # fmt: skip

STEMS = _words(
    "Ab Ald Amber Arn Bask Bel Bex Brack Bruns Cad Cask Clo Corv Cray Dask Delv Dov Drax Dusk "
    "Emb Elk Ems Esk Falk Fenk Fisk Flor Gand Garv Glisk Gosk Grim Had Hask Holv Hux Ib Ilk "
    "Jarn Jesk Kad Kelv Kirv Lad Lask Lim Lox Mad Mask Mol Mun Nav Nesk Nub Od Orv Osk Pad "
    "Pesk Pol Quen Radv Rusk Sab Skel Sol Stav Tad Tesk Tov Trask Ulv Umb Vad Velk Wad Wesk "
    "Wyn Yarv Yesk Zad Zelk Zor"
)
ENDINGS = _words(
    "aby adene amore ander ardy avan beck brant by cott dale den dorf eby ecott ell ermoor ett "
    "fax field ford gard gate grave ham hart hollow ick ingsley inger kamp kin ladder land leigh "
    "lund man mark mill mont nell nik orth oway pike quist rick row sand sen ser stall stead ter "
    "thal thwaite tow ula van vey vik ward wold worth yk zak"
)
MIDDLES = _words("er am ol in ar es on ul ed im or al is um at")
SPANISH_STEMS = _words("Vald Sald Quiñ Arb Zub Montarr Ech Peñar Ger Ib Lar Orm")
SPANISH_ENDINGS = _words("íñez íbar éndez alba ocha uñiga arrén eros ática oltán")
IRISH_PREFIXES = ("O'", "Mc", "Mac", "Fitz")
IRISH_STEMS = _words("Dravan Kellish Tierlan Gavrin Brosnagh Lorcan Feeran Cashlin")
OTHER = (
    "Ångskog Sølvberg Łuskow Königsmoor Bérangier Çelmeran Nguyễnval Tranhoi Wei-Lo Okonwale "
    "van der Stroo,de la Vegara,al-Rashmi,Le Brassec,von Tannick,D'Amorel,St. Evrain,Ng,Wu,Li"
)
# Surnames that hold the words a careless parser looks for, or that readers take for "missing".
TRAPS = (
    ("Ada", "Fromm"),
    ("Otto", "Punchard"),
    ("Tess", "Climbers"),
    ("Percy", "Frombach"),
    ("Ivy", "Youthman"),
    ("Silas", "Daypass"),
    ("Mei", "Null"),
    ("Linh", "Nan"),
    ("Omar", "NA"),
    ("Rosa", "McFrom"),
)


def other_surnames() -> list[str]:
    """Rare shapes of surnames: letters beyond Latin-1, particles, two letters."""
    words, *particles = OTHER.split(",")
    single, (van, der, stroo) = words.split()[:-3], words.split()[-3:]
    return [*single, f"{van} {der} {stroo}", *particles]


@cache
def surname_pool(gym: int) -> tuple[str, ...]:
    """Surnames met in one gym's town, commonest first; gyms beyond the first add their own."""
    middle = "" if gym == 0 else MIDDLES[(gym - 1) % len(MIDDLES)]
    if gym > len(MIDDLES):
        middle += MIDDLES[gym // len(MIDDLES) % len(MIDDLES)]
    plain = [stem + middle + ending for stem in STEMS for ending in ENDINGS]
    spanish = [stem + ending for stem in SPANISH_STEMS for ending in SPANISH_ENDINGS]
    irish = [prefix + stem for prefix in IRISH_PREFIXES for stem in IRISH_STEMS]
    pool = plain + spanish + irish + other_surnames()
    order = np.random.Generator(np.random.PCG64(20251124 + gym)).permutation(len(pool))
    return tuple(pool[place] for place in order.tolist())


def popularity(size: int, offset: float) -> np.ndarray:
    """Probabilities, float64[size], falling slowly from the first to the last."""
    weight = 1.0 / (np.arange(size) + offset)
    return weight / weight.sum()


def ascii_fold(text: str) -> str:
    """Text without accents: Sofía -> Sofia, Sølvberg -> Solvberg."""
    swapped = text.translate(str.maketrans("øØłŁđĐß", "oOlLdDs"))
    decomposed = unicodedata.normalize("NFKD", swapped)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def email_part(text: str) -> str:
    """Lower-case ASCII letters of a name, for the left side of an e-mail address."""
    kept = (letter for letter in ascii_fold(text).lower() if "a" <= letter <= "z")
    return "".join(kept) or "x"


class Words:
    """Distinct strings by code: arrays of names are int32 codes into `items`."""

    def __init__(self) -> None:
        self.items: list[str] = []
        self._codes: dict[str, int] = {}

    def code(self, text: str) -> int:
        """Code of `text`, new when it was not met before."""
        found = self._codes.get(text)
        if found is None:
            found = self._codes[text] = len(self.items)
            self.items.append(text)
        return found

    def codes(self, texts: Sequence[str]) -> np.ndarray:
        """Codes of many strings, int32[n]."""
        return np.array([self.code(text) for text in texts], dtype=np.int32)
