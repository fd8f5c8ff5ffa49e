import pickle

import numpy as np
import parity_weights
import pytest
import torch
from scipy import sparse

from core.body import body_from_arrays, body_from_template, load_body
from core.body.smpl_files import read_sampling
from core.errors import BodyError, InputError, MeshLoupeError


@pytest.fixture(params=["pickle", "npz"])
def smpl_file(request, tmp_path, smpl_data):
    data = dict(smpl_data)
    if request.param == "npz":
        np.savez(tmp_path / "model.npz", **data)
        return tmp_path / "model.npz"
    data["J_regressor"] = sparse.csc_matrix(data["J_regressor"])
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(data, protocol=2))
    return tmp_path / "model.pkl"


def test_a_users_smpl_is_the_same_body_as_its_arrays(smpl_file, smpl):
    mine = load_body(smpl_file)
    pose, betas = mine.zero_pose(1), torch.ones(1, 10)
    assert mine.level_sizes == (6890,)
    assert torch.equal(mine(pose, betas).vertices, smpl(pose, betas).vertices)
    assert {"smpl24", "lsp14", "h36m17", "lift25", "coco17"} <= set(mine.joint_sets())


def test_regressor_files_win_over_stand_ins(smpl_file, tmp_path, smpl_data):
    other = parity_weights.synthetic_regressor("mine", 17, 6890, "public")
    np.save(tmp_path / "h36m.npy", other)
    body = load_body(smpl_file, joint_regressors={"h36m17": tmp_path / "h36m.npy"})
    assert torch.allclose(body.regressor("h36m17"), torch.from_numpy(other).float())
    assert torch.equal(body.regressor("lsp14")[2], body.regressor("h36m17")[1])  # right hip


def test_sampling_file_gives_the_coarse_levels(smpl_file, tmp_path):
    sizes = (6890, 1723, 431, 108)
    steps = list(zip(sizes[1:], sizes[:-1], strict=True))
    lists = {
        "D": [sparse.csr_matrix(parity_weights.dense_resample("D", s, b, "x")) for s, b in steps],
        "U": [sparse.csr_matrix(parity_weights.dense_resample("U", b, s, "x")) for s, b in steps],
        "A": [
            sparse.csc_matrix(parity_weights.synthetic_adjacency(n) > 0, dtype=float)
            for n in sizes[2:]
        ],
    }
    ring = sparse.eye(6890, k=1) + sparse.eye(6890, k=-1)
    lists["A"] = [ring.tocsr(), ring.tocsr()[:1723, :1723], *lists["A"]]
    arrays = {}
    for key, matrices in lists.items():
        arrays[key] = np.empty(len(matrices), object)
        arrays[key][:] = matrices
    np.savez(tmp_path / "mesh_downsampling.npz", **arrays)
    body = load_body(smpl_file, sampling=tmp_path / "mesh_downsampling.npz")
    assert body.level_sizes == (6890, 1723, 431)
    assert len(body.faces()) == 6888
    expected = torch.from_numpy(parity_weights.synthetic_adjacency(431))
    assert torch.allclose(body.adjacency(-1).to_dense(), expected)
    with pytest.raises(BodyError, match="778"):
        read_sampling(tmp_path / "mesh_downsampling.npz", 778)


def test_mano_brings_its_mean_pose_and_21_joints(tmp_path, mano_data):
    (tmp_path / "MANO_RIGHT.pkl").write_bytes(pickle.dumps(mano_data))
    hand = load_body(tmp_path / "MANO_RIGHT.pkl")
    assert hand.joint_count == 16
    assert hand.regress(hand.v_template[None], "hand21").shape == (1, 21, 3)
    assert hand.hand_mean.shape == (15, 3)


def test_body_from_template_gives_its_joints():
    vertices, joints = (a[0] / 1000 for a in parity_weights.synthetic_mano_template())
    D = [parity_weights.dense_resample("D", 195, 778, "public")]
    U = [parity_weights.dense_resample("U", 778, 195, "public")]
    hand = body_from_template(vertices, joints, "hand21", D=D, U=U)
    assert torch.equal(hand.v_template, torch.from_numpy(vertices))
    marks = hand.regress(hand.v_template[None], "hand21")[0]
    assert torch.allclose(marks, torch.from_numpy(joints), atol=1e-6)
    shifted = hand.regress(hand.v_template[None] + 1.0, "hand21")[0]
    assert torch.allclose(shifted, marks + 1.0, atol=1e-4)
    assert hand.level_sizes == (778, 195)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": None}, "no weights"),
        ({"weights": np.ones((6890, 55)) / 55}, "55 joints"),
        ({"posedirs": np.zeros((6890, 3, 9))}, "posedirs"),
        ({"v_template": np.full((6890, 3), np.nan)}, "not finite"),
        ({"v_template": np.zeros((10, 3))}, "v_template"),
        ({"kintree_table": np.zeros((2, 24))}, "kinematic tree"),
        ({"f": np.full((5, 3), 6890)}, "triangles"),
        ({"shapedirs": np.array(["a"])}, "no array of numbers"),
    ],
)
def test_what_is_no_body_is_refused_with_a_reason(smpl_data, change, message):
    data = {k: v for k, v in (smpl_data | change).items() if v is not None}
    with pytest.raises(BodyError, match=message):
        body_from_arrays(data)


def test_files_that_are_no_body(tmp_path):
    with pytest.raises(BodyError, match="no such body"):
        load_body(tmp_path / "missing.pkl")
    (tmp_path / "list.pkl").write_bytes(pickle.dumps([1, 2]))
    with pytest.raises(BodyError, match=r"list\.pkl"):
        load_body(tmp_path / "list.pkl")
    (tmp_path / "noise.pkl").write_bytes(b"\x80\x04nonsense")
    with pytest.raises(InputError):
        load_body(tmp_path / "noise.pkl")


class _Evil:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return (open, (self.mark, "w"))


def test_a_body_file_that_asks_to_run_code_runs_nothing(tmp_path):
    mark = tmp_path / "was-executed"
    (tmp_path / "evil.pkl").write_bytes(pickle.dumps({"v_template": _Evil(str(mark))}))
    with pytest.raises(MeshLoupeError, match=r"evil\.pkl"):
        load_body(tmp_path / "evil.pkl")
    assert not mark.exists()


def test_a_body_is_read_by_its_content_whatever_it_is_called(tmp_path, smpl_data):
    np.savez(tmp_path / "x.npz", **smpl_data)
    (tmp_path / "x.npz").rename(tmp_path / "model.pkl")
    assert load_body(tmp_path / "model.pkl").vertex_count == 6890
    torch.save({"w": torch.zeros(3)}, tmp_path / "weights.pt")
    with pytest.raises(InputError, match=r"no arrays in this archive"):
        load_body(tmp_path / "weights.pt")
