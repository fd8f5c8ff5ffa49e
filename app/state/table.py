"""A table of names and numbers, as shown, copied and saved."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

Cell = str | float | None


@dataclass(frozen=True)
class Table:
    """Headings and rows.

    Attributes:
        columns: headings.
        rows: cells; None where nothing could be measured.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def text(self, separator: str = "\t") -> str:
        """All of it as separated text with a heading line; quoted where a cell needs it."""
        out = io.StringIO()
        writer = csv.writer(out, delimiter=separator, lineterminator="\n")
        writer.writerow(self.columns)
        for row in self.rows:
            writer.writerow(
                "" if v is None else f"{v:.2f}" if isinstance(v, float) else v for v in row
            )
        return out.getvalue()
