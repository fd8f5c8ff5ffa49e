"""Results as files: meshes, arrays, motion, pictures. Each is read back before success is reported."""

from core.export.amass import AmassWriter
from core.export.animated_glb import AnimatedGlbWriter
from core.export.arrays_file import StoredPeople, read_npz, read_truth, truth_path, write_npz
from core.export.arrays_writer import NpzWriter
from core.export.bvh_writer import BvhWriter
from core.export.coco_keypoints import COCO17, CocoWriter
from core.export.data_files import HumanDataWriter, SpinWriter
from core.export.mesh_files import MESH_FORMATS, write_mesh
from core.export.motion import MotionClip, motion_of, read_bvh, write_bvh
from core.export.naming import OutputNames, output_name, output_path
from core.export.on_ground import ON_GROUND_TEXT, OntoGround, onto_ground
from core.export.pictures import VideoWriter, write_png
from core.export.placement import ORIGINS, Origin, mesh_of
from core.export.report import ExportReport
from core.export.skinned_glb import write_person_glb
from core.export.track_files import TrackWriter
from core.export.video_join import join_videos

__all__ = [
    "COCO17",
    "MESH_FORMATS",
    "ON_GROUND_TEXT",
    "ORIGINS",
    "AmassWriter",
    "AnimatedGlbWriter",
    "BvhWriter",
    "CocoWriter",
    "ExportReport",
    "HumanDataWriter",
    "MotionClip",
    "NpzWriter",
    "OntoGround",
    "Origin",
    "OutputNames",
    "SpinWriter",
    "StoredPeople",
    "TrackWriter",
    "VideoWriter",
    "join_videos",
    "mesh_of",
    "motion_of",
    "onto_ground",
    "output_name",
    "output_path",
    "read_bvh",
    "read_npz",
    "read_truth",
    "truth_path",
    "write_bvh",
    "write_mesh",
    "write_npz",
    "write_person_glb",
    "write_png",
]
