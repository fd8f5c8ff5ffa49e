"""Fill the generated parts of the README: the table of methods and the measured numbers."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from core.methods.registry import list_methods
from training.benchmark_report import markdown_table, read_report

ROOT = Path(__file__).resolve().parent.parent
README, REPORT = ROOT / "README.md", ROOT / "docs" / "benchmark.json"


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


def filled(text: str) -> str:
    """The README with its generated parts made anew."""
    parts = {"methods": methods_table(), "benchmark": markdown_table(read_report(REPORT))}
    for name, content in parts.items():
        block = f"<!-- {name}:begin -->\n{content}\n<!-- {name}:end -->"
        pattern = rf"<!-- {name}:begin -->.*?<!-- {name}:end -->"
        text = re.sub(pattern, lambda _, block=block: block, text, flags=re.DOTALL)
    return text


def main() -> None:
    """Entry point of ``python -m tools.readme``."""
    before = README.read_text(encoding="utf-8")
    after = filled(before)
    if after != before:
        README.write_text(after, encoding="utf-8")
    sys.stdout.write("README.md is up to date\n" if after == before else "README.md written\n")


if __name__ == "__main__":
    main()
