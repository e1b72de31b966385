from python_udfs.landing import land


def model(dbt, session):
    """Grain: one row per record of the export; see landing.land."""
    source, nicknames = dbt.source("privacy", "erasure_requests"), dbt.ref("nicknames")
    return land(session, "privacy/erasure_requests", source, nicknames)
