from python_udfs.landing import land


def model(dbt, session):
    """Grain: one row per record of the export; see landing.land."""
    source, nicknames = (
        dbt.source("transactions", "combined_transaction_data"),
        dbt.ref("nicknames"),
    )
    return land(session, "transactions/combined_transaction_data", source, nicknames)
