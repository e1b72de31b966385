"""The same project on Apache Spark: what docs/spark.md tells of. Nothing else imports it."""
