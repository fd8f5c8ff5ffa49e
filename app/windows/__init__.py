"""Composition: builds widgets, models and workers, and makes all connections between them."""
