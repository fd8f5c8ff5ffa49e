"""Set-up, checks and the first run behind the Makefile."""
