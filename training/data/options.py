"""The part of ``python -m training.train``'s command line that is about data sets."""

from __future__ import annotations

import argparse
import logging
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from core.body import BodyModel, load_body
from core.data.posing import BodyFamily
from core.errors import InputError
from core.methods import create_method, method_entry
from core.methods import metro_family as family
from core.weights import load_embedded, load_weights
from training.data.mix import DataMix, DataSpec, people_of
from training.data.presets import PRESETS, Preset, paper_preset
from training.data.recipe import DataRecipe, DataTraining
from training.distributed import Workers
from training.recipes import OptimiserSettings

logger = logging.getLogger("training")
MEASURED_MOST = 512
# What --start says for the weights that are shipped with a lite network.
EMBEDDED = "embedded"


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """Options that only count beside ``--data``."""
    group = parser.add_argument_group("data sets")
    group.add_argument(
        "--data",
        action="append",
        default=[],
        metavar="ID=PATH[:SPLIT][@SHARE]",
        help="learn from this data set; may be repeated",
    )
    group.add_argument(
        "--validate",
        metavar="ID=PATH[:SPLIT]",
        help="measure on this one; by default every 50th person is held back",
    )
    group.add_argument(
        "--training",
        metavar="NAME",
        help=f"how a paper trained: {', '.join(p.id for p in PRESETS)}; default: the method's first",
    )
    group.add_argument("--preset", choices=("paper", "lite"), default="paper")
    group.add_argument("--variant", metavar="V", help="default: that of the training")
    group.add_argument(
        "--body", action="append", default=[], metavar="NAME|FILE",
        help="SMPL or MANO: neutral, then male and female; default: the embedded one",
    )  # fmt: skip
    group.add_argument("--epochs", type=float, help="instead of the paper's")
    group.add_argument(
        "--batch", type=int, help="people a step over all devices, instead of the paper's"
    )
    group.add_argument(
        "--synthetic", type=float, default=0.0, metavar="SHARE",
        help="share of rendered people in each batch, from --pictures",
    )  # fmt: skip
    group.add_argument("--workers", type=int, default=2, help="processes that prepare people")
    group.add_argument(
        "--dry-run", action="store_true", help="check all people, take one step and stop"
    )


@dataclass(frozen=True, eq=False)
class DataRun:
    """A training on data sets, ready to begin.

    Attributes:
        recipe: what is trained, and how; epochs: for how long.
        config: everything that was chosen, for the run's folder.
    """

    recipe: DataRecipe
    epochs: float
    config: dict[str, object]


def data_run(options: argparse.Namespace, workers: Workers) -> DataRun:
    """What the command line asks for.

    Raises:
        InputError: a choice does not fit the others, or a data set is wrong.
    """
    preset = _preset(options.training, options.method)
    variant = options.variant or (preset.variants[0] if options.preset == "paper" else None)
    chosen_preset, chosen = method_entry(options.method).variant(options.preset, variant)
    truth = _truth(options.body, hand=chosen.subject == "hand")
    method = create_method(
        options.method, preset=chosen_preset.id, variant=chosen.id, body=truth.neutral
    )
    if str(options.start) == EMBEDDED:
        load_embedded(method)
    elif options.start:
        load_weights(method, options.start)
    elif preset.needs_start:
        raise InputError(
            f"the training {preset.id} carries on from weights", cure="give them with --start FILE"
        )
    specs = [DataSpec.parse(text) for text in options.data]
    shares = _shares(specs, preset)
    sets = [spec.open(_told) for spec in specs]
    mix = DataMix.of(sets, shares, hold_back=not options.validate)
    joint_set = "hand21" if family.is_hand(truth.neutral) else "lsp14"
    if options.validate:
        other = DataSpec.parse(options.validate).open(_told)
        stride = max(1, len(other) // MEASURED_MOST)
        records = [other[row] for row in range(0, len(other), stride)][:MEASURED_MOST]
    else:
        records = mix.held_back()
    batch = options.batch or preset.batch_size
    if batch % workers.size:
        raise InputError(
            f"{batch} people a step do not divide among {workers.size} processes",
            cure="give --batch a multiple of the processes",
        )
    settings = DataTraining(
        batch // workers.size,
        _optimiser(preset),
        preset.augmentation,
        options.synthetic,
        options.workers,
        options.seed,
    )
    recipe = DataRecipe(
        method,
        mix,
        people_of(records, method.input_spec, joint_set),
        truth,
        settings,
        workers,
        options.pictures,
    )
    epochs = options.epochs or float(preset.epochs)
    config: dict[str, object] = {
        "method": method.method_id,
        "preset": method.preset,
        "variant": method.variant,
        "training": asdict(preset),
        "data": [asdict(spec) | {"path": str(spec.path)} for spec in specs],
        "shares": mix.shares.tolist(),
        "people": [len(rows) for rows in mix.rows],
        "validate": options.validate or "every 50th person held back",
        "body": truth.neutral.name,
        "epochs": epochs,
        "batch_size": batch,
        "processes": workers.size,
        "synthetic": options.synthetic,
        "seed": options.seed,
        "start": None if options.start is None else str(options.start),
        "commit": _commit(),
    }
    return DataRun(recipe, epochs, config)


def _preset(name: str | None, method_id: str) -> Preset:
    if name is None:
        fitting = [p for p in PRESETS if p.method == method_id]
        if not fitting:
            known = ", ".join(sorted({p.method for p in PRESETS}))
            raise InputError(
                f"no paper's training is known for {method_id}",
                cure=f"name one with --training, or train one of: {known}",
            )
        return fitting[0]
    return paper_preset(name)


def _shares(specs: list[DataSpec], preset: Preset) -> list[float | None]:
    """Shares as given, else the paper's where it prints them and all of its sets are there."""
    given = [spec.share for spec in specs]
    if any(share is not None for share in given) or not preset.shares:
        return given
    table = dict(zip(preset.datasets, preset.shares, strict=True))
    if any(spec.id not in table for spec in specs):
        logger.info("shares: as large as each set is, since not all are those of %s", preset.id)
        return given
    return [table[spec.id] for spec in specs]


def _optimiser(preset: Preset) -> OptimiserSettings:
    return OptimiserSettings(
        learning_rate=preset.learning_rate,
        weight_decay=preset.weight_decay,
        warmup_steps=0,
        clip_norm=preset.clip_norm,
        algorithm=preset.optimiser,
        cosine=False,
        drops=preset.drops,
    )


def _truth(names: list[str], *, hand: bool) -> BodyFamily:
    if not names:
        embedded = load_body("embedded_hand" if hand else "embedded")
        # The embedded body has one build for all: good for our own sets, not for SMPL's truth.
        return BodyFamily(embedded, embedded, embedded)
    models: list[BodyModel | None] = [load_body(name) for name in names[:3]]
    models += [None] * (3 - len(models))
    assert models[0] is not None
    return BodyFamily(models[0], models[1], models[2], any_gender=len(names) == 1)


def _told(share: float, what: str) -> None:
    logger.debug("index %.0f %%: %s", 100 * share, what)


def _commit() -> str:
    """The commit that is trained with; empty outside a repository."""
    git = shutil.which("git")
    if git is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 (a fixed command)
            [git, "rev-parse", "HEAD"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
            cwd=Path(__file__).parent,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
