"""An accelerated network says what the plain one says."""

import copy

import numpy as np
import pytest
import torch

from core.errors import DeviceError
from core.methods import create_method, list_methods
from core.methods.base import InputSpec
from core.nn.batch import Batch
from core.pipeline import acceleration
from core.pipeline.acceleration import accelerate, half_is_faster, has_half, require_precision
from core.pipeline.config import EngineConfig
from core.pipeline.engine import open_engine
from core.types import Detection, Frame
from core.weights.cards import list_cards, load_embedded

CPU = torch.device("cpu")
NETWORKS = sorted(
    (card.method, card.variant) for card in list_cards() if card.method not in ("", "pose_lift")
)


def crops(spec: InputSpec) -> Batch:
    """Two people of the synthetic test set, cut as the method reads them."""
    from core.body import load_body
    from training.heads.samples import method_samples
    from training.pictures.test_set import shipped_test_set

    some = shipped_test_set()[:2]
    return method_samples(some, load_body("embedded"), spec, jitter=False)[0]


@pytest.mark.parametrize(("method_id", "variant"), NETWORKS)
@torch.inference_mode()
def test_full_precision_is_rounding_apart_and_half_a_millimetre(method_id, variant) -> None:
    method = create_method(method_id, preset="lite", variant=variant)
    load_embedded(method)
    batch = crops(method.input_spec)
    plain = method(batch).vertices
    full = accelerate(copy.deepcopy(method), CPU, "full")(batch).vertices
    assert float((full - plain).norm(dim=-1).max()) < 2e-5
    half = accelerate(copy.deepcopy(method), CPU, "half")(batch).vertices
    assert half.dtype == torch.float32
    apart = float((half - plain).norm(dim=-1).mean())
    assert 0 < apart < 2e-3  # one metre has 8 bits


@torch.inference_mode()
def test_paper_networks_keep_their_numbers() -> None:
    torch.manual_seed(0)
    method = create_method("cliff", preset="paper", variant="r50")
    batch = crops(method.input_spec)
    plain = method(batch).vertices
    accelerated = accelerate(method, CPU, "full")
    torch.testing.assert_close(accelerated(batch).vertices, plain, rtol=0, atol=2e-4)
    norms = [m for m in accelerated.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert not norms


PAPERS = [
    pytest.param(entry.id, variant.id, marks=pytest.mark.slow)
    for entry in list_methods()
    for preset in entry.presets
    for variant in preset.variants
    if preset.id == "paper"
]


@pytest.mark.parametrize(("method_id", "variant"), PAPERS)
def test_every_published_network_runs_in_an_engine(method_id: str, variant: str) -> None:
    picture = Frame(np.full((240, 200, 3), 120, np.uint8), "grey.png")
    box = Detection(box_xyxy=np.array([20, 20, 180, 220], np.float32))
    config = EngineConfig(method_id, "paper", variant, detector="none", untrained=True)
    with open_engine(config) as engine:
        (person,) = engine.run(picture, (box,)).people
        assert np.isfinite(person.vertices).all()


def test_a_backbone_that_is_read_in_parts_stays_as_it_is() -> None:
    with torch.device("meta"):
        method = create_method("graphormer")
    backbone = method.backbone
    assert accelerate(method, CPU, "full").backbone is backbone


def test_gradients_still_reach_the_picture() -> None:
    """Sensitivity maps ask an engine's network for derivatives."""
    method = create_method("metro", preset="lite")
    load_embedded(method)
    accelerate(method, CPU, "full")
    batch = crops(method.input_spec)
    batch.image.requires_grad_(True)
    method(batch).vertices.sum().backward()
    assert batch.image.grad.abs().sum() > 0


def test_an_engine_keeps_the_count_of_its_parameters() -> None:
    with open_engine(EngineConfig("cliff", "lite")) as engine:
        built = create_method("cliff", preset="lite")
        assert engine.parameters == sum(p.numel() for p in built.parameters())


def test_half_precision_is_refused_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceleration, "has_half", lambda device: False)
    with pytest.raises(DeviceError, match="--precision"):
        require_precision("half", CPU)
    require_precision("full", CPU)
    assert has_half(torch.device("cuda"))


def test_half_precision_is_chosen_by_trying(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceleration, "has_half", lambda device: True)
    for faster in (True, False):
        monkeypatch.setattr(acceleration, "_half_is_faster_here", lambda faster=faster: faster)
        assert half_is_faster(CPU) is faster
        assert half_is_faster(torch.device("cuda"))
    monkeypatch.setattr(acceleration, "has_half", lambda device: False)
    assert not half_is_faster(torch.device("cuda"))
