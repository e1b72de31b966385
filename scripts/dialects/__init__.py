"""The commands on dialects: show their queries, check one against exports, draft a new one."""
