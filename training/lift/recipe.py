"""The recipe of `pose_lift`: sampled people, sampled marks, one loss."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.body import load_body
from core.geometry.rotations import nearest_rotmat, rotation_x, rotmat_to_rot6d
from core.methods.lift_body import lift_body_of
from core.methods.lift_network import Lifted, LiftNetwork, encode, mark_box
from core.nn.batch import LossTerm, LossTerms
from core.synthesis.draws import Draws
from core.synthesis.poses import PoseSampler
from training.lift.held_out import HEADLINE, HeldOut, quick_numbers
from training.lift.marking import mark_like_people
from training.lift.people import HIPS, People, PosePool, draw_people
from training.pace import SampleClock
from training.recipes import OptimiserSettings, TrainingFacts, autocast

# Rotation matrix entries count as if they moved a point this far from its bone, metres.
LEVER = 0.15
REFRESH_EVERY, REFRESH_POSES, POOL_SIZE = 30, 4_000, 200_000


class LiftRecipe:
    """Trains `LiftNetwork` on endless sampled people."""

    given = ()
    picture_size = 0
    samples_per_epoch = 0
    batch_size = 1024
    optimiser = OptimiserSettings(learning_rate=1.2e-3)
    headline = HEADLINE
    others_share = 0.25

    def __init__(self, device: torch.device, seed: int, pictures: Path | None = None) -> None:
        self.device = device
        body = load_body("embedded")
        self.body = lift_body_of(body).to(device)
        self._coarse_body = lift_body_of(body, coarse=True).to(device)
        sampler = PoseSampler(self.body.chain, seed)
        self.clock = SampleClock()
        self.draws = Draws(seed + 1, device)
        self.pool = PosePool(sampler, POOL_SIZE, broad_share=0.4)
        self._step = 0
        self._held_out: HeldOut | None = None

    def begin_at(self, step: int) -> None:
        """Nothing: its draws have no order."""

    def build(self) -> nn.Module:
        network = LiftNetwork().to(self.device)
        poses = self.pool.poses.rotmat[:8000].clone()
        flip = rotation_x(torch.full((1,), torch.pi, device=self.device))
        poses[:, 0] = flip @ poses[:, 0]
        mean = nearest_rotmat(poses.mean(0))
        network.mean_rot6d.copy_(rotmat_to_rot6d(mean).flatten())
        return network

    def losses(self, network: nn.Module, progress: float) -> LossTerms:
        assert isinstance(network, LiftNetwork)
        self._step += 1
        with self.clock:
            if self._step % REFRESH_EVERY == 0:
                self.pool.refresh(REFRESH_POSES)
            people = draw_people(self.body, self.pool.poses, self.draws, self.batch_size)
            marks = mark_like_people(people, self.draws)
        center, half = mark_box(marks.rays, marks.known)
        jitter = half.log() + self.draws.normal(0, 0.2, len(people))
        features = encode(marks, jitter)
        some = int(len(people) * self.others_share)
        with autocast(self.device):
            hidden = network.trunk(features)
            answer = network.answer(hidden)
            others, scores = network.other_readings(hidden[:some].detach())
        terms = self._person_terms(answer, people, center, half)
        terms += self._other_terms(others, scores, people.rows(slice(0, some)), progress)
        return LossTerms(tuple(terms))

    def evaluate(self, network: nn.Module) -> Mapping[str, float]:
        assert isinstance(network, LiftNetwork)
        if self._held_out is None:
            self._held_out = HeldOut.build(self._coarse_body)
        return quick_numbers(network, self._coarse_body, self._held_out)

    def export(self, network: nn.Module, facts: TrainingFacts, folder: Path) -> Path:
        from training.lift.shipping import ship

        assert isinstance(network, LiftNetwork)
        return ship(network, facts, folder)

    def _person_terms(
        self, lifted: Lifted, people: People, center: Tensor, half: Tensor
    ) -> list[LossTerm]:
        turned, placed, landmarks = self.body.pose(lifted.rotmat, lifted.betas)
        hips = landmarks[:, HIPS].mean(1, keepdim=True)
        placed, landmarks = placed - hips, landmarks - hips
        depth = torch.exp(-lifted.camera[:, 2].clamp(-3, 3)) / half
        sideways = (lifted.camera[:, :2] * half[:, None] + center) * depth[:, None]
        points = landmarks + torch.cat([sideways, depth[:, None]], dim=1)[:, None]
        rays = points[..., :2] / points[..., 2:].clamp_min(0.3)
        missed = ((rays - people.rays) / half[:, None, None])[:, :14].abs().clamp(max=1.0)
        return [
            LossTerm("landmarks", (landmarks - people.landmarks).abs().mean(), 12.0),
            LossTerm("joints", (placed - people.placed).abs().mean(), 6.0),
            LossTerm("bones", LEVER * (turned - people.turned).abs().mean(), 8.0),
            LossTerm("rotations", (lifted.rotmat - people.rotmat).square().mean(), 1.5),
            LossTerm("reprojection", missed.mean(), 1.5),
            LossTerm("shape", (lifted.betas - people.betas).square().mean(), 0.05),
            LossTerm("average build", lifted.betas.square().mean(), 0.02),
        ]

    def _other_terms(
        self, others: Lifted, scores: Tensor, people: People, progress: float
    ) -> list[LossTerm]:
        """Winner takes all over the readings; now and then a loser learns, so that none dies."""
        count, readings = scores.shape
        with torch.no_grad():
            flat = others.rotmat.flatten(0, 1), others.betas.flatten(0, 1)
            points = self.body.pose(*flat)[2].unflatten(0, (count, readings))
            points = points - points[:, :, HIPS].mean(2, keepdim=True)
            error = (points - people.landmarks[:, None]).norm(dim=-1).mean(-1)
            winner = error.argmin(1)
            stray = self.draws.coin(0.07 * (1 - progress) + 0.01, count)
            learner = torch.where(stray, self.draws.integers(0, readings, count), winner)
        row = torch.arange(count, device=self.device)
        rotmat, betas = others.rotmat[row, learner], others.betas[row, learner]
        turned, placed, landmarks = self.body.pose(rotmat, betas)
        hips = landmarks[:, HIPS].mean(1, keepdim=True)
        off = (landmarks - hips - people.landmarks).abs().mean() * 12
        off = off + (placed - hips - people.placed).abs().mean() * 6
        off = off + LEVER * (turned - people.turned).abs().mean() * 8
        off = off + (rotmat - people.rotmat).square().mean() * 1.5
        off = off + (betas - people.betas).square().mean() * 0.05 + betas.square().mean() * 0.02
        return [
            LossTerm("other readings", off, 1.0),
            LossTerm("scores", F.cross_entropy(scores, winner), 0.1),
        ]
