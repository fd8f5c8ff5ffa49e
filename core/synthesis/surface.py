"""Fixed points on a body's skin, and what is known of each of them: the geometry that gets splatted.

A body is drawn as a dense cloud of surface points with fixed barycentric weights, so that one sparse
product moves all of them, and everything that depends on the point alone (T-pose position, part, how
far down an arm or a leg it lies) is computed once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.body import BodyModel

ARM_PARTS = ("Shoulder", "Elbow", "Wrist", "Hand")
LEG_PARTS = ("Hip", "Knee", "Ankle", "Foot")


@dataclass(frozen=True, eq=False)
class SurfaceFields:
    """What never changes about P points; lengths in metres in the T-pose of the mean body.

    Attributes:
        rest: (P, 3) T-pose position, y up, facing +z.
        part: (P,) int64, 0..23, the joint that moves the point most.
        arm: (P,) 0 at the shoulder to 1 at the wrist and beyond; -1 off the arms.
        leg: (P,) 0 at the hip to 1 at the ankle, negative above the hip; -1 on the arms.
        head, hand, foot: (P,) in [0, 1], how much the point belongs to it.
    """

    rest: Tensor
    part: Tensor
    arm: Tensor
    leg: Tensor
    head: Tensor
    hand: Tensor
    foot: Tensor

    def __getitem__(self, index: Tensor) -> SurfaceFields:
        """The fields of some points."""
        return SurfaceFields(*(getattr(self, name)[index] for name in self.__dataclass_fields__))


class BodySurface(nn.Module):
    """Area-stratified points on a body, with normals and garment fields.

    Args:
        body: the body model (6890 vertices, 24 joints).
        count: number of points; 28,000 close all holes at 192 pixels, 70,000 at 336.
    """

    rest_vertices: Tensor
    rest_joints: Tensor
    faces: Tensor
    corner: Tensor
    weight: Tensor
    _gather: Tensor
    _face_to_vertex: Tensor

    def __init__(self, body: BodyModel, count: int) -> None:
        super().__init__()
        identity = torch.eye(3).expand(1, 24, 3, 3)
        rest = body(identity, torch.zeros(1, 10))
        self.joint_names = tuple(body.joint_names)
        self._add("rest_vertices", rest.vertices[0])
        self._add("rest_joints", rest.joints[0])
        self._add("faces", torch.as_tensor(body.faces(0), dtype=torch.int64))
        corner, weight = _stratified_points(self.rest_vertices, self.faces, count)
        self._add("corner", corner)
        self._add("weight", weight)
        vertices = len(self.rest_vertices)
        rows = torch.arange(0, 3 * count + 1, 3)
        self._add("_gather", _csr(rows, corner.reshape(-1), weight.reshape(-1), (count, vertices)))
        self._add("_face_to_vertex", _incidence(self.faces, vertices))
        self.fields = self._fields(body)
        self.vertex_fields = self._vertex_fields

    def _add(self, name: str, value: Tensor) -> None:
        self.register_buffer(name, value.detach(), persistent=False)

    @property
    def count(self) -> int:
        """Number of points."""
        return len(self.corner)

    @property
    def spacing(self) -> float:
        """Metres between neighbouring points (an adult's skin is about 1.9 square metres)."""
        return math.sqrt(1.9 / self.count)

    def joint(self, name: str) -> Tensor:
        """(3,) rest position of a named joint."""
        return self.rest_joints[self.joint_names.index(name)]

    def points(self, vertices: Tensor) -> Tensor:
        """(B, V, 3) vertices to (B, P, 3) points."""
        return _sparse_apply(self._gather, vertices)

    def vertex_normals(self, vertices: Tensor) -> Tensor:
        """(B, V, 3) unit normals, area weighted."""
        a, b, c = (vertices[:, self.faces[:, i]] for i in range(3))
        face = torch.linalg.cross(b - a, c - a)
        return F.normalize(_sparse_apply(self._face_to_vertex, face), dim=-1)

    def at_points(self, vertex_values: Tensor, person: Tensor, point: Tensor) -> Tensor:
        """Interpolate (B, V, C) values at N (person, point) pairs: (N, C)."""
        corners = vertex_values[person[:, None], self.corner[point]]
        return (corners * self.weight[point][..., None]).sum(1)

    def _fields(self, body: BodyModel) -> SurfaceFields:
        self._vertex_fields = self._fields_of_vertices(body)

        def spread(value: Tensor) -> Tensor:
            return (value[self.corner] * self.weight).sum(1)

        at = self._vertex_fields
        rest = (at.rest[self.corner] * self.weight[..., None]).sum(1)
        part = at.part[self.corner[torch.arange(self.count), self.weight.argmax(1)]]
        names = ("arm", "leg", "head", "hand", "foot")
        return SurfaceFields(rest, part, *(spread(getattr(at, name)) for name in names))

    def _fields_of_vertices(self, body: BodyModel) -> SurfaceFields:
        rest = self.rest_vertices
        part = torch.as_tensor(body.part_labels)

        def one_of(*stems: str) -> Tensor:
            ids = [i for i, n in enumerate(self.joint_names) if n.split("_")[-1] in stems]
            return torch.isin(part, torch.tensor(ids))

        arm, limb_tip = one_of(*ARM_PARTS), one_of("Ankle", "Foot")
        shoulder, wrist = self.joint("L_Shoulder")[0], self.joint("L_Wrist")[0]
        hip, ankle = self.joint("L_Hip")[1], self.joint("L_Ankle")[1]
        down_arm = (rest[:, 0].abs() - shoulder) / (wrist - shoulder)
        down_leg = (hip - rest[:, 1]) / (hip - ankle)
        minus = torch.full_like(down_arm, -1.0)
        return SurfaceFields(
            rest=rest,
            part=part,
            arm=torch.where(arm, down_arm, minus),
            leg=torch.where(arm, minus, down_leg),
            head=one_of("Head", "Neck").float(),
            hand=one_of("Wrist", "Hand").float(),
            foot=limb_tip.float(),
        )

    def _apply(self, fn, recurse: bool = True):
        """Move the fields along with the buffers (``.to(device)``)."""
        super()._apply(fn, recurse)
        for name in ("fields", "_vertex_fields"):
            moved = getattr(self, name)
            values = (
                fn(v) if v.is_floating_point() else v.to(self.weight.device) for v in _all(moved)
            )
            setattr(self, name, SurfaceFields(*values))
        self.vertex_fields = self._vertex_fields
        return self


def _all(fields: SurfaceFields) -> list[Tensor]:
    return [getattr(fields, name) for name in fields.__dataclass_fields__]


def _stratified_points(vertices: Tensor, faces: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """(P, 3) vertex ids and (P, 3) barycentric weights, stratified by area, always the same."""
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    area = torch.linalg.cross(b - a, c - a).norm(dim=1) / 2
    # Small faces (hands, face) get a little more than their area: they are looked at closely.
    area = area + 0.15 * area.mean()
    share = area.cumsum(0) / area.sum()
    face = torch.searchsorted(share, (torch.arange(count) + 0.5) / count).clamp_max(len(faces) - 1)
    # A low-discrepancy sequence leaves no clumps and no gaps inside a face (Roberts 2018, R2).
    uv = torch.arange(count)[:, None] * torch.tensor([0.7548776662, 0.5698402909]) % 1
    uv = torch.where(uv.sum(1, keepdim=True) > 1, 1 - uv, uv)
    return faces[face], torch.stack([uv[:, 0], uv[:, 1], 1 - uv.sum(1)], 1)


def _csr(rows: Tensor, columns: Tensor, values: Tensor, size: tuple[int, int]) -> Tensor:
    return torch.sparse_csr_tensor(rows, columns, values, size=size)


def _incidence(faces: Tensor, vertices: int) -> Tensor:
    """(V, F) sparse: ones where a face touches a vertex."""
    face = torch.arange(len(faces)).repeat(3)
    vertex = faces.T.reshape(-1)
    ones = torch.ones(len(face))
    coo = torch.sparse_coo_tensor(torch.stack([vertex, face]), ones, (vertices, len(faces)))
    return coo.coalesce().to_sparse_csr()


def _sparse_apply(matrix: Tensor, values: Tensor) -> Tensor:
    """(N, M) sparse times (B, M, 3) -> (B, N, 3)."""
    batch, rows, _ = values.shape
    flat = values.permute(1, 0, 2).reshape(rows, batch * 3)
    return (matrix @ flat).reshape(matrix.shape[0], batch, 3).permute(1, 0, 2)
