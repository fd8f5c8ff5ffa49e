"""The training loop that every recipe shares: time budget, running average, checkpoints, curve."""

from __future__ import annotations

import logging
import math
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from core.nn.batch import LossTerms
from training.checkpoints import (
    CURVE_NAME,
    load_checkpoint,
    load_network,
    save_best,
    save_checkpoint,
)
from training.curves import write_curve
from training.distributed import Workers
from training.pace import named_limit
from training.recipes import Recipe, TrainingFacts, finite

logger = logging.getLogger(__name__)

AVERAGE_EVERY, AVERAGE_KEEP = 8, 0.99
REPORT_SECONDS = 20.0


@dataclass(frozen=True)
class LoopSettings:
    """How long to train, and how often to save and evaluate (seconds).

    Attributes:
        minutes: budget in time; epochs: budget in people seen, instead.
    """

    minutes: float = math.inf
    save_seconds: float = 60.0
    evaluate_seconds: float = 240.0
    epochs: float | None = None


class TrainingLoop:
    """Trains one recipe until its time budget is spent; can be stopped and carried on at any step.

    The budget counts all training time of the folder, so that a resumed run ends where one long run
    would have ended; a larger budget carries a finished run further.
    """

    def __init__(
        self,
        recipe: Recipe,
        folder: Path,
        settings: LoopSettings,
        workers: Workers | None = None,
    ) -> None:
        self.recipe, self.folder, self.settings = recipe, folder, settings
        self.network = recipe.build()
        self.device = next(self.network.parameters()).device
        self.workers = workers or Workers(0, 1, self.device)
        self.optimiser = recipe.optimiser.make(self.network.parameters())
        self.average = {k: v.detach().clone() for k, v in self.network.state_dict().items()}
        self.facts = TrainingFacts()
        self._running: dict[str, float] = defaultdict(float)
        self._made = 0.0

    def resume(self) -> None:
        """Carry on from the folder's checkpoint."""
        self.facts = load_checkpoint(
            self.folder, self.network, self.average, self.optimiser, self.device
        )
        self.recipe.begin_at(self.facts.steps)
        logger.info("resumed at step %d, %d samples", self.facts.steps, self.facts.samples)

    def start_from(self, path: Path) -> None:
        """Begin with the network of a weights file instead of a random one; the rest starts anew.

        Raises:
            InputError: the file belongs to another network.
        """
        load_network(path, self.network, self.recipe.given)
        self.average = {k: v.detach().clone() for k, v in self.network.state_dict().items()}
        logger.info("starting from %s", path)

    @property
    def epoch(self) -> float:
        """How often as many people were seen as the recipe has; 0 where it renders them."""
        count = self.recipe.samples_per_epoch
        return self.facts.samples / count if count else 0.0

    @property
    def progress(self) -> float:
        """Share of the budget spent, in [0, 1]; the same in all processes."""
        spent = self.facts.seconds / (self.settings.minutes * 60)
        if self.settings.epochs is not None:
            spent = max(spent, self.epoch / self.settings.epochs)
        return self.workers.agreed(min(1.0, spent))

    def run(self) -> None:
        """Train until the budget is spent, then evaluate and save once more."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.workers.same_start(self.network)
        last = time.monotonic()
        saved = evaluated = reported = last
        while (progress := self.progress) < 1.0:
            self._step(progress)
            if not self.workers.first:
                continue
            now = time.monotonic()
            self.facts = replace(self.facts, seconds=self.facts.seconds + now - last)
            last = now
            if now - reported > REPORT_SECONDS:
                self._report(now - reported)
                reported = now
            if now - evaluated > self.settings.evaluate_seconds:
                self._evaluate()
                evaluated = time.monotonic()
                reported += evaluated - now
            if now - saved > self.settings.save_seconds:
                self.save()
                saved = time.monotonic()
        if self.workers.first:
            self._evaluate()
            self.save()

    def averaged_network(self) -> nn.Module:
        """The network with its running average, which is what is evaluated and shipped."""
        network = self.recipe.build()
        network.load_state_dict(self.average)
        return network

    def save(self) -> None:
        """Write checkpoint and curve."""
        save_checkpoint(self.folder, self.network, self.average, self.optimiser, self.facts)
        if self.facts.curve:
            write_curve(self.folder / CURVE_NAME, self.facts.curve, self.recipe.headline)

    def _step(self, progress: float) -> None:
        choice = self.recipe.optimiser
        for group in self.optimiser.param_groups:
            group["lr"] = choice.rate(self.facts.steps, progress, self.epoch)
        losses = self.recipe.losses(self.network, progress)
        total = losses.total
        self.optimiser.zero_grad(set_to_none=True)
        fine = finite(total)
        if fine:
            total.backward()
        # A process that skipped alone would leave the others waiting for its gradients.
        self.workers.average(self.network.parameters())
        if fine or self.workers.size > 1:
            if choice.clip_norm:
                nn.utils.clip_grad_norm_(self.network.parameters(), choice.clip_norm)
            self.optimiser.step()
        self.facts = replace(
            self.facts,
            steps=self.facts.steps + 1,
            samples=self.facts.samples + self.recipe.batch_size,
        )
        self._note(losses)
        if self.facts.steps % AVERAGE_EVERY == 0:
            self._update_average()

    @torch.no_grad()
    def _update_average(self) -> None:
        # Early on the average forgets quickly, or it would remember the untrained network.
        turn = self.facts.steps / AVERAGE_EVERY
        keep = min(AVERAGE_KEEP, (1 + turn) / (10 + turn))
        state: dict[str, Tensor] = self.network.state_dict()
        for name, value in self.average.items():
            if value.is_floating_point():
                value.lerp_(state[name], 1 - keep)
            else:
                value.copy_(state[name])

    def _note(self, losses: LossTerms) -> None:
        self._running["steps"] += 1
        for term in losses.terms:
            self._running[term.name] += float(term.value.detach()) * term.weight

    def _report(self, seconds: float) -> None:
        steps = self._running.pop("steps")
        parts = ", ".join(f"{k} {v / steps:.3f}" for k, v in self._running.items())
        rate = steps * self.recipe.batch_size / max(seconds, 1e-6)
        making = self.recipe.clock.seconds - self._made
        self._made = self.recipe.clock.seconds
        limit = named_limit(min(1.0, making / max(seconds, 1e-6)))
        done = min(1.0, max(self.facts.seconds / (self.settings.minutes * 60), 1e-9))
        if self.settings.epochs is not None:
            done = max(done, self.epoch / self.settings.epochs)
        left = self.facts.seconds * (1 - done) / done / 60
        logger.info(
            "%.1f M samples, %.0f a second, %s, %.0f min left: %s",
            self.facts.samples / 1e6, rate, limit, left, parts,
        )  # fmt: skip
        self._running.clear()

    def _evaluate(self) -> None:
        numbers = self.recipe.evaluate(self.averaged_network())
        row = {"samples": self.facts.samples, "seconds": round(self.facts.seconds), **numbers}
        self.facts = replace(self.facts, curve=(*self.facts.curve, row))
        logger.info("held out: %s", ", ".join(f"{k} {v:g}" for k, v in row.items()))
        errors = [row[self.recipe.headline] for row in self.facts.curve]
        if errors[-1] == min(errors):
            save_best(self.folder, self.average)
