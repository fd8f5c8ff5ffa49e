"""From files to people: sources, the engine, joint files, truth, jobs over many inputs.

Names are imported on use, so that reading a picture needs no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.pipeline.camera_feeds import list_cameras
    from core.pipeline.cameras import CameraSource, LiveCamera, open_camera
    from core.pipeline.config import EngineConfig
    from core.pipeline.engine import Engine, open_engine
    from core.pipeline.job_spec import InferJob, JobStep
    from core.pipeline.jobs import run_job
    from core.pipeline.joints_file import JointsFile, read_joints_file, write_joints_file
    from core.pipeline.samples import bundled_samples, sample_joints
    from core.pipeline.shards import Shard
    from core.pipeline.sources import Source, open_source, read_picture
    from core.pipeline.truth import truth_for
    from core.pipeline.video_people import VideoPeople
    from core.pipeline.videos import VideoFile

_HOME = {
    "CameraSource": "cameras",
    "Engine": "engine",
    "EngineConfig": "config",
    "InferJob": "job_spec",
    "JobStep": "job_spec",
    "JointsFile": "joints_file",
    "LiveCamera": "cameras",
    "Shard": "shards",
    "Source": "sources",
    "VideoFile": "videos",
    "VideoPeople": "video_people",
    "bundled_samples": "samples",
    "list_cameras": "camera_feeds",
    "open_camera": "cameras",
    "open_engine": "engine",
    "open_source": "sources",
    "read_joints_file": "joints_file",
    "read_picture": "sources",
    "run_job": "jobs",
    "sample_joints": "samples",
    "truth_for": "truth",
    "write_joints_file": "joints_file",
}

__all__ = [
    "CameraSource",
    "Engine",
    "EngineConfig",
    "InferJob",
    "JobStep",
    "JointsFile",
    "LiveCamera",
    "Shard",
    "Source",
    "VideoFile",
    "VideoPeople",
    "bundled_samples",
    "list_cameras",
    "open_camera",
    "open_engine",
    "open_source",
    "read_joints_file",
    "read_picture",
    "run_job",
    "sample_joints",
    "truth_for",
    "write_joints_file",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
