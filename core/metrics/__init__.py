"""Errors against ground truth, each number stamped with the protocol that it was measured under."""

from core.metrics.evaluation import PoseSet, evaluate
from core.metrics.fscore import f_score
from core.metrics.image import joint_errors_2d, pck
from core.metrics.measure import Measure, summarise
from core.metrics.motion import acceleration_error
from core.metrics.points import (
    aligned,
    centred_on,
    mean_point_error,
    metro_mpjpe,
    pa_mean_point_error,
    point_errors,
)
from core.metrics.protocols import Protocol, get_protocol, list_protocols

__all__ = [
    "Measure",
    "PoseSet",
    "Protocol",
    "acceleration_error",
    "aligned",
    "centred_on",
    "evaluate",
    "f_score",
    "get_protocol",
    "joint_errors_2d",
    "list_protocols",
    "mean_point_error",
    "metro_mpjpe",
    "pa_mean_point_error",
    "pck",
    "point_errors",
    "summarise",
]
