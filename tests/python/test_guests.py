"""A little gym whose guests are counted by hand: who converts, through whom, and who is erased."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from conftest import PROJECT, Project
from scipy import stats

from python_udfs.survival import converted_share, ratio_intervals

LAST_DAY = date(2025, 6, 30)
SYLLABLES = ("ba", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "su", "ta", "vek")
# Days seen before the exports end, and the day on which a membership began; the first is censored
# at 10 days, long before anybody could say that it did not convert.
DAY_PASS_GUESTS = [
    *((10, None), (20, 5), (40, None), (50, None), (100, 15), (100, 45), (100, None), (100, None)),
]
HOSTS, GUESTS_EACH = 7, 20
CONVERTED = {0: 10}


class Gym:
    """Rows of exports; each person has an invented name that nobody else has."""

    def __init__(self) -> None:
        self.customers: list[dict] = []
        self.checkins: list[dict] = []
        self.members: list[dict] = []

    def person(self, birthday: str = "1990-02-03", **more: object) -> dict:
        number = len(self.customers)
        one, two, three = number % 12, number // 12 % 12, number // 144 % 12
        person = {
            "customer_id": 1000 + number,
            "first_name": (SYLLABLES[one] + SYLLABLES[two] + "n").title(),
            "last_name": (SYLLABLES[three] + SYLLABLES[two] + SYLLABLES[one] + "ton").title(),
            "birthday": birthday,
            "email": f"person{number}@example.org",
            **more,
        }
        self.customers.append(person)
        return person

    def visit(self, person: dict, day: date, text: str, method: str = "ENT", hour: int = 18) -> int:
        number = 1 + len(self.checkins)
        self.checkins.append(
            {
                "checkin_id": number,
                "customer_id": person["customer_id"],
                "customer_first_name": person["first_name"],
                "customer_last_name": person["last_name"],
                "checkin_datetime": f"{day} {hour}:00:00",
                "entry_method": method,
                "entry_method_description": text,
                "location_id": 1,
            }
        )
        return number

    def join(self, person: dict, day: date) -> None:
        row = {"member_id": 1 + len(self.members), "customer_id": person["customer_id"]}
        row |= {"name": "Solo Weekly", "size": "solo", "status": "ACT", "membership_id": 1}
        self.members.append(row | {"start_date": day})

    def member(self, first_visit: date) -> dict:
        person = self.person()
        self.join(person, first_visit)
        self.visit(person, first_visit, "Solo Weekly", "MEM")
        return person

    def hosted(self, host: dict, day: date, hour: int = 18) -> dict:
        guest = self.person()
        name = f"{host['first_name']} {host['last_name']}"
        self.visit(guest, day, f"Guest Pass from {name}", "GUE", hour)
        return guest


def before(days: int) -> date:
    return LAST_DAY - timedelta(days)


@pytest.fixture(scope="module")
def gym(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, dict[str, int]]:
    """The gym, built, and the customer_ids by what is odd about them."""
    made, odd = Gym(), {}
    regular = made.member(before(180))
    made.visit(regular, LAST_DAY, "Solo Weekly", "MEM")
    for seen, joined in DAY_PASS_GUESTS:
        guest = made.person()
        made.visit(guest, before(seen), "Day Pass (0 remaining)")
        if joined == 45:
            # on a second record of the same person
            odd["one person"] = guest["customer_id"]
            guest = made.person(**{name: guest[name] for name in ("first_name", "last_name")})
            odd["second record"] = guest["customer_id"]
        if joined:
            made.join(guest, before(seen) + timedelta(joined))
    made.join(guest, LAST_DAY + timedelta(10))
    odd["member before"] = made.person()["customer_id"]
    made.join(made.customers[-1], before(90))
    made.visit(made.customers[-1], before(80), "Day Pass (0 remaining)")
    odd["recorded before"] = made.person(created_at="2019-05-06 10:00:00")["customer_id"]
    made.visit(made.customers[-1], before(80), "Day Pass (0 remaining)")
    odd["front desk"] = made.person(first_name="Front", last_name="Desk")["customer_id"]
    made.visit(made.customers[-1], before(80), "Day Pass (0 remaining)")
    child = made.person("2016-05-05")
    odd["child"] = child["customer_id"]
    made.visit(child, before(100), "Day Pass (0 remaining)")
    made.join(child, before(98))
    for number in range(HOSTS):
        host = made.member(before(170 - number))
        odd[f"host {number}"] = host["customer_id"]
        for place in range(GUESTS_EACH):
            # three come together, the others one by one
            day = before(160 - number - max(0, place - 2))
            made.visit(host, day, "Solo Weekly", "MEM", 17)
            guest = made.hosted(host, day)
            if place < CONVERTED.get(number, 1):
                made.join(guest, day + timedelta(20))
    odd["guest"] = guest["customer_id"]
    twins = [made.person(first_name="Clara", last_name="Twinly", birthday=f"19{n}0-01-02")
             for n in (7, 8)]  # fmt: skip
    odd["ambiguous"] = made.hosted(twins[0], before(70))["customer_id"]
    folder = tmp_path_factory.mktemp("guests")
    project = Project(folder, folder / "exports")
    project.write("capitan/customers", made.customers)
    project.write("capitan/checkins", made.checkins)
    project.write("capitan/members", made.members)
    build(project)
    return project, odd


def build(project: Project) -> None:
    built = project.run(
        *(str(PROJECT / ".venv/bin/dbt"), "build", "--select"),
        *("+guest_journeys", "+guest_conversion", "+host_credit"),
        *("--resource-type", "model", "--resource-type", "seed"),
    )
    assert built.returncode == 0, built.stdout


def test_conversion_is_kaplan_meier_and_no_raw_share(gym) -> None:
    """By hand: 7/8 at day 5, of 6 left 5/6 at day 15, of 4 left 3/4 at day 45."""
    project, _ = gym
    found = project.query(
        """select horizon_days, guests, events, share from guest_conversion
        where entry_kind = 'day_pass' and not is_child order by horizon_days"""
    )
    assert [(days, guests, events) for days, guests, events, _ in found] == [
        *((30, 8, 2), (60, 8, 3), (90, 8, 3)),
    ]
    by_hand = [1 - 7 / 8 * 5 / 6, 1 - 7 / 8 * 5 / 6 * 3 / 4, 1 - 7 / 8 * 5 / 6 * 3 / 4]
    assert [float(share) for *_, share in found] == pytest.approx(by_hand, abs=1e-6)
    raw = [events / guests for _, guests, events, _ in found]
    assert all(share > less + 0.02 for share, less in zip(by_hand, raw, strict=True))


def test_a_child_is_counted_apart(gym) -> None:
    project, _ = gym
    [(guests, events)] = project.query(
        """select guests, events from guest_conversion
        where entry_kind = 'day_pass' and is_child and horizon_days = 30"""
    )
    assert (guests, events) == (1, 1)


def test_whoever_was_known_before_is_no_guest(gym) -> None:
    project, odd = gym
    found = {row[0] for row in project.query("select customer_id from guest_journeys")}
    absent = ("member before", "recorded before", "front desk", "second record", "host 0")
    assert found.isdisjoint(odd[who] for who in absent)
    assert {odd[who] for who in ("one person", "child", "guest", "ambiguous")} <= found
    assert len(found) == len(DAY_PASS_GUESTS) + 1 + HOSTS * GUESTS_EACH + 1


def test_a_host_is_who_matching_found_or_nobody(gym) -> None:
    project, odd = gym
    columns = "host_customer_id, host_confidence > 0.8, party_size, entry_kind"
    sql = f"select {columns} from guest_journeys where customer_id = "
    assert project.query(f"{sql}{odd['ambiguous']}") == [(None, None, 1, "guest_pass")]
    last = odd[f"host {HOSTS - 1}"]
    assert project.query(f"{sql}{odd['guest']}") == [(last, True, 1, "guest_pass")]
    assert project.query(
        "select host_customer_id, count(*) from guest_journeys where party_size = 3 group by 1"
        " order by 1"
    ) == [(odd[f"host {number}"], 3) for number in range(HOSTS)]


def test_one_host_is_above_chance(gym) -> None:
    """16 of 141 on guest passes convert, so 20 let expect 2.3; one host has 10, the others 1."""
    project, odd = gym
    found = project.query(
        """select host_customer_id, guest_count, converted / guests, expected_share, ratio,
            shrunk_ratio, is_above_chance, expected_by_luck
        from host_credit order by 1"""
    )
    assert [row[0] for row in found] == [odd[f"host {number}"] for number in range(HOSTS)]
    assert [row[1] for row in found] == [GUESTS_EACH] * HOSTS
    assert [row[6] for row in found] == [True] + [False] * (HOSTS - 1)
    for row in found:
        assert float(row[3]) == pytest.approx(16 / 141, rel=0.25)
    good, other = found[0], found[1]
    assert float(good[2]) == pytest.approx(0.5, abs=0.01)
    assert float(good[4]) > float(good[5]) > 3 > 1 > float(other[5]) > float(other[4])
    assert 0 < float(good[7]) < 0.025 * HOSTS


def test_an_erased_guest_and_an_erased_host_vanish(gym, tmp_path) -> None:
    project, odd = gym
    later = project.copy(tmp_path)
    erased = [odd["host 0"], odd["guest"], odd["one person"]]
    later.write("privacy/erasure_requests", [{"customer_id": number} for number in erased])
    build(later)
    ids = ", ".join(map(str, [*erased, odd["second record"]]))
    for table, column in (
        ("guest_journeys", "customer_id"),
        ("guest_journeys", "host_customer_id"),
        ("host_credit", "host_customer_id"),
    ):
        assert later.query(f"select {column} from {table} where {column} in ({ids})") == []
    assert len(later.query("from host_credit")) == HOSTS - 1
    [(guests,)] = later.query(
        "select guests from guest_conversion where entry_kind = 'day_pass' and not is_child limit 1"
    )
    assert guests == len(DAY_PASS_GUESTS) - 1


def test_without_conversions_the_upper_bound_is_that_of_the_binomial() -> None:
    share = converted_share([], [200] * 30 + [10] * 50, 90)
    exact = stats.binomtest(0, 30).proportion_ci(0.95, method="exact")
    assert share == pytest.approx((0, exact.low, exact.high))


@pytest.mark.parametrize("confidence", [1, 0.84])
@pytest.mark.parametrize("expected", [0.3, 1.0, 4.2, 17.0])
def test_the_interval_of_a_ratio_is_the_exact_one(expected: float, confidence: float) -> None:
    """Its end is where so many conversions or more are as rare as 2.5 %; luck lies above it."""
    count = 50
    guests = count * confidence
    rows = [
        {"host_customer_id": number, "guest_count": count, "guests": guests}
        | {"converted": number * confidence, "expected_converted": expected * confidence}
        for number in range(count + 1)
    ]
    found = ratio_intervals(pa.Table.from_pylist(rows)).to_pylist()
    assert found[0]["ratio_low"] == 0
    if confidence == 1:
        for number, row in enumerate(found[1:], 1):
            rare = stats.poisson.sf(number - 1, row["ratio_low"] * expected)
            assert rare == pytest.approx(0.025, abs=1e-4)
            rare = stats.poisson.cdf(number, row["ratio_high"] * expected)
            assert rare == pytest.approx(0.025, abs=1e-4)
    first = next(number for number, row in enumerate(found) if row["ratio_low"] > 1)
    luck = stats.binom.sf(first - 1, count, expected / count)
    [asked, *_] = ratio_intervals(pa.Table.from_pylist(rows), first + 1).to_pylist()
    assert asked["chance_above"] == pytest.approx(
        stats.binom.sf(first, count, expected / count), abs=1e-6
    )
    assert luck < 0.025
    for row in found:
        assert row["chance_above"] == pytest.approx(luck, abs=1e-6)


def test_where_no_host_is_good_luck_puts_as_many_above_as_is_said() -> None:
    """3,000 hosts of 1 to 40 guests; where all convert three times as many, one in ten is found."""
    random = np.random.default_rng(7)
    counts = random.integers(1, 41, 3000)
    shares = random.uniform(0.02, 0.2, 3000)
    confidences = random.uniform(0.8, 1, 3000)

    def above(ratio: float) -> tuple[int, float]:
        rows = [
            {"host_customer_id": number, "guest_count": count, "guests": count * confidence}
            | {"converted": random.binomial(count, min(1, share * ratio)) * confidence}
            | {"expected_converted": count * share * confidence}
            for number, (count, share, confidence) in enumerate(
                zip(counts.tolist(), shares, confidences, strict=True)
            )
        ]
        found = ratio_intervals(pa.Table.from_pylist(rows)).to_pylist()
        return sum(row["ratio_low"] > 1 for row in found), sum(row["chance_above"] for row in found)

    by_luck, said = above(1)
    assert 10 < said < 0.025 * 3000
    assert abs(by_luck - said) < 3 * said**0.5
    found, said_again = above(3)
    assert said_again == said
    assert found > 0.1 * 3000 > 4 * by_luck


def test_guests_and_hosts_of_the_sample_are_the_true_ones(
    sample_project, sample_exports: Path
) -> None:
    """The host who paid, where the truth knows one; a person's first visit, by true persons."""
    built, result = sample_project
    assert result.returncode == 0, result.stderr
    truth = sample_exports / "truth"
    [(found, right, true)] = built.query(
        f"""with firsts as (
            select person_id, arg_min(checkin_id, (checkin_datetime, checkin_id)) as checkin_id
            from read_csv('{truth}/checkins.csv') join core.core_checkins using (checkin_id)
            group by person_id
        ),
        hosts as (
            select checkin_id, true_purchaser_person_id as host
            from read_csv('{truth}/transfers.csv') where is_transfer and purchaser_in_customers
        ),
        persons as (
            select customer_id, any_value(person_id) as person_id
            from read_csv('{truth}/households.csv') group by customer_id
        ),
        compared as (
            select found.person_id as found, hosts.host
            from guest_journeys as journeys
            join persons as guest on journeys.customer_id = guest.customer_id
            join firsts on guest.person_id = firsts.person_id
            left join hosts on firsts.checkin_id = hosts.checkin_id
            left join persons as found on journeys.host_customer_id = found.customer_id
        )
        select count(found), count(*) filter (where found = host), count(host) from compared"""
    )
    assert true > 1000
    assert right / found >= 0.99
    assert right / true >= 0.97


