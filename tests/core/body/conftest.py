import sys

import numpy as np
import pytest

from core.body import body_from_arrays, load_body
from tests.conftest import PARITY

sys.path.insert(0, str(PARITY))
import parity_weights

LEVELS = (6890, 1723, 431)


@pytest.fixture(scope="session")
def body():
    return load_body("embedded")


@pytest.fixture(scope="session")
def hand():
    return load_body("embedded_hand")


@pytest.fixture(scope="session")
def smpl_data():
    return parity_weights.synthetic_smpl("public")


@pytest.fixture(scope="session")
def smpl(smpl_data):
    steps = list(zip(LEVELS[1:], LEVELS[:-1], strict=True))
    return body_from_arrays(
        smpl_data,
        D=[parity_weights.dense_resample("D", small, big, "public") for small, big in steps],
        U=[parity_weights.dense_resample("U", big, small, "public") for small, big in steps],
        A=[None, None, parity_weights.synthetic_adjacency(LEVELS[-1])],
    )


@pytest.fixture(scope="session")
def mano_data():
    """Made-up arrays with MANO's names and shapes."""
    rng = np.random.default_rng(3)
    regressor = rng.random((16, 778)) * (rng.random((16, 778)) < 0.05) + 1e-9
    weights = rng.random((778, 16)) ** 8
    parents = [2**32 - 1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 0, 10, 11, 0, 13, 14]
    return {
        "v_template": rng.normal(0, 0.05, (778, 3)),
        "shapedirs": rng.normal(0, 0.01, (778, 3, 10)),
        "posedirs": rng.normal(0, 0.001, (778, 3, 135)),
        "J_regressor": regressor / regressor.sum(1, keepdims=True),
        "weights": weights / weights.sum(1, keepdims=True),
        "f": rng.integers(0, 778, (1538, 3)),
        "kintree_table": np.array([parents, np.arange(16)]),
        "hands_mean": rng.normal(0, 0.2, 45),
        "hands_components": np.eye(45),
    }
