from dbt.flags import get_flags

from export_files import SCHEMA, write_files


def model(dbt, session):
    """Grain: one row per file written; the tests of the four marts have passed by then."""
    # A test holds the files back only if all that it reads stands before them: here what the guards
    # over the exports read, and the seed that a test of the interactions reads.
    dbt.ref("export_row_counts")
    dbt.source("build_state", "build_figures")
    dbt.source("build_state", "erasure_requests_built")
    dbt.ref("interaction_types")
    dbt.ref("stg_privacy__erasure_requests")
    if get_flags().EMPTY or get_flags().SAMPLE:
        # some of the rows must not take the place of all
        return SCHEMA.empty_table()
    pair = "customer_id_1, customer_id_2"
    tables = {
        "pass_transfers": (dbt.ref("pass_transfers"), "checkin_datetime, checkin_id"),
        "customer_interactions": (
            dbt.ref("customer_interactions"),
            f"interaction_date, interaction_type, {pair}",
        ),
        "customer_connections": (dbt.ref("customer_connections"), pair),
        "customer_events": (
            dbt.ref("customer_events"),
            "customer_id, event_date, event_type, event_details",
        ),
    }
    folder, formats = dbt.config.meta_get("folder"), dbt.config.meta_get("formats")
    return write_files(session, tables, folder, formats)
