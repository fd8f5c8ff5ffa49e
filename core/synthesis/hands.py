"""Hands in close-up: the synthetic world on the embedded right hand.

The hand ends at the wrist; a forearm of its own, bare or in a sleeve, bends away from it and leaves
the picture. Some hands wear gloves, some hold a thing.
"""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional as F

from core.body import BodyModel
from core.geometry.rotations import axis_angle_to_rotmat, rotation_y, rotation_z
from core.synthesis.draws import Draw
from core.synthesis.garments import Drape, Outfits, cloth_of, draw_outfits
from core.synthesis.hand_poses import DEGREE, HandPoseSampler
from core.synthesis.held import HELD_AROUND, gripped_points, held_fields
from core.synthesis.people import Loose, Painted, PeoplePainter
from core.synthesis.shading import sample_lights
from core.synthesis.studio import Studio
from core.synthesis.surface import Flag, Paint, Surface, SurfaceFields, loose_fields, to_planes
from core.synthesis.truth import IGNORED_PART, Posed
from core.synthesis.views import ViewRanges, sample_views

POINTS = ((160, 14_000, 30_000), (4096, 30_000, 60_000))
DEPTH_LENGTH_M = 0.8
RANGES = ViewRanges(depth=(0.35, 1.4), portraits=0.0, room=(1.08, 1.7))
GLOVE_SHARE, SLEEVE_SHARE, GRIP_SHARE = 0.06, 0.45, 0.22
NO_SLEEVE, GLOVE = -2.0, 2.0
ARM_ROWS, ARM_AROUND, ARM_LENGTH_M = 120, 90, 0.28
ARM_POINTS = ARM_ROWS * ARM_AROUND
NAIL_LENGTH_M = 0.013
CREASES = 5


class HandSurface(Surface):
    """The skin of the 16-joint hand; its ``arm`` field runs from 0 at the wrist to 1 at the tips."""

    fields: SurfaceFields
    vertex_fields: SurfaceFields

    def __init__(self, body: BodyModel, coarse: int, fine: int) -> None:
        super().__init__(body, coarse, fine)
        tips = body.regress(self.rest_vertices[None], "hand21")[0]
        names = body.joint_names_of("hand21")
        ends = [i for i, name in enumerate(names) if name.endswith("_4")]
        self._add("tips", tips[ends])
        self._add("knuckles", tips[[i - 1 for i in ends]])
        self.fields = self._fields_at(self.corner.T, self.weight.T)
        vertices = torch.arange(len(self.rest_vertices), device=self.weight.device)
        ones = torch.ones(len(vertices), 1, device=self.weight.device)
        self.vertex_fields = self._fields_at(vertices[:, None], ones)

    def _fields_at(self, corner: Tensor, weight: Tensor) -> SurfaceFields:
        place = (self.rest_vertices[corner] * weight[..., None]).sum(1)
        normal = self.vertex_normals(self.rest_vertices[None])[0]
        normal = F.normalize((normal[corner] * weight[..., None]).sum(1), dim=-1)
        reach = float(self.rest_vertices[:, 0].min())
        nearest = corner.gather(1, weight.argmax(1, keepdim=True))[:, 0]
        flags = torch.full_like(nearest, int(Flag.TOP | Flag.WIDE))
        base = loose_fields(place[:, 0], place[:, 2], flags, 0)
        return replace(
            base, x=place[:, 0], y=place[:, 1], z=place[:, 2],
            part=self.part_of_vertex[nearest], arm=place[:, 0] / reach,
            paint=self._nails(place, normal),
        )  # fmt: skip

    def _nails(self, place: Tensor, normal: Tensor) -> Tensor:
        """Nails lie on the back of the last bones, near their ends."""
        tips, knuckles = self.get_buffer("tips"), self.get_buffer("knuckles")
        along = F.normalize(tips - knuckles, dim=-1)
        which = torch.cdist(place, tips).argmin(1)
        offset = ((place - tips[which]) * along[which]).sum(1)
        across = torch.tensor([0.0, 0.0, 1.0], device=place.device).expand_as(along)
        back = F.normalize(torch.linalg.cross(across, along), dim=-1)
        # The thumb is turned by about a quarter against the fingers.
        outward = back * torch.where(back[:, 1:2] < 0, -1.0, 1.0)
        outward[0] = F.normalize(outward[0] + torch.tensor([0.3, 0.3, 0.6]).to(outward), dim=0)
        facing = (normal * outward[which]).sum(1)
        close = (place - tips[which]).norm(dim=1) < 0.02
        nail = close & (offset > -NAIL_LENGTH_M) & (offset < -0.001) & (facing > 0.75)
        return nail.to(torch.uint8) * int(Paint.NAIL)


