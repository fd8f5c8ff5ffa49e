"""A parity fixture: what the authors' code computed, read from its folder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.files import read_npz
from core.weights.synthetic import TensorClaim

_HASH = 2_654_435_761  # large outputs are stored at these multiples, modulo their size
_COPY = "copy the folder again"
RTOL = 1e-3
SPREAD = 1e-4


@dataclass(frozen=True)
class CaseInput:
    """How the input of a case is made.

    Attributes:
        case: ``case0``, ``case1``.
        image_seed, batch: of the picture.
        size_hw: of the picture, pixels.
        channels: 3 per crop.
        bbox_seed: of the box information; None when the network reads none.
        bbox_quantum: step that box information is rounded to; 0 leaves it as drawn.
    """

    case: str
    image_seed: int
    batch: int
    size_hw: tuple[int, int]
    channels: int = 3
    bbox_seed: int | None = None
    bbox_quantum: float = 0.0


@dataclass(frozen=True, eq=False)
class Expected:
    """One stored output: its shape, the stored entries, where they lie, mean and spread of all.

    Attributes:
        shape: of the whole output.
        values: all entries in the output's shape, or (4096,) of them.
        index: (4096,) flat places of ``values``; None when all are stored.
        stats: (2,) mean and standard deviation over all entries; None when all are stored.
    """

    shape: tuple[int, ...]
    values: NDArray[Any]
    index: NDArray[np.int64] | None = None
    stats: NDArray[np.float64] | None = None

    @property
    def tolerance(self) -> float:
        """Absolute tolerance: a ten-thousandth of the output's standard deviation."""
        want = np.nan_to_num(np.asarray(self.values, np.float64))
        spread = float(want.std()) if want.size > 1 else 0.0
        return SPREAD * (spread or float(np.abs(want).max(initial=0.0)) or 1.0)


@dataclass(frozen=True, eq=False)
class Fixture:
    """One folder.

    Attributes:
        name: of the folder.
        network: what was run.
        salt: seed text of every synthetic number.
        tensors: the official checkpoint's list; empty for folders without a network.
        container: key that the authors' loader takes the state dict from; empty for a bare one.
        inputs: one per case; empty when the inputs are stored.
        outputs: by case and name.
    """

    name: str
    network: str
    salt: str
    tensors: tuple[TensorClaim, ...]
    container: str
    inputs: tuple[CaseInput, ...]
    outputs: Mapping[str, Mapping[str, Expected]]

    def stored(self, case: str, name: str) -> NDArray[Any]:
        """A stored array, such as an input.

        Raises:
            InputError: the fixture does not hold it.
        """
        return self.expected(case, name).values

    def expected(self, case: str, name: str) -> Expected:
        """A stored output; raises as `stored`."""
        found = self.outputs_of(case).get(name)
        if found is None:
            raise InputError(f"it holds no {case}/{name}", cure=_COPY)
        return found

    def outputs_of(self, case: str) -> Mapping[str, Expected]:
        """What is stored of a case; raises as `stored`."""
        if case not in self.outputs:
            raise InputError(f"it holds nothing of {case}", cure=_COPY)
        return self.outputs[case]


def find_fixtures(folder: str | Path, only: str | None = None) -> tuple[Path, ...]:
    """Fixture folders below ``folder`` (or itself), sorted by name.

    Raises:
        InputError: there is none, or none called ``only``.
    """
    root = Path(folder)
    places = [root] if (root / "cases.npz").is_file() else sorted(root.glob("*/"))
    found = tuple(path for path in places if (path / "cases.npz").is_file())
    if not found:
        raise InputError(
            "no parity fixtures here", path=root, cure="give the folder that holds */cases.npz"
        )
    chosen = tuple(path for path in found if only in (None, path.name))
    if not chosen:
        known = ", ".join(path.name for path in found)
        raise InputError(f"no fixture called {only}", path=root, cure=f"choose one of: {known}")
    return chosen


def read_fixture(folder: Path) -> Fixture:
    """Read a fixture folder.

    Raises:
        InputError: a file is missing or damaged.
    """
    description = folder / "keys.json"
    if not description.is_file():
        description = folder / "meta.json"
    arrays = read_npz(folder / "cases.npz")
    try:
        row = json.loads(description.read_text("utf-8"))
        if not isinstance(row, dict):
            raise TypeError(f"{description.name} holds no table")
        container = re.search(r"torch\.load\(file\)\['(\w+)'\]", row.get("how_loaded", ""))
        return Fixture(
            name=folder.name,
            network=row["network"],
            salt=row["salt"],
            tensors=tuple(TensorClaim(n, tuple(s), d) for n, s, d in row.get("state_dict", ())),
            container=container[1] if container else "",
            inputs=tuple(_inputs(row)),
            outputs=_outputs(arrays),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"damaged parity fixture ({error})", path=folder, cure=_COPY) from error


def _inputs(row: Mapping[str, Any]) -> Iterable[CaseInput]:
    if not isinstance(row.get("inputs"), list):
        return
    for item in row["inputs"]:
        height, width = item["size"]
        yield CaseInput(
            case=item["case"],
            image_seed=item["image_seed"],
            batch=item["batch"],
            size_hw=(height, width),
            channels=item.get("channels", 3),
            bbox_seed=item.get("bbox_seed"),
            bbox_quantum=item.get("bbox_quantum", 0.0),
        )


def _outputs(arrays: Mapping[str, NDArray[Any]]) -> dict[str, dict[str, Expected]]:
    found: dict[str, dict[str, Expected]] = {}
    for key in arrays:
        if not key.endswith("@shape"):
            continue
        stem = key.removesuffix("@shape")
        case, name = stem.split("/", 1)
        shape = tuple(int(side) for side in arrays[key])
        if f"{stem}@full" in arrays:
            expected = Expected(shape, arrays[f"{stem}@full"])
        else:
            values = arrays[f"{stem}@sample"]
            index = (np.arange(len(values), dtype=np.int64) * _HASH) % int(np.prod(shape))
            expected = Expected(shape, values, index, arrays[f"{stem}@stats"])
        found.setdefault(case, {})[name] = expected
    return found
