from python_udfs.landing import land_history


def model(dbt, session):
    """Grain: one row per remembered date, list and person; see landing.land_history."""
    source, nicknames = dbt.source("privacy", "erasure_requests"), dbt.ref("nicknames")
    folder, is_trial = dbt.config.meta_get("folder"), dbt.config.meta_get("is_trial") == "yes"
    return land_history(session, source, nicknames, folder, is_trial)
