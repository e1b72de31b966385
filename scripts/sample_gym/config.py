"""What the invented gym sells, when it opens and how large it is at scale 1."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

GENERATOR = "gym_connections sample exports"
AS_OF = date(2025, 11, 24)
AS_OF_EPOCH = (AS_OF - date(1970, 1, 1)).days
TIME_ZONE = "America/Chicago"
DEFAULT_DAYS = 486
DAY_US = 86_400_000_000
LAST_SECOND = 20 * 3600 + 5 * 60  # the export runs on the last evening, before closing

CLOSURE = (20_150, 20_163)  # 2025-03-03 to 2025-03-16: the walls are set anew
PRICE_RISE = 20_240  # 2025-06-01

# Sizes of one gym over DEFAULT_DAYS days at scale 1.
HOUSEHOLDS = 5_150
MEMBER_VISITS = 29_050
OWN_PASS_PARTIES = 1_910
TRANSFER_PARTIES = 578
PUNCH_PURCHASES = 80
MULTI_DAY_PURCHASES = 118
GUEST_VISITS = 624
FREE_VISITS = 1_530
RETAIL_ROWS = 13_100

METHODS = ("MEM", "ENT", "FRE", "GUE", "EVE")
MEM, ENT, FRE, GUE, EVE = range(5)

PARTY_KINDS = (
    "solo",
    "household",
    "friends",
    "daypass",
    "punch",
    "guest",
    "event",
    "class",
    "free",
    "multi_day",
)
SOLO, HOUSEHOLD, FRIENDS, DAYPASS, PUNCH, GUEST, EVENT, CLASS, FREE, MULTI_DAY = range(10)

GYM_NAMES = (
    "Lanternrock Climbing Hall",
    "Punchbowl Boulders",
    "Fromage Street Climbing Works",
    "Marlstone Climbing & Yoga",
    "Copperfinch Climbing Co-op",
    "Tallgrass Bouldering",
    "Quarrybird Climbing Center",
    "Moth & Granite",
)

FREE_REASONS = (
    "staff",
    "coach",
    "tour",
    "volunteer",
    "belay check",
    "forgot phone",
    "comp - front desk",
    "lost and found",
    "employee family",
    "shared daypass",
    "guest pass",
    "system error, let in",
)


@dataclass(frozen=True)
class MembershipType:
    """One row of the gym's price list; weight is the number of first instances at scale 1."""

    type_id: int
    name: str
    interval: str
    frequency: str
    size: str
    amount: int
    flag: str
    weight: float
    days: int
    pool: str
    visits: float


FLAGS = (
    "is_founder",
    "is_college",
    "is_corporate",
    "is_mid_day",
    "is_fitness_only",
    "has_fitness_addon",
    "is_team_dues",
    "is_bcf",
    "is_90_for_90",
    "is_not_in_special",
)

# fmt: off
TYPES = (
    MembershipType(612, "Solo Weekly", "BWK", "bi_weekly", "solo", 34, "", 112, 260, "single", 1.5),
    MembershipType(613, "Solo Monthly", "MON", "monthly", "solo", 78, "", 8, 200, "single", 1.2),
    MembershipType(614, "Solo Annual", "YRL", "annual", "solo", 1350, "", 36, 365, "single", 1.2),
    MembershipType(615, "Duo Weekly", "BWK", "bi_weekly", "duo", 58, "", 50, 330, "duo", 1.5),
    MembershipType(616, "Duo Annual", "YRL", "annual", "duo", 2350, "", 10, 365, "duo", 1.4),
    MembershipType(617, "Family Weekly", "BWK", "bi_weekly", "family", 72, "", 43, 300,
                   "family", 1.2),
    MembershipType(618, "Family Annual", "YRL", "annual", "family", 2800, "", 22, 365,
                   "family", 1.2),
    MembershipType(620, "90 for 90 Solo", "MON", "prepaid_3mo", "solo", 90, "is_90_for_90",
                   140, 90, "single", 1.3),
    MembershipType(621, "90 for 90 Family", "MON", "prepaid_3mo", "family", 180,
                   "is_90_for_90", 36, 90, "family", 1.3),
    MembershipType(625, "First Ascent - Solo", "MON", "monthly", "solo", 68, "is_founder", 6, 420,
                   "single", 1.3),
    MembershipType(626, "First Ascent - Duo", "MON", "monthly", "duo", 116, "is_founder", 12, 420,
                   "duo", 1.4),
    MembershipType(627, "First Ascent - Family", "MON", "monthly", "family", 146, "is_founder",
                   11, 420, "family", 1.2),
    MembershipType(630, "College Monthly", "MON", "monthly", "solo", 77, "is_college", 80, 210,
                   "student", 1.6),
    MembershipType(631, "School Student Monthly", "MON", "monthly", "solo", 64, "", 36, 240,
                   "teen", 1.4),
    MembershipType(633, "Midday Solo", "BWK", "bi_weekly", "solo", 25, "is_mid_day", 19, 280,
                   "single", 1.7),
    MembershipType(634, "Midday Family", "BWK", "bi_weekly", "family", 46, "is_mid_day", 2, 280,
                   "family", 1.5),
    MembershipType(636, "Fitness Floor Unlimited", "MON", "monthly", "solo", 54,
                   "is_fitness_only", 23, 240, "single", 1.6),
    MembershipType(640, "Staff", "BWK", "bi_weekly", "solo", 0, "is_bcf", 30, 260, "single", 2.0),
    MembershipType(641, "Owner Family", "MON", "monthly", "family", 0, "is_bcf", 8, 480,
                   "family", 1.4),
    MembershipType(645, "Brackwater Bank Corporate", "MON", "monthly", "corporate", 60,
                   "is_corporate", 1, 460, "corporate", 1.2),
    MembershipType(650, "Youth Team Dues", "MON", "monthly", "solo", 112, "is_team_dues", 19, 260,
                   "kid", .4),
    MembershipType(651, "Youth Rec Class Dues", "MON", "monthly", "solo", 92, "is_team_dues", 15,
                   240, "kid", .4),
)
# fmt: on
CORPORATE_SEATS = 14
PERIOD_DAYS = {"bi_weekly": 14, "monthly": 30, "prepaid_3mo": 90, "annual": 365}
# What a household buys after the first membership ended: type id -> type ids (repeats weigh more).
NEXT_TYPE = {620: (612, 612, 614), 621: (617, 617, 618), 631: (631, 630), 613: (612,)}

