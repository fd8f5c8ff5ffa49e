"""Fill the generated parts of README and docs: methods, measured numbers, the papers' trainings."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from core.assets import asset_path
from core.methods.registry import list_methods
from core.pipeline.sizes import multiply_adds
from core.types import Subject
from training.benchmark_report import markdown_table, read_report
from training.data.presets import PRESETS
from training.video_report import markdown_tables, read_video_report

ROOT = Path(__file__).resolve().parent.parent
README, REPORT = ROOT / "README.md", ROOT / "docs" / "benchmark.json"
# The second one is made where there is a CUDA device, with --out.
VIDEO_REPORTS = (
    ROOT / "docs" / "video_benchmark.json",
    ROOT / "docs" / "video_benchmark_cuda.json",
)
TEXTS = (README, *(ROOT / "docs" / name for name in ("methods.md", "training.md", "live.md")))
SYNTHETIC, PHOTOGRAPHS = "fixed synthetic test set", "5 people in photographs"


def methods_table() -> str:
    """One row per method: what it is, its variants, what was released, what proves it."""
    lines = ["| method | what it does | reads | variants | authors' weights | proof |"]
    lines.append("| --- | --- | --- | --- | --- | --- |")
    for entry in list_methods():
        for preset in entry.presets:
            names = ", ".join(f"`{variant.id}`" for variant in preset.variants)
            released = ", ".join(f"`{v.id}`" for v in preset.variants if v.released) or "none"
            proofs = "; ".join(dict.fromkeys(v.proof for v in preset.variants if v.proof))
            lines.append(
                f"| **{entry.title}** `{entry.id}` {preset.id} | {entry.summary} | {entry.reads} "
                f"| {names} | {released} | {proofs} |"
            )
    return "\n".join(lines)


def comparison_table(subject: Subject) -> str:
    """One row per shipped network that reads pictures: size, cost, speed and errors, from its card."""
    photographed = subject == "body"
    times = {
        (r["network"]["method"], r["network"]["preset"], r["network"]["variant"]): r
        for r in read_report(REPORT)["results"]
        if "error" not in r
    }
    device = read_report(REPORT)["machine"]["device_name"]
    lines = [
        "| method | parameters | multiply-adds | network ms | MPJPE mm | PA-MPJPE mm | MPVPE mm |"
        + (" 2D error of photographs |" if photographed else ""),
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |" + (" ---: |" if photographed else ""),
    ]
    for entry in list_methods():
        for preset in entry.presets:
            for variant in preset.variants:
                name = f"{entry.id}_{preset.id}" + ("_hand" if variant.subject == "hand" else "")
                card = asset_path("weights").joinpath(f"{name}.json")
                if not card.exists() or entry.reads == "joints" or variant.subject != subject:
                    continue
                told = json.loads(card.read_text("utf-8"))
                measured = times.get((entry.id, preset.id, variant.id))
                cost = multiply_adds(entry.id, preset.id, variant.id)
                cells = [
                    f"**{entry.title}** {preset.id}",
                    f"{told['parameters'] / 1e6:.1f} M",
                    "" if cost is None else f"{cost / 1e9:.2f} G",
                    "" if measured is None else f"{_stage_ms(measured, 'network'):.0f}",
                    *(_number(told, name, SYNTHETIC) for name in ("MPJPE", "PA-MPJPE", "MPVPE")),
                ]
                if photographed:
                    cells.append(f"{_number(told, '2D error, mean', PHOTOGRAPHS)} %")
                lines.append("| " + " | ".join(cells) + " |")
    if not photographed:
        lines += [
            "",
            "Right hands, the fixed set of 256 rendered ones, protocol `hand21-wrist`; never measured on "
            "photographs.",
        ]
        return "\n".join(lines)
    lines += [
        "",
        "Errors in space: protocol `synthetic-lsp14`, the fixed set of 384 rendered people. Photographs: "
        "five people marked by hand and found by the embedded detector, mean distance of the joints in "
        f"per cent of the person's size. Milliseconds: {device}.",
    ]
    return "\n".join(lines)


def trainings_table() -> str:
    """One row per published training: what the trainer does when it is asked for it."""
    lines = [
        "| training | variants | optimiser | rate | batch | epochs | sets and shares | source |",
        "| --- | --- | --- | --- | ---: | ---: | --- | --- |",
    ]
    for preset in PRESETS:
        drops = "".join(f", {rate:g} from epoch {epoch:g}" for epoch, rate in preset.drops)
        shares = preset.shares or ("",) * len(preset.datasets)
        sets = [f"{d} {s:.0%}" if s else d for d, s in zip(preset.datasets, shares, strict=True)]
        optimiser = {"adam": "Adam", "adamw": "AdamW"}[preset.optimiser]
        if preset.weight_decay:
            optimiser += f", decay {preset.weight_decay:g}"
        if preset.clip_norm:
            optimiser += f", norm {preset.clip_norm:g}"
        rate = f"{preset.learning_rate:g}{drops}"
        lines.append(
            f"| `{preset.id}` | {', '.join(preset.variants)} | {optimiser} | {rate} "
            f"| {preset.batch_size} | {preset.epochs} | {', '.join(sets)} | {preset.source} |"
        )
    return "\n".join(lines)


def video_tables() -> str:
    """Live rates, files by length and against a plain loop, for each device that was measured."""
    reports = [read_video_report(path) for path in VIDEO_REPORTS if path.exists()]
    return "\n\n".join(markdown_tables(report) for report in reports)


def _number(card: dict[str, Any], name: str, data: str) -> str:
    """A number of a card by its name and what it was measured on; '' where it has none."""
    for row in card["numbers"]:
        if row["name"] == name and row["data"].startswith(data):
            return f"{row['value']:.1f}" if row["unit"].startswith("%") else f"{row['value']:.0f}"
    return ""


def _stage_ms(result: dict[str, Any], stage: str) -> float:
    return next(s["median_ms"] for s in result["stages"] if s["stage"] == stage)


def filled(text: str) -> str:
    """A text with its generated parts made anew."""
    parts = {
        "methods": methods_table(),
        "comparison": comparison_table("body"),
        "hands": comparison_table("hand"),
        "trainings": trainings_table(),
        "benchmark": markdown_table(read_report(REPORT)),
        "video": video_tables(),
    }
    for name, content in parts.items():
        block = f"<!-- {name}:begin -->\n{content}\n<!-- {name}:end -->"
        pattern = rf"<!-- {name}:begin -->.*?<!-- {name}:end -->"
        text = re.sub(pattern, lambda _, block=block: block, text, flags=re.DOTALL)
    return text


def main() -> None:
    """Entry point of ``python -m tools.readme``."""
    for path in TEXTS:
        before = path.read_text(encoding="utf-8")
        after = filled(before)
        if after != before:
            path.write_text(after, encoding="utf-8")
        state = "is up to date" if after == before else "written"
        sys.stdout.write(f"{path.relative_to(ROOT)} {state}\n")


if __name__ == "__main__":
    main()
