"""What the models and the commands share: reading exports, names of people, settings, files."""
