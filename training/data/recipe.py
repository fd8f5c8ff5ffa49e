"""The recipe of training a method of the registry on data sets."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from core.body import BodyModel
from core.data.posing import BodyFamily
from core.errors import InputError
from core.files.atomic import write_atomically
from core.methods import metro_family as family
from core.methods.base import Method
from core.metrics.points import pa_mean_point_error
from core.nn.batch import Batch, LossTerms, Target, joined
from training.data.change import Augmentation
from training.data.mix import ChangedPeople, DataMix, loader
from training.data.people import Person, collate
from training.distributed import Workers
from training.heads.samples import method_samples
from training.pace import SampleClock
from training.pictures.shards import ShardFolder
from training.recipes import OptimiserSettings, TrainingFacts, autocast

MEASURE_CHUNK = 16


@dataclass(frozen=True)
class DataTraining:
    """What a training on data sets is made of.

    Attributes:
        batch_size: people a step of this process.
        optimiser: rates by epoch.
        augmentation: of the pictures.
        synthetic: share of each batch that is rendered people, in [0, 1).
        workers: processes that prepare people; 0 prepares them between steps.
        seed: of everything that is drawn.
    """

    batch_size: int
    optimiser: OptimiserSettings
    augmentation: Augmentation
    synthetic: float = 0.0
    workers: int = 0
    seed: int = 0


class DataRecipe:
    """Trains one method on a mix of data sets, with rendered people among them on request.

    Args:
        method: to be trained, on the CPU.
        mix: whom it learns from.
        measured: people that it never learns from.
        truth: the models that truths are posed with.
        settings: how.
        workers: this process among all.
        rendered: folder of rendered pictures, for a share of the batch.
    """

    given: tuple[str, ...] = ()
    picture_size = 0

    def __init__(
        self,
        method: Method,
        mix: DataMix,
        measured: list[Person],
        truth: BodyFamily,
        settings: DataTraining,
        workers: Workers,
        rendered: Path | None = None,
    ) -> None:
        if settings.synthetic and rendered is None:
            raise InputError(
                "rendered people are wanted but there are none",
                cure="render some with `python -m training.pictures.render --out DIR`, give --pictures",
            )
        height, width = method.input_spec.size_hw
        if settings.synthetic and height != width:
            raise InputError(
                f"{method.method_id} reads crops of {width}x{height}, rendered ones are square",
                cure="leave --synthetic out",
            )
        self._method, self.mix, self.truth, self.settings = method, mix, truth, settings
        self.measured = measured
        self.optimiser, self.workers, self.device = settings.optimiser, workers, workers.device
        hand = family.is_hand(method.body)
        self.joint_set = "hand21" if hand else "lsp14"
        self.roots = list(family.WRIST if hand else family.HIPS)
        self.spec = method.input_spec
        self.shards = ShardFolder(rendered) if settings.synthetic and rendered else None
        self.drawn = round(settings.batch_size * settings.synthetic)
        self.batch_size = settings.batch_size * workers.size
        self.samples_per_epoch = len(mix)
        self.headline = "pa_mpjpe_mm" if self._can_measure() else "loss"
        self._batches: Iterator[list[Person]] | None = None
        self.clock = SampleClock()
        self._step = 0

    def begin_at(self, step: int) -> None:
        """Draw from this step on: a resumed training sees what it would have seen."""
        self._step, self._batches = step, None

    def build(self) -> nn.Module:
        return copy.deepcopy(self._method).to(self.device)

    def losses(self, network: nn.Module, progress: float) -> LossTerms:
        assert isinstance(network, Method)
        network.train()
        with self.clock:
            batch, target = self._draw()
        # Masks and dropout are functions of the step too: a resumed training is the one not stopped.
        seed = np.random.SeedSequence([self.settings.seed, self._step, self.workers.rank])
        torch.manual_seed(int(seed.generate_state(1)[0]))
        with autocast(self.device):
            output = network(batch)
        with torch.autocast(self.device.type, enabled=False):
            return network.losses(output, target)

    def _draw(self) -> tuple[Batch, Target]:
        settings = self.settings
        if self._batches is None:
            people = ChangedPeople(self.mix, self.spec, self.joint_set, settings.augmentation)
            self._batches = iter(
                loader(
                    people,
                    settings.batch_size - self.drawn,
                    seed=settings.seed,
                    first=self._step,
                    rank=self.workers.rank,
                    workers=settings.workers,
                )
            )
        self._step += 1
        batch, target = collate(next(self._batches), self.spec, self.truth)
        if self.shards is None:
            return batch.to(self.device), target.to(self.device)
        self.shards.wait(5.0)
        body = self.truth.neutral
        more = method_samples(self.shards.draw(self.drawn), body, self.spec, jitter=True)
        batch, target = joined(batch, more[0]), joined(target, more[1])
        return batch.to(self.device), target.to(self.device)

    @torch.no_grad()
    def evaluate(self, network: nn.Module) -> Mapping[str, float]:
        """MPJPE and PA-MPJPE, mm, of the people that are not learned from; else their loss.

        Joints are those of the method's mesh against the set's 3D joints (or those of its mesh), both
        about the hips or the wrist: for choosing a checkpoint; tables are `training.evaluate`'s.
        """
        assert isinstance(network, Method)
        network.eval()
        found, truths, losses = [], [], []
        for start in range(0, len(self.measured), MEASURE_CHUNK):
            part = self.measured[start : start + MEASURE_CHUNK]
            batch, target = collate(part, self.spec, self.truth)
            output = network(batch.to(self.device))
            losses.append(float(network.losses(output, target.to(self.device)).total))
            joints, known = _true_joints(target, network.body, self.joint_set)
            found.append(output.joints_3d.float().cpu().numpy()[known])
            truths.append(joints.numpy()[known])
        numbers = {"loss": round(float(np.mean(losses)), 4)}
        points, truth = np.concatenate(found), np.concatenate(truths)
        if len(points):
            about = [p - p[:, self.roots].mean(1, keepdims=True) for p in (points, truth)]
            plain = np.linalg.norm(about[0] - about[1], axis=-1).mean()
            numbers["mpjpe_mm"] = round(1000 * float(plain), 2)
            pa = pa_mean_point_error(points, truth)
            numbers["pa_mpjpe_mm"] = round(1000 * float(pa.mean()), 2)
        return numbers

    def export(self, network: nn.Module, facts: TrainingFacts, folder: Path) -> Path:
        """Write ``<method>.<variant>.safetensors``, as ``--weights`` reads it."""
        assert isinstance(network, Method)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{network.method_id}.{network.variant}.safetensors"
        tensors = {k: v.detach().cpu().contiguous() for k, v in network.state_dict().items()}
        with write_atomically(path) as part:
            save_file(tensors, part)
        return path

    def _can_measure(self) -> bool:
        return any(p.joints_3d is not None or p.rotmat is not None for p in self.measured)


def _true_joints(target: Target, body: BodyModel, joint_set: str) -> tuple[Tensor, np.ndarray]:
    """(B, K, 3) measured joints, or those of the true mesh; (B,) who has either."""
    assert target.joints_3d is not None
    assert target.vertices is not None
    assert target.has_3d is not None
    assert target.has_mesh is not None
    joints = target.joints_3d
    if joint_set in body.joint_sets():
        of_mesh = body.regress(target.vertices.to(body.v_template), joint_set).cpu()
        joints = torch.where(target.has_3d[:, None, None] > 0, joints, of_mesh)
        return joints, ((target.has_3d + target.has_mesh) > 0).numpy()
    return joints, (target.has_3d > 0).numpy()
