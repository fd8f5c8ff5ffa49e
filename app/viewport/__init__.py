"""The 3D view: camera and mouse here, pixels from `core.render` on a thread of their own."""

from app.viewport.mesh_viewport import MeshViewport
from app.viewport.paint import Measurement
from app.viewport.worker import render_theme

__all__ = ["Measurement", "MeshViewport", "render_theme"]
