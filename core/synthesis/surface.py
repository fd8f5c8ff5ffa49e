"""Fixed points on a skin, and what is known of each of them: the geometry that gets splatted.

A body is drawn as a dense cloud of surface points with fixed barycentric weights, so that one sparse
product moves all of them, and everything that depends on the point alone (T-pose position, part, how
far down an arm or a leg it lies) is computed once. Posed quantities are planes (V, B) or (P, B), one
per coordinate: on a processor that is several times faster than (B, V, 3).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, fields
from enum import IntEnum, IntFlag

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.body import BodyModel

Planes = tuple[Tensor, Tensor, Tensor]
ARM_PARTS = ("Shoulder", "Elbow", "Wrist", "Hand")
NECK_HALF_WIDTH = 0.11


class Flag(IntFlag):
    """What a surface point can be; several may hold."""

    TOP = 1  # can be under a top
    BOTTOM = 2  # can be under trousers
    SHOE = 4
    SCALP = 8  # grows hair, above the hair line
    WIDE = 16  # beside the neckline
    SHELL = 32  # hangs around the body: a skirt, or a coat
    HELD = 64  # belongs to what a hand holds
    HELD_TOO = 128


class Paint(IntEnum):
    """What is painted on bare skin."""

    NONE = 0
    EYE = 1
    BROW = 2
    LIPS = 3
    NAIL = 4


@dataclass(frozen=True, eq=False)
class SurfaceFields:
    """What never changes about N points; lengths in metres in the T-pose of the mean body.

    Attributes:
        x, y, z: (N,) T-pose position, y up, facing +z.
        part: (N,) int64, the joint that moves the point most.
        arm: (N,) 0 at the shoulder to 1 at the wrist and beyond; -1 off the arms.
        leg: (N,) 0 at the hip to 1 at the ankle, negative above the hip; -1 on the arms.
        down, across: (N,) coordinates of patterns: along a limb or the trunk, and around it.
        hairline: (N,) height above which hair grows at this depth of the head.
        flags, paint: (N,) uint8 `Flag` and `Paint`.
    """

    x: Tensor
    y: Tensor
    z: Tensor
    part: Tensor
    arm: Tensor
    leg: Tensor
    down: Tensor
    across: Tensor
    hairline: Tensor
    flags: Tensor
    paint: Tensor

    def pick(self, index: Tensor) -> SurfaceFields:
        """The fields of some points, (M,) int64."""
        return SurfaceFields(*(getattr(self, f.name).index_select(0, index) for f in fields(self)))

    def to(self, device: torch.device) -> SurfaceFields:
        """The same fields on another device."""
        return SurfaceFields(*(getattr(self, f.name).to(device) for f in fields(self)))

    def followed_by(self, other: SurfaceFields) -> SurfaceFields:
        """These points and others behind them."""
        pairs = ((getattr(self, f.name), getattr(other, f.name)) for f in fields(self))
        return SurfaceFields(*(torch.cat(pair) for pair in pairs))

    def columns(self) -> SurfaceFields:
        """The same fields (N, 1), to be set against one value per person."""
        return SurfaceFields(*(getattr(self, f.name)[:, None] for f in fields(self)))


class Surface(nn.Module):
    """Area-stratified points on a skin, with normals; what the points are is the subclass's business.

    Args:
        body: the model whose level 0 is drawn.
        coarse: number of points for pictures of the whole; any ``coarse`` of them are spread evenly.
        fine: number of points for close-ups, the coarse ones first.
    """

    rest_vertices: Tensor
    rest_joints: Tensor
    faces: Tensor
    corner: Tensor
    weight: Tensor
    part_of_vertex: Tensor
    _coarse: Tensor
    _rest: Tensor
    _along: Tensor
    _across: Tensor

    def __init__(self, body: BodyModel, coarse: int, fine: int) -> None:
        super().__init__()
        still = torch.zeros(1, body.shape_count, device=body.v_bind.device)
        rest = body(body.zero_pose(1), still)
        self.joint_names = tuple(body.joint_names)
        self.coarse = coarse
        self._add("rest_vertices", rest.vertices[0])
        self._add("rest_joints", rest.joints[0])
        self._add("faces", torch.as_tensor(body.faces(0), dtype=torch.int64))
        self._add("part_of_vertex", torch.as_tensor(body.part_labels))
        corner, weight = _spread_points(self.rest_vertices, self.faces, fine)
        self._add("corner", corner.T.contiguous())
        self._add("weight", weight.T.contiguous())
        vertices = len(self.rest_vertices)
        self._add("_coarse", _csr_rows(corner[:coarse], weight[:coarse], vertices))
        self._add("_rest", _csr_rows(corner[coarse:], weight[coarse:], vertices))
        along, across = _tangent_operators(self.rest_vertices, self.faces)
        self._add("_along", along)
        self._add("_across", across)
        self.area = float(_areas(self.rest_vertices, self.faces).sum())

    def _add(self, name: str, value: Tensor) -> None:
        self.register_buffer(name, value.detach(), persistent=False)

    @property
    def count(self) -> int:
        """Number of points."""
        return self.corner.shape[1]

    def joint(self, name: str) -> Tensor:
        """(3,) rest position of a named joint."""
        return self.rest_joints[self.joint_names.index(name)]

    def coarse_points(self, plane: Tensor) -> Tensor:
        """(V, B) values at vertices to (coarse, B) at the first points."""
        return self._coarse @ plane

    def fine_points(self, plane: Tensor) -> Tensor:
        """(V, B) values at vertices to (count - coarse, B) at the other points."""
        return self._rest @ plane

    def normals(self, position: Planes) -> Planes:
        """Unit normals of posed vertices, planes (V, B): exact for affine deformations of a ring."""
        ax, ay, az = (self._along @ plane for plane in position)
        bx, by, bz = (self._across @ plane for plane in position)
        x = (ay * bz).addcmul_(az, by, value=-1)
        y = (az * bx).addcmul_(ax, bz, value=-1)
        z = (ax * by).addcmul_(ay, bx, value=-1)
        scale = (x * x).addcmul_(y, y).addcmul_(z, z).clamp_min_(1e-12).rsqrt_()
        return x.mul_(scale), y.mul_(scale), z.mul_(scale)

    def vertex_normals(self, vertices: Tensor) -> Tensor:
        """(B, V, 3) unit normals of (B, V, 3) vertices."""
        return torch.stack(self.normals(to_planes(vertices)), -1).permute(1, 0, 2)

    def _apply(self, fn, recurse: bool = True):
        """Move the fields along with the buffers (``.to(device)``)."""
        super()._apply(fn, recurse)
        for name, moved in list(vars(self).items()):
            if isinstance(moved, SurfaceFields):
                setattr(self, name, moved.to(self.weight.device))
        return self


class BodySurface(Surface):
    """The skin of the 24-joint body with what clothes, hair and faces need to know of it."""

    fields: SurfaceFields
    vertex_fields: SurfaceFields

    def __init__(self, body: BodyModel, coarse: int, fine: int | None = None) -> None:
        super().__init__(body, coarse, fine or coarse)
        self.fields = self.fields_at(self.corner.T, self.weight.T)
        vertices = torch.arange(len(self.rest_vertices), device=self.weight.device)
        ones = torch.ones(len(vertices), 1, device=self.weight.device)
        self.vertex_fields = self.fields_at(vertices[:, None], ones)

    def fields_at(self, corner: Tensor, weight: Tensor) -> SurfaceFields:
        """Fields of N points between the vertices ``corner`` (N, K) with ``weight`` (N, K)."""

        def mixed(value: Tensor) -> Tensor:
            return (value[corner] * weight).sum(1)

        def belongs(*stems: str) -> Tensor:
            ids = [i for i, n in enumerate(self.joint_names) if n.split("_")[-1] in stems]
            wanted = torch.tensor(ids, device=self.weight.device)
            return torch.isin(self.part_of_vertex, wanted)

        rest = self.rest_vertices
        arm, down_arm, down_leg = belongs(*ARM_PARTS), *self._limb_fractions()
        minus = torch.full_like(down_arm, -1.0)
        x, y, z = (mixed(rest[:, axis]) for axis in range(3))
        on_arm = mixed(torch.where(arm, down_arm, minus))
        on_leg = mixed(torch.where(arm, minus, down_leg))
        head, hand = mixed(belongs("Head", "Neck").float()), mixed(belongs("Wrist", "Hand").float())
        foot = mixed(belongs("Ankle", "Foot").float())
        crown, hairline, off_face = self._hair_line(y, z)
        flags = (
            Flag.TOP * ((hand < 0.6) & (head < 0.5))
            + Flag.BOTTOM * ((on_arm < 0) & (foot < 0.6))
            + Flag.SHOE * ((foot > 0.5) & (y < self.joint("L_Ankle")[1] + 0.02))
            + Flag.SCALP * ((head > 0.5) & off_face & crown)
            + Flag.WIDE * (x.abs() > NECK_HALF_WIDTH)
        )
        nearest = corner.gather(1, weight.argmax(1, keepdim=True))[:, 0]
        return SurfaceFields(
            x, y, z, self.part_of_vertex[nearest], on_arm, on_leg,
            down=torch.where(on_arm > 0, x.abs(), y),
            across=torch.where(on_arm > 0, y + z, x + z),
            hairline=hairline,
            flags=flags.to(torch.uint8),
            paint=self._face(x, y, z, head),
        )  # fmt: skip

    def _limb_fractions(self) -> tuple[Tensor, Tensor]:
        rest = self.rest_vertices
        shoulder, wrist = self.joint("L_Shoulder")[0], self.joint("L_Wrist")[0]
        hip, ankle = self.joint("L_Hip")[1], self.joint("L_Ankle")[1]
        return (rest[:, 0].abs() - shoulder) / (wrist - shoulder), (hip - rest[:, 1]) / (
            hip - ankle
        )

    def _hair_line(self, y: Tensor, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Hair grows above a line that falls from the forehead to the nape, never on the face."""
        head, neck = self.joint("Head"), self.joint("Neck")[1]
        ear = head[2] + 0.01
        line = head[1] + 0.115 - (0.07 - (z - ear)).clamp(0, 0.2) * 1.5
        return y > neck - 0.02, line, (z < ear + 0.055) | (y > head[1] + 0.12)

    def _face(self, x: Tensor, y: Tensor, z: Tensor, head: Tensor) -> Tensor:
        """Eyes, brows and mouth: what tells the front of a head from its back."""
        middle = self.joint("Head")
        before = (head > 0.5) & (z > middle[2] + 0.045)
        paint = torch.zeros_like(x, dtype=torch.uint8)
        spots = (
            (Paint.EYE, 0.032, 0.075, 0.016, 0.009),
            (Paint.BROW, 0.032, 0.097, 0.022, 0.006),
            (Paint.LIPS, 0.0, 0.003, 0.025, 0.009),
        )
        for kind, dx, dy, wide, high in spots:
            apart = ((x.abs() - dx) / wide) ** 2 + ((y - middle[1] - dy) / high) ** 2
            paint[before & (apart < 1)] = int(kind)
        return paint


