"""Errors against ground truth, each number stamped with the protocol that it was measured under."""

from core.metrics.between import (
    Distances,
    Placed,
    disagreement,
    distances,
    laid_onto,
    pelvis_in_camera,
    same_mesh,
)
from core.metrics.curves import auc
from core.metrics.evaluation import PoseSet, Samples, evaluate, per_person
from core.metrics.fscore import f_score
from core.metrics.image import joint_errors_2d, pck
from core.metrics.measure import Measure, summarise
from core.metrics.motion import acceleration_error
from core.metrics.oks import KeypointGuess, KeypointTruth, oks, oks_average_precision
from core.metrics.points import (
    aligned,
    aligned_with_reflection,
    centred_on,
    mean_point_error,
    metro_mpjpe,
    pa_mean_point_error,
    point_errors,
)
from core.metrics.protocols import METRO24_TO_LSP14, Curve, Protocol, get_protocol, list_protocols

__all__ = [
    "METRO24_TO_LSP14",
    "Curve",
    "Distances",
    "KeypointGuess",
    "KeypointTruth",
    "Measure",
    "Placed",
    "PoseSet",
    "Protocol",
    "Samples",
    "acceleration_error",
    "aligned",
    "aligned_with_reflection",
    "auc",
    "centred_on",
    "disagreement",
    "distances",
    "evaluate",
    "f_score",
    "get_protocol",
    "joint_errors_2d",
    "laid_onto",
    "list_protocols",
    "mean_point_error",
    "metro_mpjpe",
    "oks",
    "oks_average_precision",
    "pa_mean_point_error",
    "pck",
    "pelvis_in_camera",
    "per_person",
    "point_errors",
    "same_mesh",
    "summarise",
]
