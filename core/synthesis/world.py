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
from core.synthesis.compose import Ground, Layers, composite, random_crops, with_ground
from core.synthesis.garments import Outfits, cloth_of, cloth_offsets, sample_outfits
from core.synthesis.poses import PoseSampler
from core.synthesis.shading import Lights, Visible, fabric_colour, light, sample_lights, shade_body
from core.synthesis.shells import AROUND, SHELL_POINTS, shell_points
from core.synthesis.splat import splat
from core.synthesis.surface import BodySurface
from core.synthesis.views import Views, sample_orientation, sample_views

IGNORED_PART = 255
# A joint is hidden when something lies this far before it (half a thigh is 8 cm).
JOINT_HIDDEN_M = 0.14
CONTACT_JOINTS = ("L_Ankle", "R_Ankle", "L_Foot", "R_Foot", "L_Knee", "R_Knee", "Pelvis", "L_Hand")
BUST = ("L_Shoulder", "R_Shoulder", "Neck", "Head")
PARTS = 25


@dataclass(frozen=True, eq=False)
class Rendered:
    """B pictures with everything that any method's loss needs.

    Attributes:
        batch: normalisation-free input: ``image`` (B, 3, S, S) float32 in [0, 1], crop and camera.
        target: vertices (B, 6890, 3) and joints (14) about the body origin in camera axes, metres;
            2D joints in [-1, 1] over the crop; rotations, shape, full-picture camera.
        joints_2d: (B, 25, 2) ``lift25`` joints in [-1, 1] over the crop.
        joints_visible: (B, 25) float32: 1 seen, 0.5 hidden by the person or an object, 0 outside.
        parts: (B, S/4, S/4) uint8: 0 background, 1..24 joint + 1, 255 cloth of no single part.
        silhouette: (B, S/4, S/4) float32 in [0, 1], the visible person.
    """

    batch: Batch
    target: Target
    joints_2d: Tensor
    joints_visible: Tensor
    parts: Tensor
    silhouette: Tensor