class HandWorld(Studio):
    """Renders right hands in close-up.

    Args:
        body: the embedded hand.
        size: side of the pictures, a multiple of 8.
        bank: (N, 3, h, w) uint8 backgrounds, see `backgrounds`.
        pool: poses kept ready; some are renewed every so often by `refresh`.
    """

    joint_set = "hand21"
    shown_joints = 21
    hidden_m = 0.016  # a finger is 16 mm thick

    def __init__(self, body: BodyModel, size: int, bank: Tensor, *, pool: int = 20_000) -> None:
        super().__init__(body, size, bank, pool)
        coarse, fine = next((c, f) for limit, c, f in POINTS if size <= limit)
        self.surface = HandSurface(body, coarse, fine)
        device = bank.device
        loose = [_forearm_fields(device), held_fields(device, -1)]
        self.painter = PeoplePainter(
            self.surface, self.surface.fields, loose, foreign=2, depth_length=DEPTH_LENGTH_M
        )
        self.sampler = HandPoseSampler(body.chain)

    def seed_poses(self, seed: int) -> None:
        self.sampler = HandPoseSampler(self.body.chain, seed)

    def _sample_poses(self, count: int) -> Tensor:
        return self.sampler.sample(count)

    def _pose(self, people: int, poses: Tensor) -> Posed:
        device = self.device
        draw = Draw(people, device)
        # Every direction is as likely as any other: a random unit quaternion's rotation.
        axis = F.normalize(draw.normal(0, 1, 3), dim=-1)
        orientation = axis_angle_to_rotmat(axis * _uniform_turn(draw)[:, None])
        rotmat = poses[torch.randint(len(poses), (people,), device=device)]
        rotmat[:, 0] = orientation
        betas = draw.normal(0, 0.9, self.body.shape_count).clamp(-2.5, 2.5)
        posed = self.body(rotmat, betas)
        nothing = torch.zeros(1, dtype=torch.int64, device=device)
        views = sample_views(posed.vertices, nothing, posed.joints, RANGES)
        pitch = torch.full((people,), math.nan, device=device)
        return Posed(rotmat, betas, orientation, pitch, posed.vertices, posed.joints, views)

    def _set_scene(self, walls: Tensor, posed: Posed) -> None:
        """Nothing: hands are held before whatever is behind them."""

    def _paint(self, posed: Posed) -> Painted:
        people, device = len(posed.vertices), self.device
        draw = Draw(people, device)
        outfits = _hand_outfits(draw, len(self.backdrops))
        moved = posed.views.translation
        palm = posed.orientation
        points, normals = _forearm(palm, draw)
        everyone = torch.arange(people, device=device)
        wrist = posed.bones[:, :1] + moved[:, None]
        spacing = ARM_LENGTH_M / ARM_ROWS
        forearm = Loose(everyone, to_planes(points + wrist), to_planes(normals), spacing)
        return self.painter.paint(
            to_planes(posed.vertices + moved[:, None]),
            self._drape(outfits),
            outfits,
            sample_lights(people, device),
            posed.views,
            [forearm, self._gripped(posed, draw)],
            self.backdrops.bank,
            self.size,
        )

    def _drape(self, outfits: Outfits) -> Drape:
        """Gloves stand off the skin; skin has creases and blotches."""
        at = self.surface.vertex_fields
        rest = torch.stack([at.x, at.y, at.z], 1)
        covered = cloth_of(outfits.cuts, at.columns()).float()
        waves = [
            torch.sin(rest @ outfits.wave[:, k].T * 6 + outfits.wave_phase[:, k])
            for k in range(CREASES)
        ]
        fold = 1 + 0.07 * torch.stack(waves).mean(0) * outfits.bump
        return Drape(covered.clamp_max(1) * 0.0018, fold)

    def _gripped(self, posed: Posed, draw: Draw) -> Loose | None:
        holding = draw.chance(GRIP_SHARE).nonzero()[:, 0]
        if not len(holding):
            return None
        names = self.surface.joint_names
        place = posed.bones[:, names.index("Middle_1")] * 0.9
        place = (place + posed.views.translation)[holding]
        palm = posed.orientation[holding]
        points, normals = gripped_points(place, -palm[:, :, 1], palm[:, :, 2])
        return Loose(holding, to_planes(points), to_planes(normals), 0.18 / HELD_AROUND)


