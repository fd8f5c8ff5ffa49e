"""Which part of the picture, or which joint, moves a chosen point of the body. Engine's thread only."""

from __future__ import annotations

import threading
from typing import Any

from app.engine.requests import WhyRequest
from core.types import InspectionRecord


def explain(engine: Any, request: WhyRequest, cancel: threading.Event) -> InspectionRecord:
    """The record that answers a `WhyRequest`."""
    from core.pipeline.sensitivity import BodyPoint, gradient, joint_influence, occlusion

    point = BodyPoint(request.kind, request.number, request.name)
    match request.how:
        case "occlusion":
            return occlusion(
                engine,
                request.frame,
                request.person,
                point,
                cancel=cancel,
                progress=request.progress,
            )
        case "gradient":
            return gradient(engine, request.frame, request.person, point, cancel=cancel)
        case "joints":
            return joint_influence(engine, request.frame, request.person, point)
