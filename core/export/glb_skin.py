"""The parts of a skinned glTF body that stand still: arrays, accessors, nodes and skin.

glTF 2.0: metres, y up, +z front. The body's skinning is glTF's own: bone k carries a point of the bind
pose by ``Q_k T_k (v - J_k) + p_k``, so the node turns by Q_k and the inverse bind matrix is
``[T_k | -T_k J_k]``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.body import BodyModel
from core.export.mesh_files import vertex_normals

FLOAT, USHORT, UINT = 5126, 5123, 5125
VERTEX_DATA, INDEX_DATA = 34962, 34963
SET_SIZE, MAX_SETS = 4, 2


def still_arrays(body: BodyModel, betas: NDArray[np.float64]) -> dict[str, NDArray[np.generic]]:
    """What does not move: faces, bind pose, normals, weights, inverse bind matrices."""
    shape = torch.from_numpy(betas).float()
    with torch.no_grad():
        cpu = {name: value.detach().cpu() for name, value in body.named_buffers()}
        vertices = cpu["v_bind"] + torch.einsum("vds,s->vd", cpu["shapedirs"], shape)
        rest = cpu["j_template"] + torch.einsum("jds,s->jd", cpu["j_shapedirs"], shape)
        turn = cpu["rest_rotmat"]
        bind = torch.eye(4).repeat(len(rest), 1, 1)
        bind[:, :3, :3], bind[:, :3, 3] = turn, -(turn @ rest[..., None])[..., 0]
    faces = np.asarray(body.faces(), "<u4")
    arrays: dict[str, NDArray[np.generic]] = {
        "faces": faces.reshape(-1),
        "POSITION": vertices.numpy().astype("<f4"),
        "NORMAL": vertex_normals(vertices.numpy(), faces).astype("<f4"),
    }
    weights = cpu["lbs_weights"].numpy()
    used = int((weights > 1e-6).sum(1).max())
    sets = min(-(-used // SET_SIZE), MAX_SETS)
    order = np.argsort(-weights, axis=1)[:, : SET_SIZE * sets]
    kept = np.take_along_axis(weights, order, 1)
    kept = kept / kept.sum(1, keepdims=True)
    order = np.where(kept > 0, order, 0)
    for number in range(sets):
        part = slice(SET_SIZE * number, SET_SIZE * (number + 1))
        arrays[f"JOINTS_{number}"] = order[:, part].astype("<u2")
        arrays[f"WEIGHTS_{number}"] = kept[:, part].astype("<f4")
    # glTF stores matrices column by column.
    arrays["bind"] = bind.numpy().transpose(0, 2, 1).reshape(-1, 16).astype("<f4")
    return arrays


def accessor_of(name: str, array: NDArray[np.generic], view: int) -> dict[str, Any]:
    """How an array of `still_arrays` is read from a buffer view."""
    kinds = {
        "faces": (UINT, "SCALAR"),
        "POSITION": (FLOAT, "VEC3"),
        "NORMAL": (FLOAT, "VEC3"),
        "bind": (FLOAT, "MAT4"),
        "JOINTS": (USHORT, "VEC4"),
        "WEIGHTS": (FLOAT, "VEC4"),
    }
    component, kind = kinds[name.split("_")[0]]
    accessor: dict[str, Any] = {
        "bufferView": view,
        "componentType": component,
        "type": kind,
        "count": len(array),
    }
    if name == "POSITION":
        low, high = np.asarray(array, np.float64).min(0), np.asarray(array, np.float64).max(0)
        accessor |= {"min": low.tolist(), "max": high.tolist()}
    return accessor


def scene_of(
    body: BodyModel, betas: NDArray[np.float64], names: list[str], note: str
) -> dict[str, Any]:
    """Nodes, skin and mesh: the skeleton's nodes first, then the body's."""
    offsets = body.chain.offsets_of(torch.from_numpy(betas[None]).to(body.v_bind))[0]
    offsets_m = offsets.detach().cpu().double().numpy()
    joints = body.joint_count
    nodes: list[dict[str, Any]] = []
    for joint, name in enumerate(body.joint_names):
        node: dict[str, Any] = {"name": name, "translation": offsets_m[joint].tolist()}
        children = [child for child, parent in enumerate(body.parents) if parent == joint]
        nodes.append(node | ({"children": children} if children else {}))
    nodes.append({"name": body.name or "person", "mesh": 0, "skin": 0})
    place = {name: row for row, name in enumerate(names)}
    attributes = {name: place[name] for name in names if name not in ("faces", "bind")}
    return {
        "asset": {"version": "2.0", "generator": "MeshLoupe", "copyright": note},
        "scene": 0,
        "scenes": [{"nodes": [0, joints]}],
        "nodes": nodes,
        "skins": [
            {
                "joints": list(range(joints)),
                "skeleton": 0,
                "inverseBindMatrices": place["bind"],
            }
        ],
        "meshes": [
            {
                "name": body.name or "person",
                "primitives": [
                    {"attributes": attributes, "indices": place["faces"], "material": 0}
                ],
            }
        ],
        "materials": [{"pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 0.8}}],
    }


def padded(data: bytes) -> bytes:
    """Filled up to a multiple of four bytes, as glTF wants its stretches."""
    return data + b"\0" * (-len(data) % 4)
