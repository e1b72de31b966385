"""Grain: one row per pair of different name words that may be the same name misspelled."""

from python_udfs.name_matching import score_word_pairs


def model(dbt, session):
    pairs = dbt.ref("match_word_pairs").select("name_field, written_word, known_word")
    if dbt.is_incremental:
        # A score depends on the two words alone, so one computed before is never computed again.
        scored = session.sql(f"select name_field, written_word, known_word from {dbt.this}")
        pairs = pairs.except_(scored)
    return score_word_pairs(pairs.order("all").to_arrow_table())
