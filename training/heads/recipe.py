"""The recipe of a ``lite`` head: the method's own losses on rendered pictures, shared parts frozen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import torch
from torch import nn

from core.body import load_body
from core.errors import InputError
from core.methods import create_method, method_entry
from core.methods.base import Method
from core.nn.batch import LossTerms
from core.nn.lite_backbone import LITE_SIZE
from core.weights.cards import load_shared
from training.heads.held_out import HEADLINE, measure
from training.heads.samples import method_samples
from training.heads.shared import GIVEN, shared_parts
from training.pace import SampleClock
from training.pictures.shards import ShardFolder
from training.pictures.test_set import shipped_test_set
from training.recipes import OptimiserSettings, TrainingFacts, autocast
from training.subjects import SUBJECTS

# Few pictures a step on a processor: its minutes hold few steps as it is.
CPU_BATCH, CUDA_BATCH = 16, 128
UPDATE_EVERY, WAIT_SECONDS = 100, 5.0


class HeadRecipe:
    """Trains the ``lite`` head of a method of the registry."""

    headline = HEADLINE
    given: tuple[str, ...] = GIVEN
    picture_size = LITE_SIZE
    samples_per_epoch = 0
    optimiser = OptimiserSettings(
        learning_rate=6e-4, weight_decay=0.02, warmup_steps=60, clip_norm=1.0
    )

    def __init__(
        self,
        device: torch.device,
        seed: int,
        pictures: Path | None = None,
        *,
        method_id: str,
        variant: str = "body",
    ) -> None:
        if pictures is None:
            raise InputError(
                "the heads learn from pictures rendered before",
                cure="render some with `python -m training.pictures.render --out DIR`, give --pictures",
            )
        self.device, self.method_id, self.variant = device, method_id, variant
        subject = method_entry(method_id).variant("lite", variant)[1].subject
        self.facts = SUBJECTS[subject]
        self.batch_size = CPU_BATCH if device.type == "cpu" else CUDA_BATCH
        self.body = load_body(self.facts.body).to(device)
        self.shards = ShardFolder(pictures)
        self.clock = SampleClock()
        self._step = 0

    def begin_at(self, step: int) -> None:
        """Nothing: its draws have no order."""

    def build(self) -> nn.Module:
        """The method with the shipped backbone, frozen."""
        method = self.method()
        for name, card in shared_parts(method):
            part = method.get_submodule(name)
            load_shared(part, card)
            part.requires_grad_(False)
        return method.to(self.device)

    def method(self) -> Method:
        """The method with random numbers."""
        body = load_body(self.facts.body)
        return create_method(self.method_id, preset="lite", variant=self.variant, body=body)

    def losses(self, network: nn.Module, progress: float) -> LossTerms:
        assert isinstance(network, Method)
        network.train()
        for name, _ in shared_parts(network):  # the norms of frozen parts keep what they know
            network.get_submodule(name).eval()
        with self.clock:
            if self._step % UPDATE_EVERY == 0:
                self.shards.wait(WAIT_SECONDS)
            self._step += 1
            drawn = self.shards.draw(self.batch_size).to(self.device)
            batch, target = method_samples(drawn, self.body, network.input_spec, jitter=True)
        with autocast(self.device):
            output = network(batch)
        with torch.autocast(self.device.type, enabled=False):
            return network.losses(output, target)

    def evaluate(self, network: nn.Module) -> Mapping[str, float]:
        assert isinstance(network, Method)
        return measure(network, shipped_test_set(self.facts.subject), self.body)

    def export(self, network: nn.Module, facts: TrainingFacts, folder: Path) -> Path:
        from training.heads.shipping import CHECK_COUNT, ship

        assert isinstance(network, Method)
        few = shipped_test_set(self.facts.subject)[:CHECK_COUNT]
        quick = measure(network, few, self.body)
        return ship(network, self.evaluate(network), quick, facts, folder)


metro = partial(HeadRecipe, method_id="metro")
pointhmr = partial(HeadRecipe, method_id="pointhmr")
multi_roi = partial(HeadRecipe, method_id="multi_roi")
cliff = partial(HeadRecipe, method_id="cliff")
coarsemetro = partial(HeadRecipe, method_id="coarsemetro")
glnet = partial(HeadRecipe, method_id="glnet")
fastmetro = partial(HeadRecipe, method_id="fastmetro")
metro_hand = partial(HeadRecipe, method_id="metro", variant="hand")
pointhmr_hand = partial(HeadRecipe, method_id="pointhmr", variant="hand")
