"""The desktop program and the command line; Qt lives here and nowhere else."""