ADULT_DAY, ADULT_GEAR, YOUTH_DAY, YOUTH_GEAR, PUNCH_PASS, SEVEN_DAY, TWO_WEEK = range(7)
MIDDAY, NIGHT, WELCOME, FIRST_CLIMB, BUDDY = range(7, 12)


@dataclass(frozen=True)
class Product:
    """A pass: its name in descriptions, its price in cents, and what kind it is."""

    name: str
    cents: int
    youth: bool = False
    punch: bool = False


PRODUCTS = (
    Product("Day Pass (Adult 14 and Up)", 2300),
    Product("Day Pass with Gear (Adult 14 and Up)", 2800),
    Product("Youth Day Pass (Under 14 y/o)", 1700, youth=True),
    Product("Youth Day Pass with Gear (Under 14 y/o)", 2100, youth=True),
    Product("5 Climb Punch Pass 60 Days", 9500, punch=True),
    Product("7 Day Pass", 5200),
    Product("2-Week Pass", 5100),
    Product("Mid-Day Pass", 1500),
    Product("Night Climb Pass (from 7 pm)", 1400),
    Product("Lanternrock Climbing Hall Welcome Pass", 0),
    Product("First Climb Day Pass", 1000),
    Product("Buddy Pass", 0),
)
GUEST_PASS = "Guest Pass"
GUEST_PASS_GEAR = "Guest Pass with Gear"


@dataclass(frozen=True)
class Arguments:
    """What the caller asked for; equal arguments give equal bytes."""

    seed: int = 1
    scale: float = 1.0
    days: int = DEFAULT_DAYS
    locations: int = 1
    contagion: float = 2.0  # hazard of leaving in the 90 days after the partner left, times this

    @property
    def gyms(self) -> int:
        """Number of locations: density stays that of one gym however large the scale."""
        return max(self.locations, math.floor(self.scale + 0.5), 1)

    @property
    def gym_share(self) -> float:
        """Size of each location relative to the one gym of scale 1 (its visits per day)."""
        return self.scale / self.gyms

    @property
    def visit_share(self) -> float:
        """Visits per location relative to one gym over DEFAULT_DAYS days."""
        return self.gym_share * self.days / DEFAULT_DAYS

    @property
    def people_share(self) -> float:
        """People per location: a short history still needs its members."""
        return self.gym_share * (0.35 + 0.65 * self.days / DEFAULT_DAYS)

    @property
    def first_day(self) -> int:
        """Epoch day of the first day of the history."""
        return AS_OF_EPOCH - self.days + 1

    def count(self, at_scale_one: float) -> int:
        """Whole-town number of things whose number grows with the visits; at least one a gym."""
        return self.gyms * max(1, round(at_scale_one * self.visit_share))

    def rng(self, stage: int) -> np.random.Generator:
        """Independent stream per stage, so that one stage can change without moving the others."""
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, stage])))


def version() -> str:
    """Fingerprint of this package's sources: a changed generator writes again."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def location_id(gym: int) -> int:
    """Location id of gym number `gym` (0-based)."""
    return 71 + 13 * gym


def location_name(gym: int) -> str:
    """Name of gym number `gym`; unique however many there are."""
    base = GYM_NAMES[gym % len(GYM_NAMES)]
    return base if gym < len(GYM_NAMES) else f"{base} {gym // len(GYM_NAMES) + 1}"


def closed_days(args: Arguments) -> np.ndarray:
    """Epoch days, int64, on which nobody is let in (holidays and one ice storm)."""
    days = (date(2024, 11, 28), date(2024, 12, 25), date(2025, 1, 10), date(2025, 7, 4))
    epoch = np.array([(day - date(1970, 1, 1)).days for day in days], dtype=np.int64)
    return epoch[epoch >= args.first_day]


def is_open(args: Arguments, day: np.ndarray) -> np.ndarray:
    """True on days of the history on which people are let in, bool[n]: no holiday, no works."""
    day = np.asarray(day)
    first, last = CLOSURE
    works = (day >= first) & (day <= last)
    return ~works & ~np.isin(day, closed_days(args)) & (day >= args.first_day) & (
        day <= AS_OF_EPOCH
    )  # fmt: skip


def iso(epoch_day: int) -> str:
    """ISO date of an epoch day."""
    return (date(1970, 1, 1) + timedelta(days=int(epoch_day))).isoformat()


def weekday(epoch_day: np.ndarray) -> np.ndarray:
    """Monday 0 .. Sunday 6 of epoch days (1970-01-01 was a Thursday)."""
    return (np.asarray(epoch_day) + 3) % 7
