"""Training terms, each with the equation it comes from."""
