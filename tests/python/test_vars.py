"""A gym may set each var to another sensible value: the build ends, and what holds always holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import yaml
from conftest import PROJECT, Project
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from scripts import build

SHARE = (0, 0.001, 0.5, 1)
COUNT = (0, 1, 7, 1000)
POINTS = (0, 1, 2.5, 50, 1000)
# Each var of dbt_project.yml with other values that a gym may want.
VALUES: dict[str, tuple] = {
    "meeting_window_minutes": (0, 1, 20, 45, 90, 1440),
    "max_rejected_share": SHARE,
    "max_shrink_share": SHARE,
    "max_rate_change": SHARE,
    "max_recent_drop": SHARE,
    "recent_days": (1, 7, 365),
    "recent_weeks_before": (1, 4, 520),
    "files_not_read_named": (0, 1, 99),
    "adult_age_years": (1, 14, 21, 99),
    "oldest_age_years": (90, 100, 150),
    "placeholder_birthday_min_customers": (1, 2, 1000),
    "placeholder_birthday_share": SHARE,
    "min_known_birthday_share": SHARE,
    "web_shops": ([], ["shopify", "square"]),
    "refund_days": COUNT,
    "household_points_same_person": POINTS,
    "household_points_related": POINTS,
    "household_points_surname": POINTS,
    "household_points_email": POINTS,
    "household_points_registered_together": POINTS,
    "household_points_rostered_together": POINTS,
    "household_points_certain": POINTS,
    "household_points_enough": POINTS,
    "household_seats_most": COUNT,
    "duo_member_limit": (1, 2, 3),
    "closeness_minutes": (0.5, 1, 60, 1440),
    "affinity_together_probability": SHARE,
    "affinity_maybe_probability": SHARE,
    "affinity_min_history_days": COUNT,
    "affinity_min_class_pairs": COUNT,
    "affinity_share_weight": (0, 1),
    "affinity_place_weight": (0, 1),
    "affinity_block_pairs": (1, 2, 1000),
    "affinity_sure_errors": (0, 3, 1000),
    "rush_arrivals": (0, 5, 1000),
    "rush_times_usual": (0, 1, 10),
    "crew_min_members": (2, 3, 5),
    "crew_max_members": (6, 40, 1000),
    "crew_min_meetings": COUNT,
    "crew_founding_closeness": (0, 0.1, 1, 50),
    "known_tie_group_size": (2, 3, 100),
    "crowd_minutes": (1, 10, 45, 1440),
    "crowd_arrivals": (1, 50, 100_000),
    "crowd_arrivals_in_a_second": (2, 5, 1000),
    "crowd_arrivals_in_a_minute": (2, 30, 1000),
    "placeholder_checkins_a_day": (2, 5, 100),
    "placeholder_busy_days": (1, 2, 100),
    "placeholder_surnames_at_visits": (1, 2, 50),
    "placeholder_surnames_bought_for": (1, 5, 1000),
    "shared_contact_surnames": (1, 2, 100),
    "shared_contact_records": (1, 2, 1000),
    "max_conflict_share": SHARE,
    "few_faults": COUNT,
    "correction_max_hours": (1, 48, 1000),
    "text_shapes_named": (0, 1, 9),
    "regular_visits": (1, 3, 30),
    "regular_weeks": (1, 6, 26),
    "lapse_days": (0, 14, 90),
    "lapse_gap_percentile": (50, 95, 100),
    "lapse_gap_times": (1, 3),
    "partner_window_days": (30, 365),
    "partner_min_meetings": (1, 3, 20),
    "partner_min_closeness": (0, 0.5, 10),
    "partner_early_days": (14, 60, 180),
    "partner_tenure_band_days": (30, 91, 10_000),
    "partner_pretended_days": (30, 200),
    "partner_min_lapses": (1, 50),
    "interval_errors": (1.64, 2.58),
    "partner_ratio_to_find": (1.5, 3),
    "partner_power_errors": (0, 1.28),
    "slipping_weeks": (1, 4, 12),
    "slipping_history_weeks": (4, 26, 104),
    "slipping_false_alarms": (0, 1, 50, 1000),
    "slipping_gap_percentile": (0, 50, 100),
    "slipping_season_percent": (0, 50),
    "slipping_prior_windows": (0, 1, 20),
    "earliest_year": (1900, 2000, 2025),
    "furthest_years_ahead": (1, 5, 100),
    "guest_record_days": COUNT,
    "host_min_conversions": (1, 2, 5),
    "questions_open_most": COUNT,
    "question_checks_open": COUNT,
    "question_check_share": SHARE,
    "question_certain_probability": SHARE,
    "question_unread_probability": SHARE,
    "question_later_days": COUNT,
    "question_recent_days": COUNT,
    "accuracy_bands": ([0], [50, 90], [99, 0, 95]),
    "accuracy_min_answers": (1, 5, 1000),
    "list_guardians": (True,),
    "guardian_min_years_older": (0, 14, 30),
    "guardian_min_purchase_days": (1, 2, 1000),
    "guardian_max_children": (1, 2, 1000),
    "guest_conversion_days": ([1], [7, 400], [90, 30, 60]),
    "action_recent_days": (1, 7, 365),
    "action_window_days": (1, 30, 1000),
    "action_guest_visits": (1, 2, 10),
    "action_newcomer_days": ([0, 400], [60, 7], [30]),
    "action_newcomer_visits": COUNT,
    "action_merge_probability": SHARE,
    "action_quiet_days": COUNT,
    "action_holdout_share": SHARE,
    "action_horizons": ([1], [7, 400], [90, 30, 60]),
    "action_difference_to_find": (0.01, 0.5, 1),
    "action_most_a_week": ({}, {"invite_guest": 1, "merge_records": 0}, {"call_slipping": 1000}),
    "action_values": ({}, {"invite_guest": 0.5}, {"call_slipping": 1000, "no_list": 1}),
}
# Lists of words, and a day that depends on the data.
NOT_NUMBERS = {"as_of", "source_systems", "words_for_nothing", "days_for_nothing"}
NOT_NUMBERS |= {"action_staff_words"}
# What no value of a var may bring about; each returns rows that are wrong.
NEVER = {
    "a pair out of order, or somebody with himself": """
        select * from customer_interactions where customer_id_1 >= customer_id_2
        union all by name
        select * from customer_connections where customer_id_1 >= customer_id_2
    """,
    "two rows of a pair, day and type": """
        select interaction_date, interaction_type, customer_id_1, customer_id_2
        from customer_interactions group by all having count(*) > 1
    """,
    "a strength that the seed does not give": """
        select * from customer_connections
        anti join seeds.strength_buckets
            on customer_connections.strength_score = strength_buckets.strength_score
            and customer_connections.interaction_count between strength_buckets.min_interactions
            and coalesce(strength_buckets.max_interactions, 1000000)
    """,
    "a connection that does not count its interactions": """
        select customer_id_1, customer_id_2, count(*) as interaction_count
        from customer_interactions group by all
        except
        select customer_id_1, customer_id_2, interaction_count from customer_connections
    """,
    "a buyer who used the pass himself": """
        select * from pass_transfers where purchaser_customer_id = user_customer_id
    """,
    "a crew of two, or of more than it may have": """
        select crew_id from crew_members group by crew_id
        having count(*) not between {crew_min_members} and {crew_max_members}
    """,
    "a probability that is none": """
        select customer_id_1 from customer_connections where tie_probability not between 0 and 1
        union all
        select customer_id from slipping_away where p_value not between 0 and 1
    """,
    "an interval without its ratio": """
        select * from partner_lapses where not ratio between low and high
    """,
}
MEETINGS = """
    select interaction_date, customer_id_1, customer_id_2 from customer_interactions
    where interaction_type = 'same_day_checkin'
