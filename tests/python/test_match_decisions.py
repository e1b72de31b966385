"""Who is put down as the purchaser, decided by the models themselves on one small gym.

Each case is a check-in of its own; the filler customers only make names common or rare.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from conftest import PROJECT, Project

NOON = datetime(2025, 3, 1, 12)
FILLER = 300
SYLLABLES = ("ba", "do", "ki", "lu", "me", "ra", "so", "ti", "va", "zu")

# customer_id: first name, last name, and what else the record says
CUSTOMERS = {
    1: ("Anna", "Unikum", {}),
    2: ("Robert", "Quillfeather", {}),
    3: ("Maria", "Twinname", {"birthday": "1980-01-01"}),
    4: ("Maria", "Twinname", {"birthday": "1991-01-01"}),
    5: ("Peter", "Samesame", {"birthday": "1980-01-01"}),
    6: ("Peter", "Samesame", {"birthday": "1991-01-01"}),
    7: ("John", "Fatherson", {}),
    8: ("Karen", "Marriedname", {"email": "karen@example.com"}),
    9: ("Dora", "Doublerecord", {"birthday": "1985-05-05"}),
    10: ("DORA", "DOUBLERECORD", {"birthday": "1985-05-05"}),
    11: ("Null", "Nanning", {}),
    12: ("Нина", "Петрова", {}),
    13: ("Joaquim", "Silvarinho", {}),
    14: ("Hedwig", "Learnedson", {}),
    15: ("Dean", "Coachman", {}),
    16: ("Junior", "Sanchero", {}),
    17: ("Jack", "Ma", {}),
    18: ("Cherise", "", {}),
    19: ("太郎", "山田", {}),
    20: ("철수", "김", {}),
    21: ("Acmeville", "Inc", {}),
    22: ("María José", "de la Fontana", {}),
    23: ("Nils", "Bergströmer", {}),
    24: ("Major", "Tomlinsky", {}),
    25: ("Dr. Ida", "Oldmeadow Sr.", {"birthday": "1940-01-01"}),
    26: ("Ida", "Oldmeadow Jr.", {"birthday": "1970-01-01"}),
    27: ("Zelda", "Pairwell", {}),
    29: ("Ottilie", "Degreeson", {}),
    30: ("Rosalind", "Commaton", {}),
    31: ("Brunhild", "Titlewell", {}),
    32: ("花子", "鈴木", {}),
    28: ("Yorick", "Pairwell", {}),
    40: ("Clara", "Motherly", {"birthday": "1980-01-01"}),
    41: ("Clara", "Motherly", {"birthday": "1990-01-01"}),
    42: ("Mia", "Daughterly", {}),
    43: ("Hugo", "Seniorly", {"birthday": "2001-01-01"}),
    44: ("Hugo", "Seniorly", {"birthday": "1970-01-01"}),
    45: ("Lena", "Marriedlater", {}),
    46: ("Irma", "Auntly", {}),
    47: ("Rosa", "Wifely", {}),
    48: ("Karl", "Wifely", {}),
    49: ("Nora", "Twoages", {"birthday": "1985-01-01"}),
    50: ("Nora", "Twoages", {"birthday": "2016-01-01"}),
    51: ("Paul", "Strangely", {}),
    90: ("Recipient", "Somebody", {}),
    91: ("Niece", "Somebody", {}),
}
# Payments in another name than that of the pass.
OTHER_CARDS = (
    ("husband", "Karl Wifely", "a card of the husband"),
    ("stranger", "Paul Strangely", "a card of somebody else"),
)
# Who is recorded as whose relative.
RELATIVES = ((40, 42), (44, 43), (46, 91), (47, 48))
# What the pass says, who used it, and who bought it as far as anybody can tell.
CASES = {
    "an exact name": ("Anna Unikum", 90, 1, "name_exact"),
    "a nickname": ("Bob Quillfeather", 90, 2, "name_nickname"),
    "a slip": ("Anna Uniukm", 90, 1, "name_fuzzy"),
    "the namesake who came along": ("Maria Twinname", 90, 3, "name_exact"),
    "namesakes without evidence": ("Peter Samesame", 90, None, "ambiguous"),
    "nobody in the table": ("Wilhelmina Strangerly", 90, None, "no_match"),
    "the user himself": ("John Fatherson", 7, None, "no_match"),
    "the e-mail address of the payment": ("Karen Maidenname", 90, 8, "email_link"),
    "two records of one person": ("Dora Doublerecord", 90, 9, "name_exact"),
    "a person called Null": ("Null Nanning", 90, 11, "name_exact"),
    "another script": ("Нина Петрова", 90, 12, "name_exact"),
    "a generation with an accent": ("Joaquim Silvarinho Júnior", 90, 13, "name_exact"),
    "a degree": ("Hedwig Learnedson, Ph.D.", 90, 14, "name_exact"),
    "a degree in two words": ("Ottilie Degreeson Ph. D.", 90, 29, "name_exact"),
    "a title and Last, First": ("Commaton, Prof. Rosalind", 90, 30, "name_exact"),
    "two titles": ("Prof. Dr. Brunhild Titlewell", 90, 31, "name_exact"),
    "a title of the gym": ("Coach Dean Coachman", 90, 15, "name_exact"),
    "a name like a title": ("Dean Coachman", 90, 15, "name_exact"),
    "a first name like a generation": ("Junior Sanchero", 90, 16, "name_exact"),
    "a last name like a degree": ("Jack Ma", 90, 17, "name_exact"),
    "a first name like a rank": ("Major Tomlinsky", 90, 24, "name_exact"),
    "the elder of a name": ("Ida Oldmeadow, Senior", 90, 25, "name_exact"),
    "one word, as on record": ("Cherise", 90, 18, "name_exact"),
    "the family name in front": ("山田太郎", 90, 19, "name_exact"),
    "with an ideographic blank": ("鈴木　花子", 90, 32, "name_exact"),
    "the given name in front": ("太郎山田", 90, 19, "name_exact"),
    "Hangul": ("김철수", 90, 20, "name_exact"),
    "a company": ("Acmeville, Inc.", 90, 21, "name_exact"),
    "particles": ("Maria Jose De La Fontana", 90, 22, "name_exact"),
    "an umlaut in two letters": ("Nils Bergstroemer", 90, 23, "name_fuzzy"),
    "two people": ("Zelda and Yorick Pairwell", 90, None, "no_match"),
    "a list of people": ("Zelda Pairwell, Yorick Pairwell", 90, None, "no_match"),
    "a family": ("the Pairwell Family", 90, None, "no_match"),
    "one letter": ("X", 90, None, "no_match"),
    "punctuation only": ("?!. -", 90, None, "no_match"),
    "emoji only": ("🙂", 90, None, "no_match"),
    "300 letters": ("Q" * 300, 90, None, "no_match"),
    "a bracket left open": ("Bob (", 90, None, "no_match"),
    "the namesake who is the mother": ("Clara Motherly", 42, 40, "name_exact"),
    "the same namesakes for a stranger": ("Clara Motherly", 90, None, "ambiguous"),
    "a father with the name of his son": ("Hugo Seniorly", 43, 44, "name_exact"),
    "the grown-up of two namesakes": ("Nora Twoages", 90, 49, "name_exact"),
    "a maiden name of one who came along": ("Lena Maidenly", 90, 45, "context"),
    "a maiden name of one who stayed away": ("Lena Maidenly", 91, None, "no_match"),
    "an uncle who is in no record": ("Gustav Auntly", 91, None, "no_match"),
    "a card of the husband": ("Rosa Wifely", 90, 47, "name_exact"),
    "a card of somebody else": ("Anna Unikum", 91, 1, "name_exact"),
    "a first initial": ("A. Unikum", 91, 1, "name_fuzzy"),
    "the last name first": ("Unikum, Anna", 91, 1, "name_exact"),
}


def filler_name(number: int) -> tuple[str, str]:
    first, second, third = number % 10, number // 10 % 10, number // 100
    return (
        (SYLLABLES[first] + SYLLABLES[second]).title(),
        (SYLLABLES[third] + SYLLABLES[second] + SYLLABLES[first] + "ton").title(),
    )


def checkin(number: int, customer: int, when: datetime, description: str) -> dict[str, object]:
    return {
        "checkin_id": number,
        "customer_id": customer,
        "checkin_datetime": when,
        "created_at": when,
        "entry_method": "ENT",
        "entry_method_description": description,
        "location_id": "1",
    }


@pytest.fixture(scope="module")
def matched(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    folder = tmp_path_factory.mktemp("decisions")
    project = Project(folder, folder / "exports")
    people = {number: (first, last, more) for number, (first, last, more) in CUSTOMERS.items()}
    people |= {1000 + number: (*filler_name(number), {}) for number in range(FILLER)}
    project.write(
        "capitan/customers",
        [
            {"customer_id": number, "first_name": first, "last_name": last, **more}
            for number, (first, last, more) in people.items()
        ],
    )
    checkins = []
    # A week apart, with somebody else at the gym each time.
    for place, (name, user, _, _) in enumerate(CASES.values()):
        when = NOON + timedelta(weeks=place)
        checkins.append(checkin(place, user, when, f"Day Pass from {name} (0 remaining)"))
        checkins.append(checkin(500 + place, 1000 + place, when, "Climbing Class (0 remaining)"))
    twin_day = NOON + timedelta(weeks=list(CASES).index("the namesake who came along"))
    checkins.append(checkin(900, 3, twin_day - timedelta(minutes=1), "Day Pass (1 remaining)"))
    along = list(CASES).index("a maiden name of one who came along")
    came = NOON + timedelta(weeks=along, minutes=-1)
    checkins.append(checkin(901, 45, came, "Day Pass (1 remaining)"))
    project.write("capitan/checkins", checkins)
    project.write(
        "capitan/relations",
        [
            {"customer_id": one, "related_customer_id": other, "relationship": "CHI"}
            for one, other in RELATIVES
        ],
    )
    mail_day = NOON + timedelta(weeks=list(CASES).index("the e-mail address of the payment"))
    project.write(
        "transactions/combined_transaction_data",
        [
            {
                "transaction_id": "t1",
                "Description": "CAPITAN: Day Pass",
                "Name": "Karen Maidenname",
                "Date": mail_day.date(),
                "billing_email": "Karen@Example.com",
                "Total Amount": "20.00",
                "Day Pass Count": 2,
            },
            *(
                {
                    "transaction_id": number,
                    "Description": "CAPITAN: Day Pass",
                    "Name": name,
                    "Date": (NOON + timedelta(weeks=list(CASES).index(case))).date(),
                    "Total Amount": "10.00",
                    "Day Pass Count": 1,
                }
                for number, name, case in OTHER_CARDS
            ),
        ],
    )
    dbt = str(PROJECT / ".venv/bin/dbt")
    built = project.run(
        dbt, "build", "--select", "+pass_transfers_matched",
        "--resource-type", "model", "--resource-type", "seed",
    )  # fmt: skip
    assert built.returncode == 0, built.stdout
    columns = (
        "checkin_id", "purchaser_customer_id", "match_method", "match_confidence",
        "linked_transaction_id", "linked_paid_amount", "linked_pass_count",
        "duplicate_customer_ids", "runner_up_customer_id",
    )  # fmt: skip
    rows = project.query(f"select {', '.join(columns)} from intermediate.pass_transfers_matched")
    by_checkin = {row[0]: dict(zip(columns, row, strict=True)) for row in rows}
    return {case: by_checkin[place] for place, case in enumerate(CASES) if place in by_checkin}


@pytest.mark.parametrize("case", CASES)
def test_the_purchaser_is(matched: dict[str, dict], case: str) -> None:
    _, _, customer, method = CASES[case]
    decided = matched[case]
    assert (decided["purchaser_customer_id"], decided["match_method"]) == (customer, method)


def test_the_payment_brings_its_facts(matched: dict[str, dict]) -> None:
    decided = matched["the e-mail address of the payment"]
    assert decided["match_confidence"] == 99
    assert decided["linked_transaction_id"] == "t1"
    assert (float(decided["linked_paid_amount"]), decided["linked_pass_count"]) == (20.0, 2)


def test_a_relatives_card_paid_and_a_strangers_did_not(matched: dict[str, dict]) -> None:
    assert matched["a card of the husband"]["linked_transaction_id"] == "husband"
    assert matched["a card of somebody else"]["linked_transaction_id"] is None


def test_one_person_is_no_rival_to_himself(matched: dict[str, dict]) -> None:
    decided = matched["two records of one person"]
    assert decided["duplicate_customer_ids"] == "9,10"
    assert decided["runner_up_customer_id"] is None