def test_planted_conversions_are_found(sample_project, sample_exports: Path) -> None:
    """Each guest whom the sample made a member is one in the journeys, on the same days."""
    truth = sample_exports / "truth/conversions.csv"
    built, _ = sample_project
    [(planted, found, hosted, right)] = built.query(
        f"""with persons as (
            select customer_id, any_value(person_id) as person_id
            from read_csv('{truth.with_name("households.csv")}') group by customer_id
        ),
        planted as (
            select guest.person_id, host.person_id as host, first_visit_date, membership_date
            from read_csv('{truth}') as conversions
            join persons as guest on conversions.customer_id = guest.customer_id
            left join persons as host on conversions.host_customer_id = host.customer_id
            where membership_date <= (select max(checkin_date) from core.core_checkins)
        )
        select
            count(*), count(journeys.customer_id),
            count(planted.host) filter (where journeys.customer_id is not null),
            count(*) filter (where planted.host = host.person_id)
        from planted
        left join (guest_journeys as journeys
            join persons as guest on journeys.customer_id = guest.customer_id)
            on planted.person_id = guest.person_id
            and (planted.first_visit_date, planted.membership_date)
            = (journeys.first_visit_date, journeys.membership_date)
        left join persons as host on journeys.host_customer_id = host.customer_id"""
    )
    assert planted > 20
    assert found / planted >= 0.95
    assert right / hosted >= 0.95
