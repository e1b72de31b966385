"""The dashboard: two HTML files, each complete in itself, from the published database."""
