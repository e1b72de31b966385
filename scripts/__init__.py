"""The commands that people and schedules start: `python -m scripts <command>`."""
