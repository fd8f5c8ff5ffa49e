"""A world that teaches: poses, people, clothes, cameras and pictures with exact truth."""
