"""Set-up, checks and the first run behind the Makefile; standard library only where no environment exists yet."""
