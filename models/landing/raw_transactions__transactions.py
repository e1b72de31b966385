from raw_exports import read_export


def model(dbt, session):
    """Grain: one row per record of the export; see raw_exports.read_export."""
    files = dbt.source("transactions", "combined_transaction_data")
    return read_export(session, "transactions/combined_transaction_data", files)
