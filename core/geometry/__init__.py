"""Rotations, cameras, boxes and alignment. Each frame change is a named function here."""
