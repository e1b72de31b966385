from python_udfs.raw_exports import list_export_files


def model(dbt, session):
    """Grain: one row per file under the exports root; see raw_exports.list_export_files."""
    return list_export_files(session, dbt.source("exports", "files"))
