"""Bringing any method's body nearer to what is seen: 2D joints, the silhouette, several views of a crop."""
