"""The recipe of the shared backbone: endless rendered pictures, dense targets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from core.body import load_body
from core.losses.dense import dense_losses
from core.methods.base import IMAGENET_MEAN, IMAGENET_STD
from core.nn.batch import LossTerms
from core.nn.lite_backbone import LITE_SIZE, DenseNetwork
from core.synthesis.backgrounds import procedural_bank
from core.synthesis.world import World
from training.dense.held_out import HeldOutPictures
from training.pictures.augment import Changes, DenseView, dense_view
from training.pictures.render import BANK_COUNT, BANK_SIDE
from training.pictures.shards import Pictures, ShardFolder
from training.pictures.test_set import shipped_test_set
from training.recipes import OptimiserSettings, TrainingFacts, autocast

REFRESH_EVERY, REFRESH_POSES = 40, 400
# Small batches render fastest on a processor; a GPU wants large ones.
CPU_BATCH, CUDA_BATCH = 32, 256
RENDER_CHUNK = 8
UPDATE_EVERY, WAIT_SECONDS = 50, 5.0


class DenseRecipe:
    """Trains `DenseNetwork` on pictures of the synthetic world.

    On a processor other processes render them into a folder of shards (``pictures``), and each is
    used several times, changed each time; a GPU renders each batch anew, which costs it little.
    """

    headline = "joint_error_percent_of_box"
    given = ()
    picture_size = LITE_SIZE

    def __init__(self, device: torch.device, seed: int, pictures: Path | None = None) -> None:
        self.device = device
        on_cpu = device.type == "cpu"
        self.batch_size = CPU_BATCH if on_cpu else CUDA_BATCH
        self.chunk = RENDER_CHUNK if on_cpu else CUDA_BATCH
        rate = 1.2e-3 if on_cpu else 2e-3
        self.optimiser = OptimiserSettings(learning_rate=rate, weight_decay=0.02, clip_norm=2.0)
        self.body = load_body("embedded")
        self.shards = ShardFolder(pictures) if pictures else None
        self.world: World | None = None
        if self.shards is None:
            bank = procedural_bank(BANK_COUNT, BANK_SIDE, seed + 1)
            self.world = World(self.body, self.picture_size, bank).to(device)
        self._step = 0
        self._held_out: HeldOutPictures | None = None

    def build(self) -> nn.Module:
        network = DenseNetwork().to(self.device)
        return network.to(memory_format=torch.channels_last)

    def losses(self, network: nn.Module, progress: float) -> LossTerms:
        network.train()
        view = self.draw()
        with autocast(self.device):
            output = network(normalise(view.image))
        return dense_losses(output, view.joints_2d, view.joints_visible, view.parts)

    def draw(self) -> DenseView:
        """A batch of pictures: from the shards, changed, or rendered now."""
        self._step += 1
        if self.shards is not None:
            if self._step % UPDATE_EVERY == 1:
                self.shards.wait(WAIT_SECONDS)
            return dense_view(self.shards.draw(self.batch_size).to(self.device), Changes())
        assert self.world is not None
        if self._step % REFRESH_EVERY == 0:
            self.world.refresh(REFRESH_POSES)
        made = [
            Pictures.of(self.world.render(self.chunk)) for _ in range(self.batch_size // self.chunk)
        ]
        return dense_view(Pictures.joined(made))

    def evaluate(self, network: nn.Module) -> Mapping[str, float]:
        if self._held_out is None:
            self._held_out = HeldOutPictures.of(shipped_test_set(), self.device)
        network.eval()
        return self._held_out.numbers(network, normalise)

    def export(self, network: nn.Module, facts: TrainingFacts, folder: Path) -> Path:
        from training.dense.shipping import CHECK_COUNT, ship

        network.eval()
        few = HeldOutPictures.of(shipped_test_set()[:CHECK_COUNT], self.device)
        quick = few.numbers(network, normalise)
        return ship(network, self.evaluate(network), quick, facts, folder)


def normalise(pictures: Tensor) -> Tensor:
    """(B, 3, S, S) in [0, 1] to what the backbone reads."""
    mean = pictures.new_tensor(IMAGENET_MEAN).reshape(1, 3, 1, 1)
    std = pictures.new_tensor(IMAGENET_STD).reshape(1, 3, 1, 1)
    normal = (pictures - mean) / std
    return normal.contiguous(memory_format=torch.channels_last)
