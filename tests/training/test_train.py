"""The trainer: what it imports, resuming, checkpoints, the learning curve."""

import json
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from core.errors import InputError
from core.nn.batch import LossTerm, LossTerms
from training.checkpoints import FILE_NAME, load_network
from training.curves import fit_power_law, write_curve
from training.loop import LoopSettings, TrainingLoop
from training.pace import SampleClock, named_limit
from training.pictures.shards import SUFFIX, write_shard
from training.pictures.test_set import shipped_test_set
from training.recipes import RECIPES, OptimiserSettings, recipe_for
from training.train import main

ROOT = Path(__file__).resolve().parents[2]
# Everything that an installation of MeshLoupe has and a training machine need not have.
NOT_NEEDED = (
    "rich", "platformdirs", "open3d", "scipy", "PySide6", "pyqtgraph", "vispy", "trimesh", "typer",
    "av", "smplx", "ultralytics", "PIL", "matplotlib", "torchvision", "anny",
)  # fmt: skip


class TinyRecipe:
    """Fits a line."""

    given = ()
    picture_size = 0
    samples_per_epoch = 80
    batch_size = 8
    optimiser = OptimiserSettings(learning_rate=0.05, warmup_steps=1)
    headline = "error"

    def __init__(self) -> None:
        self.clock = SampleClock()

    def begin_at(self, step: int) -> None:
        pass

    def build(self) -> nn.Module:
        torch.manual_seed(0)
        return nn.Linear(1, 1)

    def losses(self, network: nn.Module, progress: float) -> LossTerms:
        x = torch.randn(self.batch_size, 1)
        return LossTerms((LossTerm("fit", (network(x) - 3 * x).square().mean(), 1.0),))

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        return {"error": float((network.weight.detach() - 3).abs())}

    def export(self, network, facts, folder):
        raise NotImplementedError


