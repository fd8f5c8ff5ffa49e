"""Bodies that users bring: the files that belong together find each other."""

from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from core.errors import BodyError
from core.methods import create_method
from core.pipeline.bodies import open_body
from core.weights import add_file
from core.weights.synthetic import (
    synthetic_adjacency,
    synthetic_resample,
    synthetic_smpl,
)


def objects(matrices: list) -> np.ndarray:
    """The authors' files hold lists of matrices as object arrays."""
    array = np.empty(len(matrices), dtype=object)
    array[:] = matrices
    return array


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A made-up SMPL, its sampling matrices and its Human3.6M regressor, each in an own folder."""
    root = tmp_path_factory.mktemp("smpl")
    for name in ("model", "sampling", "regressor"):
        (root / name).mkdir()
    arrays = synthetic_smpl("public")
    paths = {
        "model": root / "model" / "SMPL_NEUTRAL.npz",
        "sampling": root / "sampling" / "mesh_downsampling.npz",
        "regressor": root / "regressor" / "J_regressor_h36m_correct.npy",
    }
    model = {k: v for k, v in arrays.items() if k not in ("J_regressor_h36m", "J_regressor_extra")}
    np.savez(paths["model"], **model)
    np.save(paths["regressor"], arrays["J_regressor_h36m"])
    sizes = ((1723, 6890), (431, 1723))
    down = [sp.csc_matrix(synthetic_resample("D", c, f, "public")) for c, f in sizes]
    up = [sp.csc_matrix(synthetic_resample("U", f, c, "public")) for c, f in sizes]
    graphs = [sp.eye(6890, format="csc"), sp.eye(1723, format="csc")]
    graphs.append(sp.csc_matrix(synthetic_adjacency(431)))
    np.savez(
        paths["sampling"], A=objects(graphs), D=objects(down), U=objects(up), allow_pickle=True
    )
    return paths


def test_the_embedded_body_is_left_to_the_method() -> None:
    assert open_body("embedded") is None
    hand = open_body("embedded_hand")
    assert hand is not None
    assert hand.vertex_count == 778


def test_a_model_alone_has_one_level_and_metro_says_what_is_missing(files: dict[str, Path]) -> None:
    body = open_body(str(files["model"]))
    assert body is not None
    assert body.level_sizes == (6890,)
    with pytest.raises(BodyError, match="mesh_downsampling"):
        create_method("metro", variant="body_r50", body=body)


def test_files_kept_earlier_are_found(files: dict[str, Path]) -> None:
    for path in files.values():
        add_file(path)
    for name in (str(files["model"]), "smpl"):
        body = open_body(name)
        assert body is not None
        assert body.level_sizes == (6890, 1723, 431)
        assert "h36m17" in body.joint_sets()
        true = synthetic_smpl("public")["J_regressor_h36m"]
        assert np.allclose(body.regressor("h36m17").numpy(), true, atol=1e-6)


def test_files_beside_the_model_are_found(files: dict[str, Path], tmp_path: Path) -> None:
    for path in files.values():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    body = open_body(str(tmp_path / files["model"].name))
    assert body is not None
    assert body.level_sizes == (6890, 1723, 431)


def test_asking_for_a_kept_model_that_is_not_there_names_the_cure() -> None:
    with pytest.raises(BodyError, match="weights add"):
        open_body("smpl")
