from python_udfs.survival import conversion_shares


def model(dbt, session):
    """Grain: one row per entry kind, child or adult, and horizon."""
    guests = dbt.ref("guests").order("customer_id").to_arrow_table()
    horizons = [int(days) for days in dbt.config.meta_get("horizons").split(",")]
    return conversion_shares(guests, horizons)
