"""Plans: daily logs, notes, and how far the tasks are."""
