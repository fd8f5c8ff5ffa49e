"""Training of the ``lite`` heads: every method of the papers on the shared, frozen backbone."""
