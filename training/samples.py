"""The bundled samples: a dozen pictures of dressed people with exact truth, ray cast at full size.

The people, clothes and shading are those of `core.synthesis`; rays instead of splats give pictures
large enough to look at. Poses, shapes and clothes follow from the seed alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import open3d
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from core.body import BodyModel, load_body
from core.export import truth_path, write_npz
from core.files.atomic import write_atomically
from core.geometry.cameras import default_focal_px, project_perspective
from core.geometry.rotations import rotation_x, rotation_y
from core.opencv import cv2
from core.pipeline.joints_file import write_joints_file
from core.synthesis.fabrics import albedo, palette_of
from core.synthesis.garments import Drape, Outfits, cloth_of, drape, sample_outfits
from core.synthesis.leg_modes import MODE_ID
from core.synthesis.poses import PoseSampler
from core.synthesis.shading import Lights, light, sample_lights
from core.synthesis.surface import BodySurface
from core.types import Detection, Frame, FrameResult, Reconstruction

SUPERSAMPLE = 2
JPEG_QUALITY = 92
SHADOW_RAYS, LIGHT_SPREAD = 6, 0.09
DEGREE = math.pi / 180
FLOOR_TONES = ((0.62, 0.60, 0.57), (0.50, 0.53, 0.56), (0.66, 0.62, 0.54), (0.46, 0.48, 0.47))
WALL_TONES = ((0.80, 0.80, 0.78), (0.66, 0.71, 0.76), (0.78, 0.73, 0.67), (0.63, 0.68, 0.64))


@dataclass(frozen=True)
class Sample:
    """One picture to render: its name, size, and how the people stand in it.

    Attributes:
        yaw_deg: one entry per person, 0 facing the camera, positive turning to their left.
        aside_m: one entry per person, sideways position.
        mode: name of the pose mode to draw from.
    """

    name: str
    size_hw: tuple[int, int]
    mode: str
    yaw_deg: tuple[float, ...] = (20.0,)
    aside_m: tuple[float, ...] = (0.0,)
    depth_m: float = 3.0
    pitch_deg: float = 6.0


SAMPLES = (
    Sample("01-standing.jpg", (960, 720), "stand", (15.0,)),
    Sample("02-walking.jpg", (960, 720), "walk", (-40.0,)),
    Sample("03-dancing.jpg", (800, 800), "dance", (-20.0,)),
    Sample("04-squat.jpg", (800, 800), "squat", (-25.0,)),
    Sample("05-lunge.jpg", (720, 960), "lunge", (35.0,)),
    Sample("06-throw.jpg", (800, 800), "throw", (-15.0,)),
    Sample("07-sitting.jpg", (800, 800), "sit", (30.0,)),
    Sample("08-kneeling.jpg", (800, 800), "kneel", (-50.0,)),
    Sample("09-kick.jpg", (800, 800), "kick", (10.0,)),
    Sample("10-back-view.jpg", (960, 720), "stand", (165.0,)),
    Sample("11-from-above.jpg", (800, 800), "walk", (25.0,), (0.0,), 4.2, 28.0),
    Sample("12-two-people.jpg", (720, 1080), "stand", (25.0, -30.0), (-0.62, 0.62), 3.9),
)


class SampleStudio:
    """Renders samples one at a time; holds the body, its surface and the pose sampler."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.body: BodyModel = load_body("embedded")
        self.surface = BodySurface(self.body, 1000)
        self.textures = torch.full((1, 3, 8, 8), 128, dtype=torch.uint8)

    @torch.no_grad()
    def render(
        self, sample: Sample, number: int
    ) -> tuple[NDArray[np.uint8], tuple[Reconstruction, ...]]:
        """The picture (H, W, 3) uint8 RGB and the true people in it."""
        torch.manual_seed(self.seed * 1000 + number)
        people = len(sample.yaw_deg)
        rotmat = self._poses(sample, people, number)
        betas = (torch.randn(people, 10) * 0.8).clamp(-2, 2)
        yaw = torch.tensor(sample.yaw_deg) * DEGREE
        to_camera = rotation_x(math.pi + sample.pitch_deg * DEGREE)
        rotmat[:, 0] = to_camera @ rotation_y(yaw) @ rotmat[:, 0]
        posed = self.body(rotmat, betas)
        up = to_camera[:, 1]
        translation = self._placement(sample, posed.vertices, up, to_camera)
        outfits = _plain(sample_outfits(people, self.surface, 1))
        lights = _studio(sample_lights(people, torch.device("cpu")))
        vertices = posed.vertices + translation[:, None]
        picture = self._picture(sample, vertices, outfits, lights, up, number)
        truth = tuple(
            self._truth(sample, posed, rotmat, betas, translation, person)
            for person in range(people)
        )
        return picture, truth

    def _poses(self, sample: Sample, people: int, number: int) -> Tensor:
        sampler = PoseSampler(self.body.chain, seed=self.seed + number)
        drawn = sampler.sample(4000)
        chosen = (drawn.mode == MODE_ID[sample.mode]).nonzero()[:people, 0]
        return drawn.rotmat[chosen].clone()

    def _placement(self, sample: Sample, vertices: Tensor, up: Tensor, to_camera: Tensor) -> Tensor:
        """Feet on one floor; the group centred in the picture."""
        people = len(vertices)
        floor = (vertices @ up).amin(1)
        aside = torch.tensor(sample.aside_m)[:, None] * to_camera[:, 0]
        ahead = torch.tensor([0.0, 0.0, sample.depth_m]).expand(people, 3)
        raised = -(floor - floor[0])[:, None] * up
        placed = aside + ahead + raised
        everyone = (vertices + placed[:, None]).reshape(-1, 3)
        tangent = everyone[:, :2] / everyone[:, 2:]
        middle = (tangent.amin(0) + tangent.amax(0)) / 2
        shift = torch.cat([-middle * sample.depth_m, torch.zeros(1)])
        return placed + shift

    def _picture(
        self,
        sample: Sample,
        vertices: Tensor,
        outfits: Outfits,
        lights: Lights,
        up: Tensor,
        number: int,
    ) -> NDArray[np.uint8]:
        height, width = (side * SUPERSAMPLE for side in sample.size_hw)
        focal = default_focal_px(*sample.size_hw) * SUPERSAMPLE
        columns = (torch.arange(width) + 0.5 - width / 2) / focal
        rows = (torch.arange(height) + 0.5 - height / 2) / focal
        rays = torch.stack(
            [
                columns.expand(height, width),
                rows[:, None].expand(height, width),
                torch.ones(height, width),
            ],
            -1,
        ).reshape(-1, 3)
        normals = self.surface.vertex_normals(vertices)
        draped = drape(outfits, self.surface)
        dressed = vertices + normals * draped.offset.T[..., None]
        scene = _scene(dressed, self.surface.faces)
        stage = _stage(rays, vertices, lights, up, scene, number)
        colour = self._people_over(stage, rays, scene, dressed, draped, outfits, lights)
        colour = colour.reshape(height, width, 3)
        small = F.avg_pool2d(colour.permute(2, 0, 1)[None], SUPERSAMPLE)[0].permute(1, 2, 0)
        grain = torch.randn_like(small) * 0.008
        return ((small + grain).clamp(0, 1) * 255).round().byte().numpy()

    def _people_over(
        self,
        stage: Tensor,
        rays: Tensor,
        scene: open3d.t.geometry.RaycastingScene,
        dressed: Tensor,
        draped: Drape,
        outfits: Outfits,
        lights: Lights,
    ) -> Tensor:
        hits = _cast(scene, torch.zeros_like(rays), rays)
        found = torch.from_numpy(np.isfinite(hits["t_hit"].numpy())).nonzero()[:, 0]
        person = torch.from_numpy(hits["geometry_ids"].numpy().astype(np.int64))[found]
        face = torch.from_numpy(hits["primitive_ids"].numpy().astype(np.int64))[found]
        uv = torch.from_numpy(hits["primitive_uvs"].numpy())[found]
        weight = torch.stack([1 - uv.sum(1), uv[:, 0], uv[:, 1]], 1)
        corner = self.surface.faces[face]
        normals = self.surface.vertex_normals(dressed)[person[:, None], corner]
        normal = F.normalize((normals * weight[..., None]).sum(1), dim=-1)
        at = self.surface.fields_at(corner, weight)
        cloth = cloth_of(outfits.cuts.pick(person), at)
        painted = albedo(palette_of(outfits), person, cloth, at, self.textures)
        x, y, z = normal.T.contiguous().unbind(0)
        lit = light(lights.pick(person), (x, y, z))
        fold = (draped.fold.T[person[:, None], corner] * weight).sum(1)
        colour = (torch.stack(painted, 1) * torch.stack(lit, 1) * fold[:, None]).clamp(0, 1)
        return stage.index_copy(0, found, colour)

    def _truth(
        self,
        sample: Sample,
        posed: object,
        rotmat: Tensor,
        betas: Tensor,
        translation: Tensor,
        person: int,
    ) -> Reconstruction:
        vertices: Tensor = posed.vertices[person]  # type: ignore[attr-defined]
        joints = self.body.regress(posed.vertices, "lsp14")[person]  # type: ignore[attr-defined]
        height, width = sample.size_hw
        focal = float(default_focal_px(height, width))
        center = torch.tensor([width / 2, height / 2])
        pixels = project_perspective(joints + translation[person], focal, center)
        outline = project_perspective(vertices + translation[person], focal, center)
        box = torch.cat([outline.amin(0), outline.amax(0)])
        return Reconstruction(
            method="truth",
            preset="",
            variant="",
            body="embedded",
            vertices=vertices.numpy(),
            joints_3d=joints.numpy(),
            joint_names=self.body.joint_names_of("lsp14"),
            joints_2d=pixels.numpy(),
            camera_full=translation[person].numpy(),
            focal_px=focal,
            box_xyxy=box.numpy(),
            rotmat=rotmat[person].numpy(),
            betas=betas[person].numpy(),
        )


