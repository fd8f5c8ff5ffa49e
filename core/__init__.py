"""Everything MeshLoupe computes: bodies, methods, pipeline, rendering, export. No Qt below this line."""
