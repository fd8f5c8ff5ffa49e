"""Miniature data sets, written in the exact layout of the real ones from one known scene."""

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def kit():
    spec = importlib.util.spec_from_file_location("data_kit", Path(__file__).parent / "data_kit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def scene(kit):
    return kit.Scene()