def loose_fields(
    down: Tensor, across: Tensor, flags: Tensor, part: int, front: Tensor | None = None
) -> SurfaceFields:
    """Fields of points that are no part of the skin: patterns, what they are, and nothing else."""
    zero, minus = torch.zeros_like(down), torch.full_like(down, -1.0)
    return SurfaceFields(
        x=across, y=-down, z=zero if front is None else front,
        part=torch.full_like(down, part, dtype=torch.int64), arm=minus, leg=minus,
        down=down, across=across, hairline=zero, flags=flags.to(torch.uint8),
        paint=torch.zeros_like(down, dtype=torch.uint8),
    )  # fmt: skip


def to_planes(vertices: Tensor) -> Planes:
    """(B, V, 3) to three contiguous planes (V, B)."""
    x, y, z = vertices.permute(2, 1, 0).contiguous().unbind(0)
    return x, y, z


def _areas(vertices: Tensor, faces: Tensor) -> Tensor:
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    return torch.linalg.cross(b - a, c - a).norm(dim=1) / 2


def _spread_points(vertices: Tensor, faces: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """(P, 3) vertex ids and (P, 3) barycentric weights; any first few are spread evenly too."""
    area = _areas(vertices, faces)
    # Small faces (hands, face) get a little more than their area: they are looked at closely.
    area = area + 0.15 * area.mean()
    share = area.cumsum(0) / area.sum()
    # The golden ratio spreads the first few as evenly as all of them.
    golden = (torch.arange(count, dtype=torch.float64, device=area.device) * 0.6180339887) % 1
    face = torch.searchsorted(share.double(), golden).clamp_max(len(faces) - 1)
    # Inside a face points begin at its middle and follow a low-discrepancy sequence (Roberts 2018).
    order = face.argsort(stable=True)
    ranked = face[order]
    turn = torch.empty_like(order)
    turn[order] = torch.arange(count, device=order.device) - torch.searchsorted(ranked, ranked)
    steps = torch.tensor([0.7548776662, 0.5698402910], device=area.device)
    uv = (1 / 3 + turn[:, None] * steps) % 1
    uv = torch.where(uv.sum(1, keepdim=True) > 1, 1 - uv, uv)
    return faces[face], torch.stack([uv[:, 0], uv[:, 1], 1 - uv.sum(1)], 1)


def _csr_rows(corner: Tensor, weight: Tensor, vertices: int) -> Tensor:
    """(P, V) sparse with three entries a row."""
    rows = torch.arange(0, 3 * len(corner) + 1, 3, device=corner.device)
    size = (len(corner), vertices)
    with warnings.catch_warnings():
        # torch says once a process that this layout is young; it is tested here.
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support")
        return torch.sparse_csr_tensor(
            rows, corner.reshape(-1), weight.reshape(-1), size=size, check_invariants=False
        )


def _tangent_operators(vertices: Tensor, faces: Tensor) -> tuple[Tensor, Tensor]:
    """Two sparse (V, V) operators that give two tangents at each posed vertex.

    Least squares over the ring of neighbours: the derivative of the posed position by the two
    tangent coordinates of the rest shape. Their cross product is the normal.
    """
    count = len(vertices)
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    face_normal = torch.linalg.cross(b - a, c - a)
    normal = torch.zeros_like(vertices)
    for i in range(3):
        normal.index_add_(0, faces[:, i], face_normal)
    normal = F.normalize(normal, dim=-1)
    least = torch.eye(3, device=vertices.device)[normal.abs().argmin(1)]
    first = F.normalize(torch.linalg.cross(normal, least), dim=-1)
    second = torch.linalg.cross(normal, first)
    pairs = torch.cat([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    start, end = torch.unique(torch.cat([pairs, pairs.flip(1)]), dim=0).T
    step = vertices[end] - vertices[start]
    flat = torch.stack([(step * first[start]).sum(1), (step * second[start]).sum(1)], 1)
    moment = vertices.new_zeros(count, 2, 2)
    moment.index_add_(0, start, flat[:, :, None] * flat[:, None, :])
    ridge = 1e-3 * moment.diagonal(dim1=1, dim2=2).mean(1)[:, None, None]
    inverse = torch.linalg.inv(moment + ridge * torch.eye(2, device=vertices.device))
    weight = (inverse[start] @ flat[..., None])[..., 0]
    return _differences(start, end, weight[:, 0], count), _differences(
        start, end, weight[:, 1], count
    )


def _differences(start: Tensor, end: Tensor, weight: Tensor, count: int) -> Tensor:
    """(count, count) sparse: sum over edges of weight * (value at the end - value at the start)."""
    rows, columns = torch.cat([start, start]), torch.cat([end, start])
    values = torch.cat([weight, -weight])
    coo = torch.sparse_coo_tensor(
        torch.stack([rows, columns]), values, (count, count), check_invariants=False
    )
    return coo.coalesce().to_sparse_csr()
