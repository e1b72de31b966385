from python_udfs.export_files import ORDERS, SCHEMA, write_files


def model(dbt, session):
    """Grain: one row per file written; the tests of the four marts have passed by then."""
    # A test holds the files back only if all that it reads stands before them: here what the guards
    # over the exports read, and the seed that a test of the interactions reads.
    dbt.ref("export_row_counts")
    dbt.ref("output_rates")
    dbt.source("build_state", "build_figures")
    dbt.source("build_state", "erasure_requests_built")
    dbt.ref("interaction_types")
    dbt.ref("unreadable_values")
    dbt.ref("erasure_requests_met")
    dbt.ref("guest_conversion")
    # a memory that cannot be read holds them back, too
    dbt.ref("action_list")
    dbt.ref("action_history")
    dbt.ref("action_outcomes")
    marts = {
        "pass_transfers": dbt.ref("pass_transfers"),
        "customer_interactions": dbt.ref("customer_interactions"),
        "customer_connections": dbt.ref("customer_connections"),
        "customer_events": dbt.ref("customer_events"),
    }
    if dbt.source("build_state", "this_command").fetchall() != [(True,)]:
        # without its tests, or with some of the rows, nothing takes the place of what was tested
        return SCHEMA.empty_table()
    tables = {name: (rows, ORDERS[name]) for name, rows in marts.items()}
    folder, formats = dbt.config.meta_get("folder"), dbt.config.meta_get("formats")
    return write_files(session, tables, folder, formats)
