"""Fixtures of training on data sets."""

import importlib.util
from pathlib import Path

import pytest


def _kit():
    path = Path(__file__).parent / "miniature.py"
    spec = importlib.util.spec_from_file_location("data_miniature", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def people_folder(tmp_path_factory) -> Path:
    """Eight people in pictures of their own, with truth."""
    return _kit().truth_folder(tmp_path_factory.mktemp("people") / "people")
