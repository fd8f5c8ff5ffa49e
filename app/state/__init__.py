"""QtCore-only observable models: what is open, who is marked, what came out, how it is shown."""
