"""Training on data sets: mixes, augmentation, the papers' settings."""