"""


def test_every_var_has_other_values() -> None:
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    assert VALUES.keys() | NOT_NUMBERS == project["vars"].keys()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Two months of a fiftieth of a gym."""
    folder = tmp_path_factory.mktemp("tiny")
    gym = Project(folder, folder / "exports")
    size = ("--scale", "0.02", "--days", "60", "--out", str(folder))
    command = (sys.executable, "-m", "scripts", "sample", *size)
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    return gym


def test_any_sensible_vars_make_a_sound_build(
    tiny: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few builds, each with all vars other than they are; then with a window that is wider."""
    monkeypatch.chdir(PROJECT)
    for name in [name for name in os.environ if name.startswith("GYM_")]:
        monkeypatch.delenv(name)
    for name, value in tiny.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DBT_PROFILES_DIR", str(PROJECT))

    def built(values: dict[str, float], *selected: str) -> set[tuple]:
        """Build with these vars; the pairs and days of the meetings."""
        kinds = ("--resource-type", "model", "--resource-type", "seed")
        result = build.run_dbt("build", "--vars", json.dumps(values), *kinds, *selected)
        assert build.failures(result, tiny.warehouse) == []
        return set(tiny.query(MEETINGS))

    @seed(12)
    @settings(
        max_examples=2,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.fixed_dictionaries({name: st.sampled_from(some) for name, some in VALUES.items()}))
    def sound(values: dict[str, float]) -> None:
        tiny.warehouse.unlink(missing_ok=True)
        met = built(values)
        wrong = {what: len(tiny.query(sql.format(**values))) for what, sql in NEVER.items()}
        assert wrong == dict.fromkeys(NEVER, 0)
        wider = {"meeting_window_minutes": 2 * values["meeting_window_minutes"] + 1}
        interactions = ("--select", "intermediate.interactions", "customer_interactions")
        assert met <= built(values | wider, *interactions)

    sound()
