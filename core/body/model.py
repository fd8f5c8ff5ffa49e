"""The body model that every method uses: rotations and shape in, vertices and joints out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.body.arrays import BodyArrays
from core.body.hierarchy import MeshHierarchy
from core.body.joint_sets import JOINT_SETS, JointSet
from core.body.kinematic_chain import KinematicChain
from core.body.sparse import SparseMap
from core.errors import BodyError


@dataclass(frozen=True, eq=False)
class BodyOutput:
    """Posed bodies: vertices (B, V, 3) and skeleton joints (B, J, 3), metres, body frame."""

    vertices: Tensor
    joints: Tensor


@dataclass(frozen=True, eq=False)
class BoneTransforms:
    """Where each bone carries a point of the bind pose: ``rotmat @ point + shift``.

    Attributes:
        rotmat: (B, J, 3, 3). shift: (B, J, 3) metres.
        world: (B, J, 3, 3) rotation of each bone relative to the T-pose.
        joints: (B, J, 3) metres, posed joints.
    """

    rotmat: Tensor
    shift: Tensor
    world: Tensor
    joints: Tensor


def full_precision(like: Tensor) -> AbstractContextManager[object]:
    """No autocast on the device of ``like``: half precision is worth 4 to 8 mm near one metre."""
    kind = like.device.type
    return nullcontext() if kind == "meta" else torch.autocast(kind, enabled=False)


class BodyModel(nn.Module):
    """A skinned body: linear shape, optional pose blend shapes, linear blend skinning.

    Body frame: y up, z forward, x to the person's left, metres. Zero rotations are the T-pose. The
    embedded body's origin is the pelvis joint; SMPL keeps the origin of its file.

    For joint k with world rotation Q_k (chain of local rotations) and bind-to-T-pose rotation T_k:
    A_k = Q_k T_k, p_k = p_parent + Q_parent T_parent (J_k - J_parent),
    v = sum_k w_k (A_k (v0 - J_k) + p_k), which is SMPL (Loper et al. 2015, eq. 2-4) for T_k = 1.

    All arrays are non-persistent buffers: they move with the module and are not saved with it.
    """

    v_bind: Tensor
    v_template: Tensor
    shapedirs: Tensor
    j_template: Tensor
    j_shapedirs: Tensor
    lbs_weights: Tensor
    rest_rotmat: Tensor
    posedirs: Tensor | None
    hand_mean: Tensor | None

    def __init__(self, arrays: BodyArrays, hierarchy: MeshHierarchy | None = None) -> None:
        super().__init__()
        self.name = arrays.name
        self.parents = tuple(arrays.parents)
        self.joint_names = tuple(arrays.joint_names)
        count, joints = arrays.weights.shape
        self.hierarchy = hierarchy or MeshHierarchy(arrays.levels, count)
        rest = arrays.rest_rotmat
        self._buffer("v_bind", arrays.v_template)
        self._buffer("shapedirs", arrays.shapedirs)
        self._buffer("j_template", arrays.j_template)
        self._buffer("j_shapedirs", arrays.j_shapedirs)
        self._buffer("lbs_weights", arrays.weights)
        self._buffer("rest_rotmat", np.tile(np.eye(3), (joints, 1, 1)) if rest is None else rest)
        self._buffer("posedirs", arrays.posedirs)
        self._buffer("hand_mean", arrays.hand_mean)
        self._landmarks, self._given_regressors = arrays.landmarks, arrays.regressors
        self._regressors: dict[tuple[str, int], str] = {}
        self._subsets = nn.ModuleDict()
        self.mirror_map = None if arrays.mirror is None else SparseMap(arrays.mirror)
        still = self.v_bind.new_zeros(1, self.shape_count)
        template = self(self.zero_pose(1), still).vertices[0]
        self.register_buffer("v_template", template, persistent=False)

    def _buffer(self, name: str, value: NDArray[np.floating] | None) -> None:
        tensor = None if value is None else torch.from_numpy(np.ascontiguousarray(value)).float()
        self.register_buffer(name, tensor, persistent=False)

    # ------------------------------------------------------------ what it is

    @property
    def vertex_count(self) -> int:
        """Vertices of the full level."""
        return int(self.v_bind.shape[0])

    @property
    def joint_count(self) -> int:
        """Joints of the skeleton."""
        return len(self.parents)

    @property
    def shape_count(self) -> int:
        """How many shape numbers (betas) there are."""
        return int(self.shapedirs.shape[2])

    @property
    def level_sizes(self) -> tuple[int, ...]:
        """Vertices per level, full first."""
        return self.hierarchy.sizes

    def faces(self, level: int = 0) -> NDArray[np.int64]:
        """(F, 3) triangles of a level, counter-clockwise seen from outside."""
        return self.hierarchy.faces[level]

    def edges(self, level: int = 0) -> NDArray[np.int64]:
        """(E, 2) undirected edges of a level."""
        return self.hierarchy.edges(level)

    def adjacency(self, level: int = -1) -> Tensor:
        """(N, N) sparse, row-normalised with self-loops."""
        return self.hierarchy.adjacency(level)

    def graph_distance(self, level: int = -1, limit: int = 8) -> Tensor:
        """(N, N) int16 edges between vertices of a level, ``limit`` + 1 beyond ``limit``."""
        return self.hierarchy.graph_distance(level, limit)

    @cached_property
    def part_labels(self) -> NDArray[np.int64]:
        """(V,) the joint whose bone moves each vertex most: body parts in the order of the joints."""
        return self.lbs_weights.argmax(1).cpu().numpy()

    def zero_pose(self, batch: int) -> Tensor:
        """(batch, J, 3, 3) rotations of the T-pose."""
        return torch.eye(3, device=self.v_bind.device).repeat(batch, self.joint_count, 1, 1)

    @property
    def chain(self) -> KinematicChain:
        """The bare skeleton in the T-pose, for work that needs no mesh; root at the origin."""
        offsets = torch.zeros_like(self.j_template)
        shape = torch.zeros_like(self.j_shapedirs)
        for joint, parent in enumerate(self.parents):
            if parent >= 0:
                turn = self.rest_rotmat[parent]
                offsets[joint] = turn @ (self.j_template[joint] - self.j_template[parent])
                shape[joint] = turn @ (self.j_shapedirs[joint] - self.j_shapedirs[parent])
        return KinematicChain(self.joint_names, self.parents, offsets, shape.permute(2, 0, 1))

    # ---------------------------------------------------------------- posing

    def rest_joints(self, betas: Tensor) -> Tensor:
        """(B, J, 3) joints of the bind pose for shapes (B, S); fewer numbers mean zeros."""
        return self.j_template + torch.einsum(
            "jdk,bk->bjd", self.j_shapedirs[..., : betas.shape[1]], betas
        )

    def bones(self, rotmat: Tensor, betas: Tensor) -> BoneTransforms:
        """Transforms of all bones for local rotations (B, J, 3, 3) and shapes (B, S)."""
        if rotmat.shape[1:] != (self.joint_count, 3, 3):
            raise ValueError(f"rotmat must be (B, {self.joint_count}, 3, 3), is {rotmat.shape}")
        with full_precision(rotmat):
            dtype = self.v_bind.dtype
            rotmat = rotmat.to(dtype)
            rest = self.rest_joints(betas.to(dtype))
            up = list(self.parents[1:])
            offsets = (self.rest_rotmat[up] @ (rest[:, 1:] - rest[:, up])[..., None])[..., 0]
            world: list[Tensor] = [rotmat[:, 0]] * self.joint_count
            place: list[Tensor] = [rest[:, 0]] * self.joint_count
            for joints, parents in self._chain_levels:
                above = torch.stack([world[p] for p in parents], 1)
                base = torch.stack([place[p] for p in parents], 1)
                turned = above @ rotmat[:, list(joints)]
                step = above @ offsets[:, [j - 1 for j in joints], :, None]
                for column, joint in enumerate(joints):
                    world[joint] = turned[:, column]
                    place[joint] = base[:, column] + step[:, column, :, 0]
            turns, posed = torch.stack(world, 1), torch.stack(place, 1)
            carried = turns @ self.rest_rotmat
            shift = posed - (carried @ rest[..., None])[..., 0]
        return BoneTransforms(carried, shift, turns, posed)

    @cached_property
    def _chain_levels(self) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
        empty = torch.zeros(0)
        return KinematicChain(self.joint_names, self.parents, empty, empty).levels

    def forward(
        self,
        rotmat: Tensor,
        betas: Tensor,
        transl: Tensor | None = None,
        *,
        level: int = 0,
        vertex_ids: Sequence[int] | Tensor | None = None,
    ) -> BodyOutput:
        """Posed vertices and joints.

        Args:
            rotmat: (B, J, 3, 3) local rotations, root first.
            betas: (B, S') with S' <= S.
            transl: (B, 3) metres, added to everything.
            level: mesh level to compute; coarse levels cost a fraction of the full one.
            vertex_ids: (N,) full-level vertices to compute instead of a level.
        """
        bones = self.bones(rotmat, betas)
        if vertex_ids is not None:
            vertices = self.subset(vertex_ids)(bones, betas, rotmat)
        elif self.hierarchy.kept(level) is None:
            vertices = self.downsample(self.subset(0)(bones, betas, rotmat), 0, level)
        else:
            vertices = self.subset(level)(bones, betas, rotmat)
        joints = bones.joints
        if transl is not None:
            vertices, joints = vertices + transl[:, None], joints + transl[:, None]
        return BodyOutput(vertices, joints)

    def subset(self, level_or_ids: int | Sequence[int] | Tensor) -> BodySubset:
        """A part of the skin that poses alone: a level (kept for re-use), or full-level vertices.

        Raises:
            BodyError: the level's vertices are mixtures of full-level ones (official SMPL
                matrices), so that it cannot pose alone; `forward` goes through the full mesh then.
        """
        if not isinstance(level_or_ids, int):
            ids = torch.as_tensor(level_or_ids, dtype=torch.long, device=self.v_bind.device)
            return BodySubset(self, ids)
        key = f"level_{level_or_ids % len(self.level_sizes)}"
        if key not in self._subsets:
            kept = self.hierarchy.kept(level_or_ids)
            if kept is None:
                raise BodyError(f"level {level_or_ids} of {self.name} cannot pose alone")
            self._subsets[key] = self.subset(torch.from_numpy(kept))
        return cast("BodySubset", self._subsets[key])

    # ---------------------------------------------------------------- levels

    def downsample(self, vertices: Tensor, from_level: int = 0, to_level: int = -1) -> Tensor:
        """(B, N_from, 3) -> (B, N_to, 3)."""
        return self.hierarchy.downsample(vertices, from_level, to_level)

    def upsample(self, vertices: Tensor, from_level: int = -1, to_level: int = 0) -> Tensor:
        """(B, N_from, 3) -> (B, N_to, 3)."""
        return self.hierarchy.upsample(vertices, from_level, to_level)

    def mirror(self, vertices: Tensor) -> Tensor:
        """Vertices (B, V, 3) of the person seen in a mirror (x negated), in the same mesh."""
        if self.mirror_map is None:
            raise BodyError(f"the body {self.name} has no mirror map")
        return self.mirror_map(vertices) * vertices.new_tensor([-1.0, 1.0, 1.0])

    # ---------------------------------------------------------------- joints

    def joint_set(self, name: str) -> JointSet:
        """The named joint set.

        Raises:
            BodyError: nobody knows the set.
        """
        if name not in JOINT_SETS:
            raise BodyError(f"unknown joint set {name}", cure=f"use one of {', '.join(JOINT_SETS)}")
        return JOINT_SETS[name]

    def joint_names_of(self, name: str) -> tuple[str, ...]:
        """Names of the joints of a set, in order."""
        return self.joint_set(name).joint_names

    def joint_sets(self) -> tuple[str, ...]:
        """The sets that this body can compute."""
        return tuple(name for name in JOINT_SETS if self._can_compute(name))

    def has_own_regressor(self, joint_set: str) -> bool:
        """Whether the set comes from a regressor of the body's files, not from stand-in landmarks."""
        return joint_set in self._given_regressors

    def regressor(self, joint_set: str, level: int = 0) -> Tensor:
        """(K, N) float32 rows that give the joints of a set from the vertices of a level."""
        level %= len(self.level_sizes)
        key = (joint_set, level)
        if key not in self._regressors:
            rows = self._rows_of(joint_set)
            if rows is None:
                raise BodyError(
                    f"the body {self.name} cannot compute the joints {joint_set}",
                    cure="add the joint regressor file that belongs to it, or use another body",
                )
            if level:
                rows = self.hierarchy.rows_at(rows, level)
            buffer = f"regressor_{joint_set}_{level}"
            device, dtype = self.v_bind.device, self.v_bind.dtype
            # A table made inside inference mode could never take part in a gradient later.
            with torch.inference_mode(False):
                tensor = torch.from_numpy(np.ascontiguousarray(rows)).to(device, dtype)
            self.register_buffer(buffer, tensor, persistent=False)
            self._regressors[key] = buffer
        return getattr(self, self._regressors[key])

    def regress(self, vertices: Tensor, joint_set: str) -> Tensor:
        """Joints (B, K, 3) of a set from the vertices (B, N, 3) of any level."""
        rows = self.regressor(joint_set, self.hierarchy.level_of(vertices.shape[1]))
        with full_precision(vertices):
            return torch.einsum("kv,bvd->bkd", rows, vertices.to(rows.dtype))

    def pelvis(self, vertices: Tensor, joint_set: str) -> Tensor:
        """(B, 3) origin of a joint set: the mean of its pelvis landmarks, from any level."""
        rows = self.joint_set(joint_set)
        wanted = [i for i, marks in enumerate(rows.landmarks) if set(marks) <= set(rows.pelvis)]
        return self.regress(vertices, joint_set)[:, wanted].mean(1)

    def _can_compute(self, name: str) -> bool:
        """Whether a set has a regressor, or landmarks that it can be composed of."""
        wanted = self.joint_set(name).landmarks
        return name in self._given_regressors or all(
            m in self._landmarks for r in wanted for m in r
        )

    def _rows_of(self, name: str) -> NDArray[np.float64] | None:
        """(K, V) dense rows of a set: the body's own regressor, else composed of landmarks."""
        if not self._can_compute(name):
            return None
        if name in self._given_regressors:
            return self._given_regressors[name].dense()
        marks, wanted = self._landmarks, self.joint_set(name).landmarks
        return np.stack([sum(marks[m].dense()[0] for m in row) / len(row) for row in wanted])