def render_samples(folder: Path, seed: int) -> int:
    """Write all samples with their truth and a joint file; returns how many."""
    folder.mkdir(parents=True, exist_ok=True)
    studio = SampleStudio(seed)
    people: dict[str, tuple[Detection, ...]] = {}
    for number, sample in enumerate(SAMPLES):
        picture, truth = studio.render(sample, number)
        quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
        encoded = cv2.imencode(".jpg", picture[..., ::-1], quality)[1]
        with write_atomically(folder / sample.name) as path:
            path.write_bytes(encoded.tobytes())
        frame = Frame(image=picture, name=sample.name)
        write_npz(truth_path(folder / sample.name), FrameResult(frame, "truth", truth))
        people[sample.name] = tuple(
            Detection(
                box_xyxy=person.box_xyxy,
                joint_names=person.joint_names,
                joints_2d=person.joints_2d,
                joint_source="file",
            )
            for person in truth
        )
    note = "Exact 2D joints of the bundled synthetic samples."
    write_joints_file(folder / "joints2d.json", people, note=note)
    return len(people)


def _plain(outfits: Outfits) -> Outfits:
    """No printed fabric and no shells: samples are rendered from the body's own surface."""
    changes = dict(vars(outfits))
    changes["textured"] = torch.zeros_like(outfits.textured)
    changes["skirt"] = torch.zeros_like(outfits.skirt)
    changes["bump"] = outfits.bump.clamp(max=0.7)
    return Outfits(**changes)


