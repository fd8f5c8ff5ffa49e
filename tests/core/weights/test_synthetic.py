"""The built-in generator equals the one that the fixtures were made with, bit for bit."""

from __future__ import annotations

import importlib.util
import json

import numpy as np
import pytest

from core.weights import synthetic as mine


@pytest.fixture(scope="module")
def theirs(parity_dir):
    spec = importlib.util.spec_from_file_location(
        "parity_weights", parity_dir / "parity_weights.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def same(a, b) -> None:
    a, b = np.asarray(a), np.asarray(b)
    assert (a.dtype, a.shape) == (b.dtype, b.shape)
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("salt", ["public", "another"])
def test_every_kind_of_tensor_in_every_fixture(parity_dir, theirs, salt):
    seen = set()
    for keys in sorted(parity_dir.glob("*/keys.json")):
        for name, shape, dtype in json.loads(keys.read_text())["state_dict"]:
            shape = [min(side, 48) for side in shape]
            kind = (name.rsplit(".", 2)[-2:], len(shape), "embed" in name, name.split(".")[0])
            if str(kind) in seen:
                continue
            seen.add(str(kind))
            same(mine.fill(name, tuple(shape), dtype, salt), theirs.fill(name, shape, dtype, salt))
    assert len(seen) > 100


def test_a_whole_small_checkpoint(parity_dir, theirs):
    folder = parity_dir / "multiroi_single_r50"
    claims = [mine.TensorClaim(*row) for row in theirs.load_keys(folder)][:60]
    state = mine.synthetic_state(claims, "public")
    want = theirs.synthetic_state_dict(folder, "public")
    assert list(state) == list(want)[:60]
    for name, value in state.items():
        same(value, want[name])


@pytest.mark.parametrize(
    ("batch", "height", "width", "channels"), [(1, 224, 224, 3), (2, 256, 192, 15)]
)
def test_inputs(theirs, batch, height, width, channels):
    same(
        mine.make_image(11, batch, height, width, channels),
        theirs.make_image(11, batch, height, width, channels),
    )
    for quantum in (0.0, 1.0):
        same(
            mine.make_bbox_info(12, batch, channels // 3, quantum),
            theirs.make_bbox_info(12, batch, channels // 3, quantum),
        )


def test_body_models(theirs):
    want = theirs.synthetic_smpl("public")
    got = mine.synthetic_smpl("public")
    assert list(got) == list(want)
    for name, value in got.items():
        same(value, want[name])
    for value, reference in zip(
        mine.synthetic_mano_template("public"),
        theirs.synthetic_mano_template("public"),
        strict=True,
    ):
        same(value, reference[0])


def test_sampling_and_adjacency(theirs):
    for kind, rows, columns in (("D", 431, 1723), ("U", 1723, 431), ("U", 778, 195)):
        same(
            mine.synthetic_resample(kind, rows, columns, "s"),
            theirs.dense_resample(kind, rows, columns, "s"),
        )
    for size in (431, 195):
        same(mine.synthetic_adjacency(size), theirs.synthetic_adjacency(size))