def _uniform_turn(draw: Draw) -> Tensor:
    """(B,) angles of uniformly random rotations: density (1 - cos) / pi, by rejection's envelope."""
    candidates = draw.uniform(0, math.pi, 8)
    accepted = draw.uniform(0, 1, 8) < (1 - candidates.cos()) / 2
    first = accepted.float().argmax(1, keepdim=True)
    return candidates.gather(1, first)[:, 0]


def _hand_outfits(draw: Draw, textures: int) -> Outfits:
    """Bare hands mostly, sleeves of any length, a few gloves."""
    zero = torch.zeros((), device=draw.device)
    outfits = draw_outfits(draw, textures, zero, zero)
    sleeve = torch.where(draw.chance(SLEEVE_SHARE), draw.uniform(-0.8, 0.12), NO_SLEEVE)
    sleeve = torch.where(draw.chance(GLOVE_SHARE), draw.uniform(0.45, 1.4), sleeve)
    none = torch.zeros_like(outfits.bare)
    return replace(
        outfits,
        sleeve=torch.where(sleeve > 0.8, GLOVE, sleeve),
        waist=torch.full_like(sleeve, 9.0),
        bare=none,
        jacket=none,
        frequency=outfits.frequency * 3,
    )


def _forearm(palm: Tensor, draw: Draw) -> tuple[Tensor, Tensor]:
    """(B, ARM_POINTS, 3) points and normals of forearms about the wrist.

    Args:
        palm: (B, 3, 3) orientation of the hand; the forearm of a straight wrist runs along its x.
    """
    bend, aside = draw.normal(0, 22) * DEGREE, draw.normal(0, 9) * DEGREE
    frame = palm @ (rotation_y(aside) @ rotation_z(bend))
    along = torch.linspace(-0.07, 1.0, ARM_ROWS, device=palm.device)
    turn = torch.arange(ARM_AROUND, device=palm.device) * (2 * math.pi / ARM_AROUND)
    # Wrists are oval, forearms round; inside the hand the arm ends in a dome.
    dome = (1 - (along / along[0]).clamp(0, 1) ** 2).sqrt()
    grown = along.clamp(0, 1) ** 0.8
    size = draw.uniform(0.85, 1.15, 1, 1)
    thick = size * ((0.0203 + 0.022 * grown) * dome)[None, :, None]
    wide = size * ((0.0285 + 0.017 * grown) * dome)[None, :, None]
    local = torch.stack(
        [
            (along * ARM_LENGTH_M)[None, :, None].expand(len(palm), -1, ARM_AROUND),
            thick * turn.sin(),
            wide * turn.cos(),
        ],
        -1,
    )
    outward = torch.stack(
        [torch.zeros_like(local[..., 0]), turn.sin() / thick.clamp_min(1e-4),
         turn.cos() / wide.clamp_min(1e-4)], -1,
    )  # fmt: skip
    shape = (len(palm), ARM_POINTS, 3)
    points = local.reshape(shape) @ frame.transpose(1, 2)
    normals = F.normalize(outward, dim=-1).reshape(shape) @ frame.transpose(1, 2)
    return points, normals


def _forearm_fields(device: torch.device) -> SurfaceFields:
    """Fields of the forearm: ``arm`` from 0 at the wrist to -1 at its far end."""
    number = torch.arange(ARM_POINTS, device=device)
    along = (number // ARM_AROUND).float() / ARM_ROWS
    around = (number % ARM_AROUND).float() / ARM_AROUND
    flags = torch.full_like(number, int(Flag.TOP | Flag.WIDE))
    base = loose_fields(along * ARM_LENGTH_M, around * 0.2, flags, IGNORED_PART - 1)
    return replace(base, arm=-along)