class World(nn.Module):
    """Renders synthetic pictures.

    Args:
        body: the embedded body.
        size: side of the pictures, a multiple of 8.
        bank: (N, 3, h, w) uint8 backgrounds, see `backgrounds`.
        supersample: splat at this multiple of the size.
        pool: poses kept ready; a tenth is renewed every so often by `refresh`.
    """

    bank: Tensor

    def __init__(
        self,
        body: BodyModel,
        size: int,
        bank: Tensor,
        *,
        supersample: float = 1.5,
        pool: int = 20_000,
    ) -> None:
        super().__init__()
        self.body = body
        self.size = size
        self.render_size = round(size * supersample)
        points = 28_000 if self.render_size <= 224 else 70_000
        self.surface = BodySurface(body, points)
        self.register_buffer("bank", bank, persistent=False)
        self.pool_size = pool
        self.sampler = PoseSampler(body.chain)
        self.poses: Tensor | None = None

    @property
    def device(self) -> torch.device:
        """Where pictures are made."""
        return self.bank.device

    def refresh(self, count: int | None = None) -> None:
        """Draw new poses: all of them at first, later ``count`` of them."""
        fresh = self.sampler.sample(count or self.pool_size).rotmat.to(self.device)
        kept = None if self.poses is None or count is None else self.poses[len(fresh) :]
        self.poses = fresh if kept is None else torch.cat([kept, fresh])

    @torch.no_grad()
    def render(self, people: int, *, photographed: bool = True) -> Rendered:
        """A fresh batch of ``people`` pictures; ``photographed`` adds blur, noise and compression."""
        if self.poses is None:
            self.refresh()
        orientation, pitch = sample_orientation(people, self.device)
        rotmat, betas = self._draw_bodies(people, orientation)
        posed = self.body(rotmat, betas)
        names = self.surface.joint_names
        bust = torch.tensor([names.index(n) for n in BUST], device=self.device)
        views = sample_views(posed.vertices, bust, posed.joints)
        drawn = _Scene(self, posed.vertices, posed.joints, views)
        layers, parts, nearest = drawn.paint()
        ground = self._ground(orientation, posed.vertices, posed.joints, views)
        walls = random_crops(self.bank, people, self.render_size)
        background = with_ground(walls, self.bank, ground, views)
        picture, hidden = composite(layers, background, self.bank)
        picture = F.interpolate(picture, size=(self.size, self.size), mode="area")
        if photographed:
            picture = augment(picture)
        return self._with_truth(
            picture.clamp(0, 1), rotmat, betas, pitch, posed, views, layers, parts, nearest, hidden
        )

    def _draw_bodies(self, people: int, orientation: Tensor) -> tuple[Tensor, Tensor]:
        assert self.poses is not None
        index = torch.randint(len(self.poses), (people,), device=self.device)
        rotmat = self.poses[index].clone()
        rotmat[:, 0] = orientation @ rotmat[:, 0]
        betas = (torch.randn(people, 10, device=self.device) * 0.9).clamp(-2.5, 2.5)
        return rotmat, betas

    def _ground(
        self, orientation: Tensor, vertices: Tensor, joints: Tensor, views: Views
    ) -> Ground:
        right, up, ahead = orientation.unbind(-1)
        lowest = (vertices * up[:, None]).sum(-1).amin(1)
        point = up * lowest[:, None] + views.translation
        ids = [self.surface.joint_names.index(n) for n in CONTACT_JOINTS]
        return Ground(up, right, ahead, point, joints[:, ids] + views.translation[:, None])

    def _with_truth(
        self,
        picture: Tensor,
        rotmat: Tensor,
        betas: Tensor,
        pitch: Tensor,
        posed: object,
        views: Views,
        layers: Layers,
        parts: Tensor,
        nearest: Tensor,
        hidden: Tensor,
    ) -> Rendered:
        vertices: Tensor = posed.vertices  # type: ignore[attr-defined]
        joints = self.body.regress(vertices, "lift25")  # type: ignore[attr-defined]
        seen = joints + views.translation[:, None]
        pixels = views.project(seen, self.render_size)
        visible = _visibility(pixels, seen[..., 2], nearest, hidden)
        normalised = pixels / self.render_size * 2 - 1
        step = self.render_size // (self.size // 4)
        free = F.max_pool2d(hidden, step) < 0.5
        small = parts[:, step // 2 :: step, step // 2 :: step][
            :, : self.size // 4, : self.size // 4
        ]
        shape = small.shape[-2:]
        small = torch.where(_fit(free.float(), shape) > 0.5, small, torch.zeros_like(small))
        silhouette = _fit(F.avg_pool2d(layers.mask * (1 - hidden), step), shape)
        batch = Batch(
            box_center=views.box_center,
            box_size=views.box_size,
            image_size=views.image_size,
            focal_px=views.focal_px,
            image=picture,
            camera_pitch=pitch,
        )
        target = Target(
            vertices=vertices,
            joints_3d=joints[:, :14],
            joints_2d=normalised[:, :14],
            joints_2d_visible=visible[:, :14],
            rotmat=rotmat,
            betas=betas,
            camera_full=views.translation,
        )
        return Rendered(batch, target, normalised, visible, small, silhouette)


def _fit(values: Tensor, shape: torch.Size) -> Tensor:
    return F.interpolate(values, size=tuple(shape), mode="nearest")[:, 0]


def _visibility(pixels: Tensor, depth: Tensor, nearest: Tensor, hidden: Tensor) -> Tensor:
    """1 seen, 0.5 covered, 0 outside; ``nearest`` (B, S, S) is the depth drawn at each pixel."""
    size = nearest.shape[-1]
    inside = ((pixels >= 0) & (pixels < size)).all(-1)
    column, row = pixels.long().clamp(0, size - 1).unbind(-1)
    person = torch.arange(len(pixels), device=pixels.device)[:, None]
    covered = hidden[person, 0, row, column] > 0.5
    behind = nearest[person, row, column] < depth - JOINT_HIDDEN_M
    seen = torch.where(covered | behind, 0.5, 1.0)
    return torch.where(inside, seen, torch.zeros_like(seen))