@pytest.mark.parametrize(
    "method_id",
    ["pose_lift", *(pytest.param(m, marks=pytest.mark.slow) for m in RECIPES if m != "pose_lift")],
)
def test_a_recipe_trains_with_torch_numpy_opencv_and_safetensors_alone(method_id, tmp_path):
    folder = None
    rendered = ("pose_lift", "lite_backbone", "lite_hand_backbone")
    if method_id not in rendered:  # heads learn from pictures rendered before
        folder = str(tmp_path)
        write_shard(shipped_test_set()[:16], tmp_path / f"0001-00000{SUFFIX}")
    script = f"""
        import sys
        class Blocked:
            def find_spec(self, name, path=None, target=None):
                if name.split(".")[0] in {NOT_NEEDED!r}:
                    raise ModuleNotFoundError(f"{{name}} is not there")
        sys.meta_path.insert(0, Blocked())
        import torch
        from pathlib import Path
        torch.set_num_threads(1)
        import training.train, training.loop
        from training.recipes import recipe_for
        folder = {folder!r}
        pictures = Path(folder) if folder else None
        recipe = recipe_for({method_id!r}, torch.device("cpu"), 0, pictures)
        network = recipe.build()
        recipe.losses(network, 0.5).total.backward()
        found = sorted({{m.split(".")[0] for m in sys.modules}} & set({NOT_NEEDED!r}))
        assert not found, found
        print("trained")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert "trained" in done.stdout


def test_a_run_learns_writes_its_checkpoint_and_its_curve(tmp_path):
    loop = TrainingLoop(TinyRecipe(), tmp_path, LoopSettings(60, 0.01, 0.01, epochs=30))
    loop.run()
    assert loop.progress == 1.0
    assert loop.facts.samples == loop.facts.steps * 8 == 2400
    assert loop.facts.curve[-1]["error"] < 0.5
    curve = json.loads((tmp_path / "curve.json").read_text())
    assert curve["headline"] == "error"
    assert len(curve["curve"]) == len(loop.facts.curve)
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_a_run_says_what_it_waits_for(tmp_path, caplog, monkeypatch):
    class Slow(TinyRecipe):
        def losses(self, network: nn.Module, progress: float) -> LossTerms:
            with self.clock:
                time.sleep(0.01)
            return super().losses(network, progress)

    monkeypatch.setattr("training.loop.REPORT_SECONDS", 0.1)
    caplog.set_level("INFO", logger="training")
    TrainingLoop(Slow(), tmp_path, LoopSettings(0.01)).run()
    assert "limited by making samples" in caplog.text
    assert named_limit(0.2) == "limited by the network (20 % of the time goes into samples)"


def test_a_stopped_run_carries_on_where_it_was(tmp_path):
    first = TrainingLoop(TinyRecipe(), tmp_path, LoopSettings(0.01))
    first.run()
    second = TrainingLoop(TinyRecipe(), tmp_path, LoopSettings(0.02))
    second.resume()
    assert second.facts == first.facts
    assert 0.3 < second.progress < 0.7
    for name, value in first.network.state_dict().items():
        assert torch.equal(value, second.network.state_dict()[name])
    moments = [s["exp_avg"] for s in second.optimiser.state_dict()["state"].values()]
    before = [s["exp_avg"] for s in first.optimiser.state_dict()["state"].values()]
    assert all(torch.equal(a, b) for a, b in zip(moments, before, strict=True))
    second.run()
    assert second.facts.steps > first.facts.steps


def test_resuming_without_a_checkpoint_says_what_to_do(tmp_path):
    loop = TrainingLoop(TinyRecipe(), tmp_path, LoopSettings(0.01))
    with pytest.raises(InputError, match="start without --resume"):
        loop.resume()


def test_a_checkpoint_of_another_network_is_refused(tmp_path):
    TrainingLoop(TinyRecipe(), tmp_path, LoopSettings(0.005)).run()

    class Other(TinyRecipe):
        def build(self) -> nn.Module:
            return nn.Linear(2, 2)

    with pytest.raises(InputError, match=FILE_NAME):
        TrainingLoop(Other(), tmp_path, LoopSettings(0.01)).resume()


def test_an_unknown_method_lists_those_that_can_be_trained(capsys):
    with pytest.raises(InputError, match="pose_lift"):
        recipe_for("nonsense", torch.device("cpu"), 0)
    assert main(["--method", "nonsense"]) == 1


def test_the_power_law_is_found_again():
    samples = [10.0**k for k in range(3, 9)]
    law = fit_power_law(samples, [500 * s**-0.2 for s in samples])
    assert law is not None
    assert law.exponent == pytest.approx(0.2, abs=1e-6)
    assert law.at(1e9) == pytest.approx(500 * 1e9**-0.2, rel=1e-6)


def test_short_curves_promise_nothing(tmp_path):
    assert fit_power_law([1.0, 2.0], [1.0, 0.9]) is None
    write_curve(tmp_path / "c.json", [{"samples": 1, "error": 1.0}], "error")
    assert json.loads((tmp_path / "c.json").read_text())["power_law"] is None


def test_training_starts_from_shipped_weights_and_refuses_others(tmp_path):
    shipped = tmp_path / "shipped.safetensors"
    save_file({"network.weight": torch.full((1, 1), 2.5), "network.bias": torch.zeros(1)}, shipped)
    loop = TrainingLoop(TinyRecipe(), tmp_path / "run", LoopSettings(0.01))
    loop.start_from(shipped)
    assert float(loop.network.weight.detach()) == 2.5
    assert float(loop.average["weight"]) == 2.5
    save_file({"network.weight": torch.zeros(2, 2)}, shipped)
    with pytest.raises(InputError, match="another network"):
        loop.start_from(shipped)
    with pytest.raises(InputError, match="no weights file"):
        loop.start_from(tmp_path / "none.safetensors")


def test_starting_from_weights_that_lack_what_the_recipe_gives(tmp_path):
    """Head files hold no backbone: the network keeps the one it has."""
    network = nn.Sequential()
    network.add_module("backbone", nn.Linear(2, 2))
    network.add_module("head", nn.Linear(2, 1))
    before = network.backbone.weight.detach().clone()
    path = tmp_path / "head.safetensors"
    save_file({"head.weight": torch.ones(1, 2), "head.bias": torch.ones(1)}, path)
    with pytest.raises(InputError, match="belong to another network"):
        load_network(path, network)
    load_network(path, network, ("backbone.",))
    assert torch.equal(network.backbone.weight, before)
    assert (network.head.weight == 1).all()
