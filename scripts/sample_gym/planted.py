"""What was planted on top of the gym's ordinary days, for the truth and for those who pay."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from . import config, guests
from .guests import Guests
from .lapses import EARLY, Lapse, Lives


@dataclass
class Planted:
    """Effects and traps, by person."""

    first_instance: int
    first_purchase: int
    lives: Lives
    lapses: list[Lapse]
    guests: Guests
    multiplier: np.ndarray  # of each person as a host
    traps: dict[tuple[int, int], str]  # child, adult -> why the adult is no guardian
    parents: list[tuple[int, int]]  # child and parent who live apart
    relations: list[tuple[int, int, str]]

    def with_relations(self, one, two, kind) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
        """Relations on record with those that were planted, and how many these are."""
        known = set(zip(one.tolist(), two.tolist(), strict=True))
        late = [row for row in dict.fromkeys(self.relations) if row[:2] not in known]
        return (
            np.concatenate([one, np.array([row[0] for row in late], dtype=np.int64)]),
            np.concatenate([two, np.array([row[1] for row in late], dtype=np.int64)]),
            np.concatenate([kind, np.array([row[2] for row in late], dtype=kind.dtype)]),
            len(late),
        )

    def summary(self) -> dict:
        """Effects and how often they were met, for the manifest."""
        tallies = {"early": self.lives.early, "later": self.lives.later}
        return {
            "contagion": self.lives.args.contagion,
            "contagion_days": EARLY,
            "after_a_partner_left": {
                name: {"lapses": lapses, "expected_without": round(expected, 2)}
                for name, (lapses, expected) in tallies.items()
            },
            "lapses": dict(sorted(Counter(item.cause for item in self.lapses).items())),
            "joins": dict(zip(guests.ENTRY_KINDS, guests.JOINS.tolist(), strict=True)),
            "closure": [config.iso(day) for day in config.CLOSURE],
            "price_rise": config.iso(config.PRICE_RISE),
        }
