"""The synthetic world: endless pictures of dressed people with exact truth, in torch alone.

One call renders a batch on the device of the world: poses and shapes are drawn, bodies skinned,
dressed, seen by a camera, splatted, lit, put before a background, hidden in part, and photographed.
"""

from __future__ import annotations

import torch
from torch import Tensor

from core.body import BodyModel
from core.synthesis.compose import Ground, lay_ground
from core.synthesis.draws import Draw
from core.synthesis.garments import Outfits, drape, sample_outfits
from core.synthesis.held import HELD_SHARE, held_fields, held_points
from core.synthesis.people import Loose, Painted, PeoplePainter
from core.synthesis.poses import PoseSampler
from core.synthesis.shading import sample_lights
from core.synthesis.shells import shell_fields, shell_points
from core.synthesis.studio import Studio
from core.synthesis.surface import BodySurface, to_planes
from core.synthesis.truth import IGNORED_PART, Posed, Rendered
from core.synthesis.views import sample_orientation, sample_views

CONTACT_JOINTS = ("L_Ankle", "R_Ankle", "L_Foot", "R_Foot", "L_Knee", "R_Knee", "Pelvis", "L_Hand")
BUST = ("L_Shoulder", "R_Shoulder", "Neck", "Head")
PARTS = 25
DEPTH_LENGTH_M = 3.6
# Points for the whole of a person and for close-ups, by the size of the picture.
POINTS = ((160, 18_000, 52_000), (4096, 52_000, 112_000))
SHELL_SPACING_M, HELD_SPACING_M = 0.016, 0.016

__all__ = ["IGNORED_PART", "PARTS", "Rendered", "World"]


class World(Studio):
    """Renders people.

    Args:
        body: the embedded body.
        size: side of the pictures, a multiple of 8.
        bank: (N, 3, h, w) uint8 backgrounds, see `backgrounds`.
        pool: poses kept ready; some are renewed every so often by `refresh`.
    """

    joint_set = "lift25"
    shown_joints = 14
    hidden_m = 0.14  # half a thigh is 8 cm

    def __init__(self, body: BodyModel, size: int, bank: Tensor, *, pool: int = 20_000) -> None:
        super().__init__(body, size, bank, pool)
        coarse, fine = next((c, f) for limit, c, f in POINTS if size <= limit)
        self.surface = BodySurface(body, coarse, fine)
        device = bank.device
        # A skirt hides which leg is below; what is held is no part of the person.
        loose = [shell_fields(device, IGNORED_PART - 1), held_fields(device, -1)]
        self.painter = PeoplePainter(
            self.surface, self.surface.fields, loose, foreign=1, depth_length=DEPTH_LENGTH_M
        )
        self.sampler = PoseSampler(body.chain)

    def seed_poses(self, seed: int) -> None:
        self.sampler = PoseSampler(self.body.chain, seed)

    def _sample_poses(self, count: int) -> Tensor:
        return self.sampler.sample(count).rotmat

    def _pose(self, people: int, poses: Tensor) -> Posed:
        orientation, pitch = sample_orientation(people, self.device)
        rotmat = poses[torch.randint(len(poses), (people,), device=self.device)]
        rotmat[:, 0] = orientation @ rotmat[:, 0]
        betas = (torch.randn(people, 10, device=self.device) * 0.9).clamp(-2.5, 2.5)
        posed = self.body(rotmat, betas)
        names = self.surface.joint_names
        bust = torch.tensor([names.index(n) for n in BUST], device=self.device)
        views = sample_views(posed.vertices, bust, posed.joints)
        return Posed(rotmat, betas, orientation, pitch, posed.vertices, posed.joints, views)

    def _set_scene(self, walls: Tensor, posed: Posed) -> None:
        right, up, ahead = posed.orientation.unbind(-1)
        lowest = torch.bmm(posed.vertices, up[:, :, None]).amin((1, 2))
        moved = posed.views.translation
        ids = [self.surface.joint_names.index(n) for n in CONTACT_JOINTS]
        point = up * lowest[:, None] + moved
        ground = Ground(up, right, ahead, point, posed.bones[:, ids] + moved[:, None])
        lay_ground(walls, self.backdrops, ground, posed.views)

    def _paint(self, posed: Posed) -> Painted:
        people, device = len(posed.vertices), self.device
        outfits = sample_outfits(people, self.surface, len(self.backdrops))
        moved = posed.views.translation[:, None]
        bones = posed.bones + moved
        up = posed.orientation[:, :, 1]
        loose = [self._shells(bones, outfits), self._held(bones, up, Draw(people, device))]
        return self.painter.paint(
            to_planes(posed.vertices + moved),
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
        return Loose(wearing, to_planes(points), to_planes(normals), SHELL_SPACING_M)

    def _held(self, bones: Tensor, up: Tensor, draw: Draw) -> Loose | None:
        holding = draw.chance(HELD_SHARE).nonzero()[:, 0]
        if not len(holding):
            return None
        points, normals = held_points(bones[holding], self.surface.joint_names, up[holding])
        return Loose(holding, to_planes(points), to_planes(normals), HELD_SPACING_M)