def _studio(lights: Lights) -> Lights:
    """One soft key light from the upper left for everybody."""
    people = len(lights.key)
    towards = F.normalize(torch.tensor([[-0.55, -0.75, -0.55]]), dim=-1).expand(people, 3)
    return Lights(
        towards=towards.T.contiguous(),
        ambient=torch.full((3, people), 0.52),
        key=torch.full((3, people), 0.55),
        harmonics=lights.harmonics * 0.4,
    )


def _scene(vertices: Tensor, faces: Tensor) -> open3d.t.geometry.RaycastingScene:
    scene = open3d.t.geometry.RaycastingScene()
    triangles = open3d.core.Tensor(faces.numpy().astype(np.uint32))
    for person in vertices:
        scene.add_triangles(open3d.core.Tensor(person.contiguous().numpy()), triangles)
    return scene


def _cast(
    scene: open3d.t.geometry.RaycastingScene, origins: Tensor, directions: Tensor
) -> dict[str, open3d.core.Tensor]:
    rays = torch.cat([origins, directions], 1).float().contiguous().numpy()
    return scene.cast_rays(open3d.core.Tensor(rays))


def _stage(
    rays: Tensor,
    vertices: Tensor,
    lights: Lights,
    up: Tensor,
    scene: open3d.t.geometry.RaycastingScene,
    number: int,
) -> Tensor:
    """A wall that fades into a floor, with the people's shadow on it: (N, 3) colours."""
    floor_tone = torch.tensor(FLOOR_TONES[number % len(FLOOR_TONES)])
    wall_tone = torch.tensor(WALL_TONES[(number * 3 + 1) % len(WALL_TONES)])
    lowest = (vertices @ up).amin()
    slope = rays @ up
    distance = lowest / torch.where(slope.abs() < 1e-6, torch.full_like(slope, 1e-6), slope)
    on_floor = (distance > 0) & (distance < 40)
    where = rays * distance[:, None].clamp(0, 40)
    fade = torch.exp(-(((where[:, 2] - vertices[..., 2].mean()).clamp_min(0) / 2.5) ** 2))
    fade = torch.where(on_floor, fade, torch.zeros_like(fade))[:, None]
    shadow = torch.zeros(len(rays))
    near = (on_floor & (fade[:, 0] > 0.02)).nonzero()[:, 0]
    towards = lights.towards[:, 0]
    # A soft light: each pixel looks at a few points of it, and neighbours at others.
    for _ in range(SHADOW_RAYS):
        ray = F.normalize(towards + LIGHT_SPREAD * torch.randn(len(near), 3), dim=-1)
        hits = _cast(scene, where[near] + 0.004 * up, ray)
        shadow[near] += torch.from_numpy(np.isfinite(hits["t_hit"].numpy())).float() / SHADOW_RAYS
    first = lights.pick(torch.zeros(1, dtype=torch.int64))
    lit = torch.stack(light(first, (up[:1], up[1:2], up[2:])), 1)
    floor = floor_tone * lit * (1 - 0.5 * shadow[:, None])
    wall = wall_tone * (0.98 - 0.12 * (rays[:, 1:2] + 0.3).clamp(0, 1))
    return (floor * fade + wall * (1 - fade)).clamp(0, 1)
