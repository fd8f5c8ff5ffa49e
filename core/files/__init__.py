"""Files from strangers: read without executing anything; and files of ours, written whole or not at all."""

from core.files.atomic import RUN, remove_unfinished, write_atomically
from core.files.inert import InertObject, read_npy, read_npz, read_pickle
from core.files.opening import file_sha256

__all__ = [
    "RUN",
    "InertObject",
    "file_sha256",
    "read_npy",
    "read_npz",
    "read_pickle",
    "remove_unfinished",
    "write_atomically",
]
