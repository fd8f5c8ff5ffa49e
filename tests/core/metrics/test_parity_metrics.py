"""The numbers of the authors' evaluation code, stored in tests/parity/metrics."""

import importlib.util

import numpy as np
import pytest

from core import metrics

SETS = ("noise", "similarity", "unrelated", "mirrored", "coplanar", "collinear", "both_collinear")
CASES = ("case0", "case1")


@pytest.fixture(scope="module")
def parity(parity_dir):
    spec = importlib.util.spec_from_file_location(
        "parity_weights", parity_dir / "parity_weights.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def cases(parity_dir):
    return dict(np.load(parity_dir / "metrics" / "cases.npz"))


def _atol(name, dtype):
    """A perfect prediction has no error but rounding: that one case is held to the rounding of a metre."""
    return {np.float64: 1e-14, np.float32: 5e-7}[dtype] if name == "similarity" else None


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", [*SETS, "constant_prediction"])
def test_aligned_errors(parity, cases, case, name):
    pred, gt = (cases[f"{case}/{name}/input_{side}@full"] for side in ("pred", "gt"))
    for dtype, suffix in ((np.float64, "f64"), (np.float32, "f32")):
        mine = metrics.pa_mean_point_error(pred.astype(dtype), gt.astype(dtype), dtype)
        assert mine.dtype == dtype
        parity.check(cases, case, f"{name}/pa_mpjpe_{suffix}", mine, atol=_atol(name, dtype))
    parity.check(cases, case, f"{name}/aligned_f64", metrics.aligned(pred, gt))


@pytest.mark.parametrize("case", CASES)
def test_plain_errors(parity, cases, case):
    has_3d = cases[f"{case}/has_3d@full"].astype(bool)
    joints = (cases[f"{case}/noise/input_{side}@full"] for side in ("pred", "gt"))
    parity.check(cases, case, "mpjpe", metrics.metro_mpjpe(*joints)[has_3d])
    meshes = (cases[f"{case}/mpvpe/input_{side}@full"] for side in ("pred", "gt"))
    parity.check(cases, case, "mpvpe", metrics.mean_point_error(*meshes)[has_3d])
