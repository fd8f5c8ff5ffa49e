"""Frozen values on numpy that cross threads and rooms. No torch here, no behaviour beyond shape guards."""

from core.types.frames import Detection, Frame, LimbHint
from core.types.ground import GroundPlane
from core.types.inspection import (
    AttentionRecord,
    CamerasRecord,
    FusionRecord,
    HeatmapRecord,
    InspectionRecord,
    MeshStageRecord,
    PointsRecord,
    RegionRecord,
    ScoreMapRecord,
    TokenKind,
    TokenSet,
)
from core.types.results import (
    PRECISIONS,
    REFINE_LEVELS,
    FrameResult,
    Precision,
    Reconstruction,
    RefineLevel,
    Refinement,
    StageTime,
    Truth,
)
from core.types.subject import Subject

__all__ = [
    "PRECISIONS",
    "REFINE_LEVELS",
    "AttentionRecord",
    "CamerasRecord",
    "Detection",
    "Frame",
    "FrameResult",
    "FusionRecord",
    "GroundPlane",
    "HeatmapRecord",
    "InspectionRecord",
    "LimbHint",
    "MeshStageRecord",
    "PointsRecord",
    "Precision",
    "Reconstruction",
    "RefineLevel",
    "Refinement",
    "RegionRecord",
    "ScoreMapRecord",
    "StageTime",
    "Subject",
    "TokenKind",
    "TokenSet",
    "Truth",
]
