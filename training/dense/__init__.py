"""Training of the shared backbone on dense targets: joint heatmaps, body parts, visibility."""
