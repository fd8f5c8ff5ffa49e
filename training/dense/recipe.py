"""The recipe of the shared backbones, of bodies and of hands: endless rendered pictures, dense targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from core.body import load_body
from core.losses.dense import dense_losses
from core.losses.hand_pose import hand_pose_losses
from core.methods.base import IMAGENET_MEAN, IMAGENET_STD
from core.nn.batch import LossTerms
from core.nn.lite_backbone import LITE_SIZE, DenseNetwork
from core.synthesis.backgrounds import procedural_bank
from core.synthesis.studio import Studio
from core.types import Subject
from core.weights.cards import load_shared
from training.dense.held_out import HeldOutPictures
from training.pace import SampleClock
from training.pictures.augment import Changes, dense_view
from training.pictures.render import BANK_COUNT, BANK_SIDE, studio_of
from training.pictures.shards import Pictures, ShardFolder
from training.pictures.test_set import shipped_test_set
from training.recipes import OptimiserSettings, TrainingFacts, autocast
from training.subjects import SUBJECTS

REFRESH_EVERY, REFRESH_POSES = 40, 400
# Small batches render fastest on a processor; a GPU wants large ones.
CPU_BATCH, CUDA_BATCH = 32, 256
RENDER_CHUNK = 8
UPDATE_EVERY, WAIT_SECONDS = 50, 5.0


# Hands are seen from all sides as they are; turned, their rendered pose would no longer be the truth.
HAND_CHANGES = Changes(turn=0.0, mirror=0.0)


class DenseRecipe:
    """Trains `DenseNetwork` on pictures of the synthetic world.

    On a processor other processes render them into a folder of shards (``pictures``), and each is
    used several times, changed each time; a GPU renders each batch anew, which costs it little.
    """

    headline = "joint_error_percent_of_box"
    given = ()
    picture_size = LITE_SIZE
    samples_per_epoch = 0

    def __init__(
        self,
        device: torch.device,
        seed: int,
        pictures: Path | None = None,
        *,
        subject: Subject = "body",
    ) -> None:
        self.device, self.facts = device, SUBJECTS[subject]
        on_cpu = device.type == "cpu"
        self.batch_size = CPU_BATCH if on_cpu else CUDA_BATCH
        self.chunk = RENDER_CHUNK if on_cpu else CUDA_BATCH
        rate = 1.2e-3 if on_cpu else 2e-3
        self.optimiser = OptimiserSettings(learning_rate=rate, weight_decay=0.02, clip_norm=2.0)
        self.body = load_body(self.facts.body).to(device)
        self.changes = Changes() if self.facts.mirrors else HAND_CHANGES
        self.shards = ShardFolder(pictures) if pictures else None
        self.world: Studio | None = None
        if self.shards is None:
            bank = procedural_bank(BANK_COUNT, BANK_SIDE, seed + 1)
            self.world = studio_of(subject, self.picture_size, bank, seed).to(device)
        self.clock = SampleClock()
        self._step = 0
        self._held_out: HeldOutPictures | None = None

    def begin_at(self, step: int) -> None:
        """Nothing: its draws have no order."""

    def build(self) -> nn.Module:
        network = DenseNetwork(self.facts.shape)
        if self.facts.subject != "body":  # edges and textures are those of bodies
            whole = DenseNetwork()
            load_shared(whole, SUBJECTS["body"].backbone)
            network.backbone.load_state_dict(whole.backbone.state_dict())
        return network.to(self.device).to(memory_format=torch.channels_last)

    def losses(self, network: nn.Module, progress: float) -> LossTerms:
        network.train()
        with self.clock:
            drawn = self.draw()
            view = dense_view(drawn, None if self.shards is None else self.changes)
        with autocast(self.device):
            output = network(normalise(view.image))
        with torch.autocast(self.device.type, enabled=False):
            terms = dense_losses(output, view.joints_2d, view.joints_visible, view.parts)
            if output.pose is None:
                return terms
            seen = view.joints_2d, view.joints_visible
            said = output.pose.float()
            pose = hand_pose_losses(said, self.body, drawn.rotmat, drawn.betas, *seen)
        return replace(terms, terms=(*terms.terms, *pose.terms))

    def draw(self) -> Pictures:
        """A batch of pictures: from the shards, or rendered now."""
        self._step += 1
        if self.shards is not None:
            if self._step % UPDATE_EVERY == 1:
                self.shards.wait(WAIT_SECONDS)
            return self.shards.draw(self.batch_size).to(self.device)
        assert self.world is not None
        if self._step % REFRESH_EVERY == 0:
            self.world.refresh(REFRESH_POSES)
        made = [
            Pictures.of(self.world.render(self.chunk)) for _ in range(self.batch_size // self.chunk)
        ]
        return Pictures.joined(made)

    def evaluate(self, network: nn.Module) -> Mapping[str, float]:
        if self._held_out is None:
            self._held_out = self._test_pictures()
        return self._numbers(network, self._held_out)

    def export(self, network: nn.Module, facts: TrainingFacts, folder: Path) -> Path:
        from training.dense.shipping import CHECK_COUNT, ship

        quick = self._numbers(network, self._test_pictures(CHECK_COUNT))
        return ship(network, self.evaluate(network), quick, facts, folder, self.facts)

    def _numbers(self, network: nn.Module, pictures: HeldOutPictures) -> Mapping[str, float]:
        network.eval()
        numbers = pictures.numbers(network, normalise)
        if not self.facts.shape.bones:
            return numbers
        return {**numbers, **pictures.pose_numbers(network, normalise, self.body)}

    def _test_pictures(self, count: int | None = None) -> HeldOutPictures:
        pictures = shipped_test_set(self.facts.subject)[:count]
        return HeldOutPictures.of(pictures, self.device, self.facts.counted)


hand_backbone = partial(DenseRecipe, subject="hand")


def normalise(pictures: Tensor) -> Tensor:
    """(B, 3, S, S) in [0, 1] to what the backbone reads."""
    mean = pictures.new_tensor(IMAGENET_MEAN).reshape(1, 3, 1, 1)
    std = pictures.new_tensor(IMAGENET_STD).reshape(1, 3, 1, 1)
    normal = (pictures - mean) / std
    return normal.contiguous(memory_format=torch.channels_last)
