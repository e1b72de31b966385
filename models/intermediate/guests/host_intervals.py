from python_udfs.survival import ratio_intervals


def model(dbt, session):
    """Grain: one row per host whose guests let expect any conversion."""
    hosts = dbt.ref("host_expectations").filter("expected_converted > 0")
    least = int(dbt.config.meta_get("min_conversions"))
    return ratio_intervals(hosts.order("host_customer_id").to_arrow_table(), least)
