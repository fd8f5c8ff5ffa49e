"""``python -m training.multiply_adds``: count every network's multiply-adds into ``assets``."""

from __future__ import annotations

import json
import sys
import warnings

import torch

from core.assets import asset_path
from core.errors import MeshLoupeError
from core.files.atomic import write_atomically
from core.methods import create_method, list_methods
from core.pipeline.sizes import MULTIPLY_ADDS, count_multiply_adds

NOTE = "multiply-adds of one forward pass for one person; made by python -m training.multiply_adds"


def main() -> int:
    """Count and write; returns the exit code."""
    warnings.simplefilter("ignore")
    counted: dict[str, int] = {}
    for entry in list_methods():
        for preset in entry.presets:
            for variant in preset.variants:
                key = f"{entry.id}/{preset.id}/{variant.id}"
                torch.manual_seed(0)
                try:
                    method = create_method(entry.id, preset=preset.id, variant=variant.id)
                    counted[key] = count_multiply_adds(method)
                except MeshLoupeError as error:
                    sys.stderr.write(f"{key}: {error}\n")
                    continue
                sys.stdout.write(f"{key} {counted[key] / 1e9:.3f} G\n")
    path = asset_path("weights").parent / MULTIPLY_ADDS
    with write_atomically(path) as part:
        part.write_text(
            json.dumps({"note": NOTE, "multiply_adds": counted}, indent=1) + "\n", "utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