class _Scene:
    """The people of one batch, from vertices to colours; lives for one call of `World.render`."""

    def __init__(self, world: World, vertices: Tensor, joints: Tensor, views: Views) -> None:
        self.world, self.surface = world, world.surface
        self.people, self.views = len(vertices), views
        self.outfits: Outfits = sample_outfits(self.people, self.surface, len(world.bank))
        self.lights: Lights = sample_lights(self.people, world.device)
        self.vertices = vertices + views.translation[:, None]
        self.joints = joints + views.translation[:, None]

    def paint(self) -> tuple[Layers, Tensor, Tensor]:
        """Colours and mask, part numbers (B, S, S) uint8, and the depth drawn (B, S, S)."""
        size, surface, views = self.world.render_size, self.surface, self.views
        normals = surface.vertex_normals(self.vertices)
        offsets = cloth_offsets(self.outfits, surface)
        dressed = self.vertices + normals * offsets[..., None]
        normals = surface.vertex_normals(dressed)
        points = surface.points(dressed)
        facing = normals[:, surface.corner[:, 0]]
        near_side = (facing * points).sum(-1) < 0.02 * points[..., 2]
        shell, shell_normal = shell_points(self.joints, surface.joint_names, self.outfits)
        wears = (self.outfits.skirt > 0)[:, None]
        shell_near = wears & ((shell_normal * shell).sum(-1) < 0.0)
        every = torch.cat([points, shell], 1)
        visible = torch.cat([near_side, shell_near], 1)
        middle = views.translation[:, 2]
        close_up = size / (views.side * middle) > 0.62 * size
        index = splat(views.project(every, size), every[..., 2], visible, middle, size, close_up)
        person, row, column = (index >= 0).nonzero(as_tuple=True)
        point = index[person, row, column]
        colour, part = self._colours(person, point, normals, shell_normal)
        picture = torch.zeros(self.people, size, size, 3, device=self.world.device)
        picture[person, row, column] = colour
        parts = torch.zeros(self.people, size, size, dtype=torch.uint8, device=picture.device)
        parts[person, row, column] = part
        nearest = torch.full((self.people, size, size), 1e3, device=picture.device)
        nearest[person, row, column] = every[person, point, 2]
        mask = (index >= 0).float()[:, None]
        return Layers(picture.permute(0, 3, 1, 2), mask), parts, nearest

    def _colours(
        self, person: Tensor, point: Tensor, normals: Tensor, shell_normal: Tensor
    ) -> tuple[Tensor, Tensor]:
        surface, bank = self.surface, self.world.bank
        on_shell = point >= surface.count
        skin, cloth = (~on_shell).nonzero()[:, 0], on_shell.nonzero()[:, 0]
        colour = torch.empty(len(point), 3, device=point.device)
        part = torch.full((len(point),), IGNORED_PART, dtype=torch.uint8, device=point.device)
        who, which = person[skin], point[skin]
        at = surface.fields[which]
        normal = F.normalize(surface.at_points(normals, who, which), dim=-1)
        worn = cloth_of(self.outfits, who, at, surface)
        seen = Visible(who, at, normal)
        colour[skin] = shade_body(seen, worn, self.outfits, self.lights, surface, bank)
        part[skin] = (at.part + 1).to(torch.uint8)
        if len(cloth):
            who, which = person[cloth], point[cloth] - surface.count
            colour[cloth] = self._shell_colours(who, which, shell_normal[who, which])
        return colour, part

    def _shell_colours(self, who: Tensor, which: Tensor, normal: Tensor) -> Tensor:
        """A coat is of the top's cloth, a skirt of the bottom's; patterns follow the shell."""
        fields = self.surface.fields
        # Pattern coordinates of the shell: around and down, as if it were the T-pose body's.
        turn = (which % AROUND).float() / AROUND * 2 - 1
        fall = (which // AROUND).float() / (SHELL_POINTS // AROUND)
        at = fields[torch.zeros_like(which)]
        at = type(at)(
            rest=torch.stack([turn * 0.6, -fall, turn.abs() * 0.1], 1),
            part=at.part,
            arm=torch.full_like(turn, -1.0),
            leg=fall,
            head=torch.zeros_like(turn),
            hand=torch.zeros_like(turn),
            foot=torch.zeros_like(turn),
        )
        top = fabric_colour(0, who, at, self.outfits, self.world.bank)
        bottom = fabric_colour(1, who, at, self.outfits, self.world.bank)
        cloth = torch.where(self.outfits.coat[who][:, None], top, bottom)
        return (cloth * light(self.lights, who, normal)).clamp(0, 1)
