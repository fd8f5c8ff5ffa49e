"""Bake the embedded bodies: ``python -m training.bake_body`` (needs the extra ``bake``).

The first run builds Anny's own cache (about 80 s and 0.8 GB in its cache folder).
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from training.bake.baked import write_baked

DEFAULT_OUT = Path(__file__).resolve().parent.parent / "assets" / "bodies"


def main(arguments: list[str] | None = None) -> None:
    """Bake what was asked for and renew the list of checksums."""
    parser = argparse.ArgumentParser(prog="training.bake_body", description=__doc__)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="folder of the assets")
    parser.add_argument("--only", choices=("body", "hand"), help="bake just one of them")
    parser.add_argument("--samples", type=int, default=2000, help="people whose shapes are learnt")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if chosen.only != "hand":
        from training.bake.anny_body import bake_body

        _store(bake_body(chosen.samples, chosen.seed), chosen.out / "embedded_body.npz")
    if chosen.only != "body":
        from training.bake.anny_hand import bake_hand

        _store(bake_hand(chosen.samples, chosen.seed), chosen.out / "embedded_hand.npz")


def _store(body: object, path: Path) -> None:
    """Write one asset and its line in SHA256SUMS."""
    digest = write_baked(body, path)  # type: ignore[arg-type]
    sums = path.with_name("SHA256SUMS")
    lines = sums.read_text().splitlines() if sums.exists() else []
    kept = [line for line in lines if not line.endswith(f"  {path.name}")]
    sums.write_text("\n".join(sorted([*kept, f"{digest}  {path.name}"])) + "\n")
    logging.getLogger(__name__).info("%s: %d bytes", path, path.stat().st_size)


if __name__ == "__main__":
    main()
