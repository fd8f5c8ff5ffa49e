"""Made-up weights, inputs and body models, the same everywhere, for parity checks.

The definition is that of the parity fixtures (``tests/parity/parity_weights.py``); a test holds
both equal. Numbers are uniform and come from MT19937 and IEEE arithmetic alone, so that they agree
bit for bit on every machine. Nothing resembles licensed data.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]

SMPL_PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21)
_ROOT3 = float(np.sqrt(3.0))


def _draws(seed: int) -> np.random.RandomState:
    return np.random.RandomState(seed)


def _named(name: str) -> np.random.RandomState:
    """Draws whose seed is the checksum of a name."""
    return _draws(zlib.crc32(name.encode()))


def _unit(draws: np.random.RandomState, shape: tuple[int, ...]) -> Floats:
    """float64, uniform with mean 0 and variance 1."""
    return (2.0 * draws.random_sample(shape) - 1.0) * _ROOT3


def unit(name: str, shape: tuple[int, ...], salt: str) -> Floats:
    """float64 of a shape, uniform with mean 0 and variance 1, seeded by salt and name."""
    return _unit(_named(f"{salt}:{name}"), shape)


# ------------------------------------------------------------------ weights


def fill(name: str, shape: tuple[int, ...], dtype: str, salt: str) -> NDArray[Any]:
    """The synthetic value of a checkpoint's tensor, by its official name."""
    if np.issubdtype(np.dtype(dtype), np.integer):
        return np.zeros(shape, dtype)
    if name.endswith("pos_enc._freqs"):
        count = int(np.prod(shape)) // 2
        octaves = np.float32(np.pi) * np.float32(2.0) ** np.arange(count, dtype=np.float32)
        return np.repeat(octaves, 2).astype(dtype).reshape(shape)
    if name.endswith("pos_enc._phases"):
        phases = np.array([0.0, np.pi * 0.5], np.float32)
        return np.tile(phases, int(np.prod(shape)) // 2).astype(dtype).reshape(shape)
    return _scaled(name, unit(name, shape, salt)).astype(dtype)


def _scaled(name: str, z: Floats) -> Floats:
    """Unit numbers brought to the size that such a tensor has, so that activations stay moderate."""
    leaf = name.rsplit(".", 1)[-1]
    if leaf == "running_var":
        return 1.0 + 0.15 * z
    if leaf == "running_mean":
        return 0.03 * z
    if leaf == "init_pose":
        identity = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0])
        return np.tile(identity, z.shape[-1] // 6)[None] + 0.1 * z
    if leaf == "init_cam":
        return np.array([[0.9, 0.0, 0.0]]) + 0.05 * z
    if leaf == "init_shape":
        return 0.1 * z
    if z.ndim == 2 and leaf == "weight" and "embed" in name and "img_embedding" not in name:
        return 0.3 * z
    if z.ndim >= 2:
        return _gain(name, leaf, z.ndim) * z / np.sqrt(np.prod(z.shape[1:], dtype=np.float64))
    return 0.6 + 0.1 * z if leaf == "weight" else 0.03 * z


def _gain(name: str, leaf: str, ndim: int) -> float:
    """Sharper attention, and convolutions that keep the spread through their activations."""
    if leaf == "in_proj_weight" or name.endswith(("query.weight", "key.weight")):
        return 1.5
    return 1.15 if ndim == 4 else 1.0


@dataclass(frozen=True)
class TensorClaim:
    """One row of a fixture's list of tensors."""

    name: str
    shape: tuple[int, ...]
    dtype: str


def synthetic_state(claims: Iterable[TensorClaim], salt: str) -> dict[str, NDArray[Any]]:
    """A whole synthetic checkpoint by official names, in the order of the claims."""
    return {c.name: fill(c.name, c.shape, c.dtype, salt) for c in claims}


# ------------------------------------------------------------------- inputs


def make_image(seed: int, batch: int, height: int, width: int, channels: int = 3) -> Floats:
    """(B, C, H, W) float32, normalised: a colour cast, big blocks, small blocks and noise."""
    draws = _draws(seed)
    out = np.zeros((batch, channels, height, width))
    blocks = ((0.9, 1, 1), (0.8, 4, 4), (0.5, height // 16, width // 16), (0.4, height, width))
    for amount, rows, columns in blocks:
        z = _unit(draws, (batch, channels, rows, columns))
        out += amount * z.repeat(height // rows, axis=2).repeat(width // columns, axis=3)
    return out.astype(np.float32)


def make_bbox_info(seed: int, batch: int, views: int, quantum: float = 0.0) -> Floats:
    """(B, views * 3) float32 in about [-1, 1], rounded to ``quantum`` unless that is 0."""
    out = 2.0 * _draws(seed + 10_000).random_sample((batch, views * 3)) - 1.0
    return (np.round(out / quantum) * quantum if quantum else out).astype(np.float32)


# -------------------------------------------------------------- body models


def synthetic_regressor(name: str, joints: int, vertices: int, salt: str, taps: int = 12) -> Floats:
    """(joints, vertices) float64: ``taps`` positive weights a row, rows sum to one."""
    out = np.zeros((joints, vertices))
    for joint in range(joints):
        draws = _named(f"{salt}:{name}:{joint}")
        columns = draws.permutation(vertices)[:taps]
        amounts = 0.2 + draws.random_sample(taps)
        out[joint, columns] = amounts / amounts.sum()
    return out


def synthetic_smpl(salt: str, vertices: int = 6890) -> Mapping[str, NDArray[Any]]:
    """Arrays with SMPL's names, shapes and kinematic tree; every vertex lies near one joint."""
    joints = len(SMPL_PARENTS)
    owner = np.arange(vertices) % joints
    rest = _rest_joints(salt)
    parents = np.array(SMPL_PARENTS, np.int64)
    parents[0] = 2**32 - 1  # as SMPL's files write "no parent"
    count = np.arange(vertices)
    return {
        "v_template": rest[owner] + 0.05 * unit("smpl.v_template", (vertices, 3), salt),
        "shapedirs": 0.01 * unit("smpl.shapedirs", (vertices, 3, 10), salt),
        "posedirs": 0.002 * unit("smpl.posedirs", (vertices, 3, 207), salt),
        "J_regressor": _joint_rows(owner, salt),
        "weights": _skin_weights(owner, salt),
        "f": np.stack([count[:-2], count[1:-1], count[2:]], 1).astype(np.int64),
        "kintree_table": np.stack([parents, np.arange(joints)]).astype(np.int64),
        "J_regressor_h36m": synthetic_regressor("smpl.h36m", 17, vertices, salt),
        "J_regressor_extra": synthetic_regressor("smpl.extra", 14, vertices, salt),
    }


def _rest_joints(salt: str) -> Floats:
    """(24, 3): each joint 0.18 m from its parent in a made-up direction."""
    rest = np.zeros((len(SMPL_PARENTS), 3))
    for joint, parent in list(enumerate(SMPL_PARENTS))[1:]:
        step = unit(f"smpl.bone.{joint}", (3,), salt)
        step = step / np.sqrt((step * step).sum())
        rest[joint] = rest[parent] + 0.18 * step
    return rest + np.array([0.0, -0.25, 0.03])


def _skin_weights(owner: NDArray[np.integer], salt: str) -> Floats:
    """(V, 24): 0.7 to the vertex's own joint, 0.2 and 0.1 to two others."""
    vertices, joints = len(owner), len(SMPL_PARENTS)
    draws = _named(f"{salt}:smpl.weights")
    weights = np.zeros((vertices, joints))
    columns = (owner, draws.randint(0, joints, vertices), draws.randint(0, joints, vertices))
    for column, amount in zip(columns, (0.7, 0.2, 0.1), strict=True):
        np.add.at(weights, (np.arange(vertices), column), amount)
    return weights


def _joint_rows(owner: NDArray[np.integer], salt: str) -> Floats:
    """(24, V): joints come from twenty vertices of their own, so that rest joints stay apart."""
    rows = np.zeros((len(SMPL_PARENTS), len(owner)))
    for joint in range(len(SMPL_PARENTS)):
        mine = np.nonzero(owner == joint)[0][:20]
        amounts = 0.2 + _named(f"{salt}:smpl.jreg:{joint}").random_sample(len(mine))
        rows[joint, mine] = amounts / amounts.sum()
    return rows


def synthetic_mano_template(salt: str) -> tuple[Floats, Floats]:
    """A made-up hand: vertices (778, 3) and 21 joints (21, 3), float32, millimetres."""
    vertices = 60.0 * unit("mano.vertices", (1, 778, 3), salt)
    joints = 60.0 * unit("mano.joints", (1, 21, 3), salt)
    return vertices[0].astype(np.float32), joints[0].astype(np.float32)


def synthetic_resample(kind: str, rows: int, columns: int, salt: str) -> Floats:
    """(rows, columns) float32 sampling matrix, ``D`` down or ``U`` up: three entries a row, sum one."""
    draws = _named(f"{salt}:{kind}:{rows}x{columns}")
    first = (np.arange(rows)[:, None] * columns) // rows
    place = (first + np.array([0, 7, 19])[None]) % columns
    amounts = 0.2 + draws.random_sample((rows, 3))
    amounts = amounts / amounts.sum(1, keepdims=True)
    out = np.zeros((rows, columns))
    np.add.at(out, (np.repeat(np.arange(rows), 3), place.reshape(-1)), amounts.reshape(-1))
    return out.astype(np.float32)


def synthetic_adjacency(size: int) -> Floats:
    """(size, size) float32, symmetric in pattern with self-loops, rows sum to one."""
    linked = np.eye(size, dtype=bool)
    index = np.arange(size)
    for step in (1, 20):
        linked[index, (index + step) % size] = True
        linked[(index + step) % size, index] = True
    draws = _named(f"adjacency:{size}")
    for _ in range(size // 10):
        a, b = draws.randint(0, size), draws.randint(0, size)
        linked[a, b] = linked[b, a] = True
    return (linked / linked.sum(1, keepdims=True)).astype(np.float32)
