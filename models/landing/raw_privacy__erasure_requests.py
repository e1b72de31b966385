from raw_exports import read_export


def model(dbt, session):
    """Grain: one row per record of the export; see raw_exports.read_export."""
    return read_export(
        session, "privacy/erasure_requests", dbt.source("privacy", "erasure_requests")
    )
