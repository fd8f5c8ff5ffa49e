"""The one place that imports OpenCV: ``from core.opencv import cv2``.

OpenCV's wheel ships parts of another Qt and points two environment variables at them on import;
left in place they make our own Qt look for its platform plugins and fonts in the wrong folder.
"""

from __future__ import annotations

import os

_mine = {name: os.environ.get(name) for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")}

import cv2  # noqa: E402

for _name, _value in _mine.items():
    if _value is None:
        os.environ.pop(_name, None)
    else:
        os.environ[_name] = _value

__all__ = ["cv2"]
