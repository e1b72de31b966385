from python_udfs.landing import land


def model(dbt, session):
    """Grain: one row per record of the export; see landing.land."""
    source, nicknames = dbt.source("reviews", "answers"), dbt.ref("nicknames")
    return land(session, "reviews/answers", source, nicknames)
