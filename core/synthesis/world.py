"""The synthetic world: endless pictures of dressed people with exact truth, in torch alone.

One call renders a batch on the device of the world: poses and shapes are drawn, bodies skinned,
dressed, seen by a camera, splatted, lit, put before a background, hidden in part, and photographed.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.body import BodyModel
from core.nn.batch import Batch, Target
from core.synthesis.augment import augment
from core.synthesis.backdrops import Backdrops
from core.synthesis.compose import Ground, composite, lay_ground
from core.synthesis.draws import Draw
from core.synthesis.garments import Outfits, drape, sample_outfits
from core.synthesis.held import HELD_POINTS, HELD_SHARE, held_fields, held_points
from core.synthesis.people import Loose, Painted, PeoplePainter, depth_at, parts_at
from core.synthesis.poses import PoseSampler
from core.synthesis.shading import sample_lights
from core.synthesis.shells import SHELL_POINTS, shell_fields, shell_points
from core.synthesis.surface import BodySurface, to_planes
from core.synthesis.views import Views, sample_orientation, sample_views

IGNORED_PART = 255
# A joint is hidden when something lies this far before it (half a thigh is 8 cm).
JOINT_HIDDEN_M = 0.14
CONTACT_JOINTS = ("L_Ankle", "R_Ankle", "L_Foot", "R_Foot", "L_Knee", "R_Knee", "Pelvis", "L_Hand")
BUST = ("L_Shoulder", "R_Shoulder", "Neck", "Head")
PARTS = 25
DEPTH_LENGTH_M = 3.6
# Points for the whole of a person and for close-ups, by the size of the picture.
POINTS = ((160, 18_000, 52_000), (4096, 52_000, 112_000))
SHELL_SPACING_M, HELD_SPACING_M = 0.016, 0.016


@dataclass(frozen=True, eq=False)
class Rendered:
    """B pictures with everything that any method's loss needs.

    What follows from these by projection (coarse vertices, weak-perspective cameras, the boxes of
    several crops) is in `core.synthesis.truth`.

    Attributes:
        batch: normalisation-free input: ``image`` (B, 3, S, S) float32 in [0, 1], crop and camera.
        target: vertices (B, V, 3) and joints about the body origin in camera axes, metres; 2D joints
            in [-1, 1] over the crop; rotations, shape, full-picture camera.
        joints_2d: (B, K, 2) joints in [-1, 1] over the crop: ``lift25`` of a body, ``hand21`` of a hand.
        joints_visible: (B, K) float32: 1 seen, 0.5 hidden by the person or an object, 0 outside.
        parts: (B, S/4, S/4) uint8: 0 background, 1.. joint + 1, 255 cloth of no single part.
        silhouette: (B, S/4, S/4) float32 in [0, 1], the visible person.
    """

    batch: Batch
    target: Target
    joints_2d: Tensor
    joints_visible: Tensor
    parts: Tensor
    silhouette: Tensor


@dataclass(frozen=True, eq=False)
class Posed:
    """B posed bodies before cameras.

    Attributes:
        rotmat, betas: their parameters.
        pitch: (B,) radians, how far each camera looks down.
        vertices, bones: (B, V, 3) and (B, J, 3) metres about the body origin, camera axes.
        views: their cameras.
    """

    rotmat: Tensor
    betas: Tensor
    pitch: Tensor
    vertices: Tensor
    bones: Tensor
    views: Views


class World(nn.Module):
    """Renders synthetic pictures.

    Args:
        body: the embedded body.
        size: side of the pictures, a multiple of 8.
        bank: (N, 3, h, w) uint8 backgrounds, see `backgrounds`.
        pool: poses kept ready; a tenth is renewed every so often by `refresh`.
    """

    def __init__(self, body: BodyModel, size: int, bank: Tensor, *, pool: int = 20_000) -> None:
        super().__init__()
        self.body = body
        self.size = size
        coarse, fine = next((c, f) for limit, c, f in POINTS if size <= limit)
        self.surface = BodySurface(body, coarse, fine)
        self.backdrops = Backdrops(bank, size)
        device = bank.device
        loose = [shell_fields(device, IGNORED_PART - 1), held_fields(device, -1)]
        self.painter = PeoplePainter(
            self.surface, self.surface.fields, loose, foreign=1, depth_length=DEPTH_LENGTH_M
        )
        self.pool_size = pool
        self.sampler = PoseSampler(body.chain)
        self.poses: Tensor | None = None

    @property
    def device(self) -> torch.device:
        """Where pictures are made."""
        return self.backdrops.bank.device

    def refresh(self, count: int | None = None) -> None:
        """Draw new poses, all of them at first, later ``count`` of them, and new backdrops."""
        fresh = self.sampler.sample(count or self.pool_size).rotmat.to(self.device)
        kept = None if self.poses is None or count is None else self.poses[len(fresh) :]
        self.poses = fresh if kept is None else torch.cat([kept, fresh])
        if kept is not None:
            self.backdrops.refresh()

    @torch.no_grad()
    def render(self, people: int, *, photographed: bool = True) -> Rendered:
        """A fresh batch of ``people`` pictures; ``photographed`` adds blur, noise and compression."""
        orientation, posed = self._pose(people)
        painted = self._paint(posed, orientation)
        walls = self.backdrops.crops(people)
        lay_ground(walls, self.backdrops, self._ground(orientation, posed), posed.views)
        picture, hidden = composite(painted.layers, walls, self.backdrops)
        if photographed:
            picture = augment(picture)
        joints = self.body.regress(posed.vertices, "lift25")
        return with_truth(
            picture.clamp_(0, 1), posed, joints, painted, hidden, self.painter, JOINT_HIDDEN_M
        )

    def _pose(self, people: int) -> tuple[Tensor, Posed]:
        if self.poses is None:
            self.refresh()
        assert self.poses is not None
        orientation, pitch = sample_orientation(people, self.device)
        index = torch.randint(len(self.poses), (people,), device=self.device)
        rotmat = self.poses[index]
        rotmat[:, 0] = orientation @ rotmat[:, 0]
        betas = (torch.randn(people, 10, device=self.device) * 0.9).clamp(-2.5, 2.5)
        posed = self.body(rotmat, betas)
        names = self.surface.joint_names
        bust = torch.tensor([names.index(n) for n in BUST], device=self.device)
        views = sample_views(posed.vertices, bust, posed.joints)
        return orientation, Posed(rotmat, betas, pitch, posed.vertices, posed.joints, views)

    def _ground(self, orientation: Tensor, posed: Posed) -> Ground:
        right, up, ahead = orientation.unbind(-1)
        lowest = torch.bmm(posed.vertices, up[:, :, None]).amin((1, 2))
        moved = posed.views.translation
        ids = [self.surface.joint_names.index(n) for n in CONTACT_JOINTS]
        point = up * lowest[:, None] + moved
        return Ground(up, right, ahead, point, posed.bones[:, ids] + moved[:, None])

    def _paint(self, posed: Posed, orientation: Tensor) -> Painted:
        people, device = len(posed.vertices), self.device
        outfits = sample_outfits(people, self.surface, len(self.backdrops))
        moved = posed.views.translation
        skin = to_planes(posed.vertices + moved[:, None])
        bones = posed.bones + moved[:, None]
        loose = [
            self._shells(bones, outfits),
            self._held(bones, orientation[:, :, 1], Draw(people, device)),
        ]
        return self.painter.paint(
            skin,
            drape(outfits, self.surface),
            outfits,
            sample_lights(people, device),
            posed.views,
            loose,
            self.backdrops.bank,
            self.size,
        )

    def _shells(self, bones: Tensor, outfits: Outfits) -> Loose | None:
        wearing = (outfits.skirt > 0).nonzero()[:, 0]
        if not len(wearing):
            return None
        points, normals = shell_points(
            bones[wearing],
            self.surface.joint_names,
            outfits.skirt[wearing],
            outfits.skirt_flare[wearing],
            outfits.coat[wearing],
        )
        assert points.shape[1] == SHELL_POINTS
        return Loose(wearing, to_planes(points), to_planes(normals), SHELL_SPACING_M)

    def _held(self, bones: Tensor, up: Tensor, draw: Draw) -> Loose | None:
        holding = draw.chance(HELD_SHARE).nonzero()[:, 0]
        if not len(holding):
            return None
        points, normals = held_points(bones[holding], self.surface.joint_names, up[holding])
        assert points.shape[1] == HELD_POINTS
        return Loose(holding, to_planes(points), to_planes(normals), HELD_SPACING_M)


def with_truth(
    picture: Tensor,
    posed: Posed,
    joints: Tensor,
    painted: Painted,
    hidden: Tensor,
    painter: PeoplePainter,
    hidden_m: float,
) -> Rendered:
    """The record of rendered pictures.

    Args:
        picture: (B, 3, S, S) as it is shown.
        posed: bodies and cameras.
        joints: (B, K, 3) metres about the body origin.
        painted: what was drawn.
        hidden: (B, 1, S, S) in [0, 1], what covers the person.
        painter: who drew it.
        hidden_m: a joint is hidden by what lies this far before it, metres.
    """
    views, large = posed.views, painted.keys.shape[-1]
    seen = joints + views.translation[:, None]
    normalised = views.project(seen, 2) - 1
    visible = _visibility(normalised, seen[..., 2], painted, hidden, hidden_m)
    step = large // (picture.shape[-1] // 4)
    parts = parts_at(painter, painted.keys[:, step // 2 :: step, step // 2 :: step])
    free = F.max_pool2d(hidden, 4)[:, 0] < 0.5
    silhouette = F.avg_pool2d(painted.layers.person * (1 - hidden), 4)[:, 0]
    shown = joints[:, : min(joints.shape[1], 14)] if joints.shape[1] == 25 else joints
    count = shown.shape[1]
    batch = Batch(
        box_center=views.box_center,
        box_size=views.box_size,
        image_size=views.image_size,
        focal_px=views.focal_px,
        image=picture,
        camera_pitch=posed.pitch,
    )
    ones = torch.ones(len(picture), device=picture.device)
    target = Target(
        vertices=posed.vertices,
        joints_3d=shown,
        joints_2d=normalised[:, :count],
        joints_2d_visible=visible[:, :count],
        rotmat=posed.rotmat,
        betas=posed.betas,
        camera_full=views.translation,
        has_mesh=ones,
        has_3d=ones,
        has_2d=ones,
    )
    return Rendered(batch, target, normalised, visible, parts * free, silhouette)


def _visibility(
    joints_2d: Tensor, depth: Tensor, painted: Painted, hidden: Tensor, hidden_m: float
) -> Tensor:
    """1 seen, 0.5 covered, 0 outside, for joints (B, K, 2) in [-1, 1]."""
    inside = (joints_2d.abs() < 1).all(-1)
    share = (joints_2d + 1) / 2
    large, size = painted.keys.shape[-1], hidden.shape[-1]
    behind = depth_at(painted, (share * large).long().clamp(0, large - 1)) < depth - hidden_m
    column, row = (share * size).long().clamp(0, size - 1).unbind(-1)
    person = torch.arange(len(share), device=share.device)[:, None]
    covered = hidden[person, 0, row, column] > 0.5
    seen = torch.where(covered | behind, 0.5, 1.0)
    return torch.where(inside, seen, torch.zeros_like(seen))
