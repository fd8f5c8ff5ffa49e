"""The README says what the registry and the benchmark report say."""

import pytest

from core.methods import list_methods
from tools.readme import TEXTS, filled, methods_table


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_generated_parts_are_up_to_date(path) -> None:
    text = path.read_text(encoding="utf-8")
    assert filled(text) == text, "run `make readme`"


def test_every_method_has_a_row() -> None:
    table = methods_table()
    assert all(f"`{entry.id}`" in table for entry in list_methods())
