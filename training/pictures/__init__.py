"""Rendered pictures on disk: made by processes of their own, read by any number of trainings.

Rendering costs a processor twice what a training step does. So pictures are rendered beside the
training, kept in shards, and used several times, each time moved, turned, mirrored and recoloured.
"""
