"""The core job in polars, lazily and with all of its threads: `core_polars.py FOLDER`."""

import sys
from pathlib import Path

import polars as pl

folder = Path(sys.argv[1])
out = folder / "polars"
out.mkdir(exist_ok=True)
PASS = r"^(?<pass_type>.*) from (?<purchaser_name>.+?)(?: \((?<remaining>[0-9]+) remaining\))?$"
PAIR = ["day", "type", "id_1", "id_2"]

checkins = (
    pl.read_csv(folder / "checkins.csv", try_parse_dates=True)
    .with_columns(
        day=pl.col("checkin_datetime").dt.date(),
        seconds=pl.col("checkin_datetime").dt.epoch("s"),
    )
    .lazy()
)
names = (
    pl.scan_csv(folder / "customers.csv")
    .select("customer_id", name_key=pl.col("full_name").str.to_lowercase())
    .group_by("name_key")
    .agg(purchaser_id=pl.col("customer_id").min(), holders=pl.len())
    .filter(pl.col("holders") == 1)
    .drop("holders")
)
transfers = (
    checkins.filter(
        pl.col("entry_method").is_in(["ENT", "GUE"]) & pl.col("description").str.contains(" from ")
    )
    .with_columns(text=pl.col("description").str.extract_groups(PASS))
    .unnest("text")
    .with_columns(name_key=pl.col("purchaser_name").str.to_lowercase())
    .join(names, on="name_key", how="left")
    .with_columns(
        remaining=pl.col("remaining").cast(pl.Int64),
        purchaser_id=pl.when(pl.col("purchaser_id") != pl.col("customer_id")).then(
            pl.col("purchaser_id")
        ),
    )
    .select(
        "checkin_id", "checkin_datetime", "day", "entry_method",
        pl.col("customer_id").alias("user_id"), "pass_type", "purchaser_name",
        "remaining", "purchaser_id",
    )
    .collect()
    .lazy()
)  # fmt: skip
known = transfers.filter(pl.col("purchaser_id").is_not_null())

# one half hour meets itself and both its neighbours, so that the join is by equality
arrivals = checkins.select(
    "day", "location_id", "customer_id", "seconds", bucket=pl.col("seconds") // 1800
)
others = pl.concat([arrivals.with_columns(pl.col("bucket") + step) for step in (-1, 0, 1)])
meetings = (
    arrivals.join(others, on=["day", "location_id", "bucket"], suffix="_2")
    .with_columns(apart=(pl.col("seconds") - pl.col("seconds_2")).abs())
    .filter((pl.col("customer_id") < pl.col("customer_id_2")) & (pl.col("apart") <= 1800))
    .group_by("day", pl.col("customer_id").alias("id_1"), pl.col("customer_id_2").alias("id_2"))
    .agg(times=pl.len().cast(pl.Int64), apart=pl.col("apart").min())
    .with_columns(type=pl.lit("same_day_checkin"))
)
shared = known.with_columns(
    id_1=pl.min_horizontal("user_id", "purchaser_id"),
    id_2=pl.max_horizontal("user_id", "purchaser_id"),
)
passes = pl.concat(
    [
        shared.with_columns(type=pl.lit("shared_pass")),
        shared.filter(pl.col("entry_method") == "GUE").with_columns(type=pl.lit("frequent_guest")),
        known.join(known, on=["day", "purchaser_id", "pass_type"], suffix="_2")
        .filter(pl.col("user_id") < pl.col("user_id_2"))
        .with_columns(
            type=pl.lit("same_purchase_group"), id_1=pl.col("user_id"), id_2=pl.col("user_id_2")
        ),
    ],
    how="diagonal",
)
columns = [*PAIR, "times", "apart"]
passes = passes.group_by(PAIR).agg(times=pl.len().cast(pl.Int64), apart=pl.lit(None, pl.Int64))
interactions = (
    pl.concat([meetings.select(columns), passes.select(columns)])
    .sort(PAIR)
    .collect(engine="streaming")
)

connections = (
    interactions.lazy()
    .group_by("id_1", "id_2", "type")
    .agg(n=pl.len(), first_day=pl.col("day").min(), last_day=pl.col("day").max())
    .sort("type")
    .group_by("id_1", "id_2", maintain_order=True)
    .agg(
        interaction_count=pl.col("n").sum(),
        first_day=pl.col("first_day").min(),
        last_day=pl.col("last_day").max(),
        types=pl.col("type").str.join(","),
    )
    .with_columns(
        strength=pl.when(pl.col("interaction_count") >= 10)
        .then(5)
        .when(pl.col("interaction_count") >= 5)
        .then(4)
        .otherwise(pl.min_horizontal("interaction_count", 3))
    )
    .sort("id_1", "id_2")
    .collect()
)
events = pl.concat(
    [
        frame.select(
            "checkin_datetime", "checkin_id", customer_id=pl.col(person), type=pl.lit(kind)
        ).select("customer_id", "checkin_datetime", "type", "checkin_id")
        for frame, person, kind in (
            (checkins, "customer_id", "checkin"),
            (known, "purchaser_id", "shared_pass"),
            (known, "user_id", "received_shared_pass"),
        )
    ]
)  # fmt: skip
moment = "%Y-%m-%d %H:%M:%S"
transfers.drop("checkin_datetime").sort("checkin_id").collect().write_csv(out / "transfers.csv")
interactions.write_csv(out / "interactions.csv")
connections.write_csv(out / "connections.csv")
events.sort("customer_id", "checkin_datetime", "type", "checkin_id").collect().write_csv(
    out / "events.csv", datetime_format=moment
)
