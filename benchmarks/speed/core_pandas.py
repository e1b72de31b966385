"""The core job in pandas, vectorised, without loops over rows: `core_pandas.py FOLDER`."""

import sys
from pathlib import Path

import pandas as pd

folder = Path(sys.argv[1])
out = folder / "pandas"
out.mkdir(exist_ok=True)
PASS = r"^(?P<pass_type>.*) from (?P<purchaser_name>.+?)(?: \((?P<remaining>[0-9]+) remaining\))?$"
PAIR = ["day", "type", "id_1", "id_2"]

checkins = pd.read_csv(
    folder / "checkins.csv", parse_dates=["checkin_datetime"], keep_default_na=False
)
checkins["day"] = checkins["checkin_datetime"].dt.date.astype(str)
checkins["seconds"] = checkins["checkin_datetime"].astype("datetime64[s]").astype("int64")
customers = pd.read_csv(folder / "customers.csv", keep_default_na=False)
customers["name_key"] = customers["full_name"].str.lower()
names = customers.drop_duplicates("name_key", keep=False)
names = names[["name_key", "customer_id"]].rename(columns={"customer_id": "purchaser_id"})

sold = checkins[checkins["entry_method"].isin(["ENT", "GUE"])]
sold = sold[sold["description"].str.contains(" from ", regex=False)]
transfers = pd.concat([sold, sold["description"].str.extract(PASS)], axis=1)
transfers["name_key"] = transfers["purchaser_name"].str.lower()
transfers = transfers.merge(names, on="name_key", how="left").astype({"purchaser_id": "Int64"})
transfers = transfers.rename(columns={"customer_id": "user_id"})
transfers.loc[transfers["purchaser_id"] == transfers["user_id"], "purchaser_id"] = pd.NA
known = transfers[transfers["purchaser_id"].notna()].astype({"purchaser_id": "int64"})

# the next, the one after that, ... in the order of arrival, until nobody is within half an hour
arrivals = checkins.sort_values(["location_id", "seconds"], ignore_index=True)
meetings = []
step = 0
while True:
    step += 1
    later = arrivals[["location_id", "day", "seconds", "customer_id"]].shift(-step)
    near = (later["location_id"] == arrivals["location_id"]) & (
        later["seconds"] - arrivals["seconds"] <= 1800
    )
    if not near.any():
        break
    near &= (later["day"] == arrivals["day"]) & (later["customer_id"] != arrivals["customer_id"])
    one, other = arrivals.loc[near, "customer_id"], later.loc[near, "customer_id"].astype("int64")
    meetings.append(
        pd.DataFrame(
            {
                "day": arrivals.loc[near, "day"],
                "id_1": one.where(one < other, other),
                "id_2": other.where(one < other, one),
                "apart": (later["seconds"] - arrivals["seconds"])[near].astype("int64"),
            }
        )
    )
met = pd.concat(meetings).groupby(["day", "id_1", "id_2"], as_index=False)
met = met.agg(times=("apart", "size"), apart=("apart", "min")).assign(type="same_day_checkin")


def pairs(one: pd.Series, other: pd.Series, day: pd.Series, kind: str) -> pd.DataFrame:
    low, high = one.where(one < other, other), other.where(one < other, one)
    return pd.DataFrame({"day": day, "type": kind, "id_1": low, "id_2": high})


guests = known[known["entry_method"] == "GUE"]
group = known.merge(known, on=["day", "purchaser_id", "pass_type"], suffixes=("", "_2"))
group = group[group["user_id"] < group["user_id_2"]]
passes = pd.concat(
    [
        pairs(known["user_id"], known["purchaser_id"], known["day"], "shared_pass"),
        pairs(guests["user_id"], guests["purchaser_id"], guests["day"], "frequent_guest"),
        pairs(group["user_id"], group["user_id_2"], group["day"], "same_purchase_group"),
    ]
)
passes = passes.groupby(PAIR, as_index=False).size().rename(columns={"size": "times"})
interactions = pd.concat([met, passes.assign(apart=pd.NA)]).astype({"apart": "Int64"})
interactions = interactions.sort_values(PAIR)[[*PAIR, "times", "apart"]]

typed = interactions.groupby(["id_1", "id_2", "type"], as_index=False)
typed = typed.agg(n=("day", "size"), first_day=("day", "min"), last_day=("day", "max"))
connections = typed.groupby(["id_1", "id_2"], as_index=False).agg(
    interaction_count=("n", "sum"),
    first_day=("first_day", "min"),
    last_day=("last_day", "max"),
    types=("type", ",".join),
)
edges = [0, 1, 2, 4, 9, float("inf")]
connections["strength"] = pd.cut(connections["interaction_count"], edges, labels=[1, 2, 3, 4, 5])

events = pd.concat(
    [
        frame.rename(columns={person: "customer_id"})[
            ["customer_id", "checkin_datetime", "checkin_id"]
        ].assign(type=kind)
        for frame, person, kind in (
            (checkins, "customer_id", "checkin"),
            (known, "purchaser_id", "shared_pass"),
            (known, "user_id", "received_shared_pass"),
        )
    ]
)
event_order = ["customer_id", "checkin_datetime", "type", "checkin_id"]
transfers["remaining"] = transfers["remaining"].astype("Int64")
transfer_columns = ["checkin_id", "day", "entry_method", "user_id", "pass_type"]
transfer_columns += ["purchaser_name", "remaining", "purchaser_id"]
transfers.sort_values("checkin_id")[transfer_columns].to_csv(out / "transfers.csv", index=False)
interactions.to_csv(out / "interactions.csv", index=False)
connections.to_csv(out / "connections.csv", index=False)
events.sort_values(event_order)[event_order].to_csv(out / "events.csv", index=False)
