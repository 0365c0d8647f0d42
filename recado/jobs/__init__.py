"""Jobs: work in the background that people can watch and stop, and schedules that make jobs."""
