from pathlib import Path

import pytest

from core.data import list_datasets
from core.metrics import list_protocols

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "protocols.md").read_text("utf-8")


@pytest.mark.parametrize("name", [p.id for p in list_protocols()] + [d.id for d in list_datasets()])
def test_every_protocol_and_data_set_is_explained(name):
    assert f"| `{name}` |" in TEXT


def test_splits_are_those_of_the_readers():
    for row in list_datasets():
        line = next(line for line in TEXT.splitlines() if line.startswith(f"| `{row.id}` |"))
        assert line.split("|")[2].strip() == (", ".join(row.splits) or "-")
