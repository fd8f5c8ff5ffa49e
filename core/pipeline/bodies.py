"""The body that a method is asked to use, with the files of the user's that belong to it.

A licensed body model comes as several files: the model, the sampling matrices of its coarse levels,
joint regressors. They are looked for beside the model file and among the files kept by
``meshloupe weights add``.
"""

from __future__ import annotations

from pathlib import Path

from core.body import BodyModel, load_body
from core.errors import BodyError, MeshLoupeError
from core.weights import inspect_file
from core.weights.user_folder import list_files

EMBEDDED_NAMES = ("", "embedded", "embedded_hand")
# Names under which a kept model can be asked for, and its kind in the user's folder.
KEPT_NAMES = {"smpl": "body", "mano": "hand"}
SAMPLING_NAME = "mesh_downsampling.npz"
REGRESSOR_NAMES = ("J_regressor_h36m_correct.npy", "J_regressor_h36m.npy")
H36M_JOINTS = 17


def open_body(name_or_path: str) -> BodyModel | None:
    """The body of ``--body``; None stands for the method's embedded default.

    Args:
        name_or_path: ``embedded``, ``smpl`` or ``mano`` for the model kept last, or a model file.

    Raises:
        BodyError: no such body, or its files do not belong together.
        InputError, UnsafeFileError: a file cannot be read.
    """
    if name_or_path in EMBEDDED_NAMES:
        return None if name_or_path != "embedded_hand" else load_body(name_or_path)
    path = _kept_model(name_or_path) if name_or_path.lower() in KEPT_NAMES else Path(name_or_path)
    body = load_body(path)
    vertices = body.vertex_count
    regressor = _regressor_for(path, vertices)
    regressors = {"h36m17": regressor} if regressor else {}
    sampling = _sampling_for(path)
    if sampling is None and not regressors:
        return body
    return load_body(path, sampling=sampling, joint_regressors=regressors)


def _kept_model(name: str) -> Path:
    kept = list_files(KEPT_NAMES[name.lower()])
    if not kept:
        raise BodyError(
            f"no {name.upper()} model is kept here",
            cure="bring it with `meshloupe weights add FILE`, or give its path to --body",
        )
    return kept[-1].path


def _sampling_for(model: Path) -> Path | None:
    """Sampling matrices: beside the model, else the newest kept ones that fit its mesh."""
    beside = model.with_name(SAMPLING_NAME)
    if beside.is_file():
        return beside
    for stored in reversed(list_files("mesh sampling")):
        try:
            load_body(model, sampling=stored.path)
        except MeshLoupeError:
            continue  # matrices of another mesh
        return stored.path
    return None


def _regressor_for(model: Path, vertices: int) -> Path | None:
    """The Human3.6M regressor for that mesh: beside the model, else the newest kept."""
    for name in REGRESSOR_NAMES:
        if model.with_name(name).is_file():
            return model.with_name(name)
    for stored in reversed(list_files("joint regressor")):
        shape = inspect_file(stored.path).tensors[0].shape
        if tuple(shape) == (H36M_JOINTS, vertices):
            return stored.path
    return None
