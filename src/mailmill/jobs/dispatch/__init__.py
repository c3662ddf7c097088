"""Who runs admitted jobs: one dispatcher for one machine, later one for many."""