class BodySubset(nn.Module):
    """Some vertices of a body, posed without the others."""

    def __init__(self, body: BodyModel, ids: Tensor) -> None:
        super().__init__()
        whole = len(ids) == body.vertex_count and bool((ids.diff() == 1).all())
        pick = slice(None) if whole else ids
        self.register_buffer("ids", ids, persistent=False)
        self.register_buffer("v_bind", body.v_bind[pick], persistent=False)
        self.register_buffer("lbs_weights", body.lbs_weights[pick], persistent=False)
        dirs = body.shapedirs[pick].permute(2, 0, 1).reshape(body.shape_count, -1).contiguous()
        self.register_buffer("shapedirs", dirs, persistent=False)
        pose = None
        if body.posedirs is not None:
            pose = body.posedirs[pick].permute(2, 0, 1).flatten(1).contiguous()
        self.register_buffer("posedirs", pose, persistent=False)

    def forward(self, bones: BoneTransforms, betas: Tensor, rotmat: Tensor) -> Tensor:
        """(B, N, 3) vertices; ``rotmat`` (B, J, 3, 3) only drives pose blend shapes."""
        batch = betas.shape[0]
        with full_precision(betas):
            dtype = self.v_bind.dtype
            betas = betas.to(dtype)
            v = self.v_bind + (betas @ self.shapedirs[: betas.shape[1]]).view(batch, -1, 3)
            if self.posedirs is not None:
                still = torch.eye(3, dtype=dtype, device=betas.device)
                bend = (rotmat[:, 1:].to(dtype) - still).reshape(batch, -1)
                v = v + (bend @ self.posedirs).view(batch, -1, 3)
            carried = torch.cat([bones.rotmat.flatten(2), bones.shift], 2)
            blended = torch.matmul(self.lbs_weights, carried)
            turned = (blended[..., :9].unflatten(-1, (3, 3)) @ v[..., None])[..., 0]
            return turned + blended[..., 9:]
