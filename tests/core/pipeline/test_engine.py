"""The engine's laws, on a tiny method of known behaviour."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch

from core.body import JOINT_SETS
from core.detection.embedded import EmbeddedDetector
from core.errors import Cancelled, DeviceError, InputError, WeightsError
from core.geometry.cameras import project_perspective
from core.geometry.crops import crop_box
from core.pipeline.config import EngineConfig
from core.pipeline.engine import Engine, open_engine
from core.types import Detection, Frame, LimbHint

HEIGHT_SHARE = 0.8
BOXES = ([60, 20, 180, 290], [200, 100, 360, 180], [-50, 30, 40, 260])


def _open(variant: str = "body", **options: object) -> Engine:
    config = EngineConfig(
        "standing", variant=variant, device="cpu", detector="none", untrained=True, **options
    )
    return open_engine(config)


def _people() -> tuple[Detection, ...]:
    return tuple(Detection(np.array(box)) for box in BOXES)


@pytest.mark.parametrize("variant", ["body", "two_crops"])
@pytest.mark.parametrize("focal_px", [None, 350.0, 2000.0])
def test_body_lands_on_the_person(standing, frame: Frame, variant: str, focal_px) -> None:
    with _open(variant, focal_px=focal_px) as engine:
        people = engine.run(frame, _people()).people
    assert len(people) == 3
    for person, box in zip(people, BOXES, strict=True):
        pixels = project_perspective(
            person.vertices_camera.astype(np.float64), person.focal_px, (200.0, 150.0)
        )
        low, high = pixels.min(0), pixels.max(0)
        area = crop_box(np.array(box), (64, 64) if variant == "body" else (64, 48))
        # Weak perspective is exact at the body's depth zero; its front and back differ by percents.
        side = area[3] - area[1]
        np.testing.assert_allclose((low + high) / 2, (area[:2] + area[2:]) / 2, atol=0.03 * side)
        assert high[1] - low[1] == pytest.approx(HEIGHT_SHARE * side, rel=0.08)


@pytest.mark.parametrize("focal_px", [None, 350.0, 2000.0])
def test_joints_3d_project_to_joints_2d(standing, frame: Frame, focal_px) -> None:
    with _open(focal_px=focal_px) as engine:
        for person in engine.run(frame, _people()).people:
            assert person.joint_names == JOINT_SETS["lsp14"].joint_names
            seen = project_perspective(person.joints_camera, person.focal_px, (200.0, 150.0))
            assert np.abs(seen - person.joints_2d).max() < 0.5


def test_default_focal_is_the_diagonal(standing, frame: Frame) -> None:
    with _open() as engine:
        assert engine.run(frame, _people()).people[0].focal_px == pytest.approx(500.0)


def test_one_person_equals_the_same_person_in_company(standing, frame: Frame) -> None:
    with _open() as engine:
        together = engine.run(frame, _people()).people
        for row, person in enumerate(_people()):
            alone = engine.run(frame, (person,)).people[0]
            np.testing.assert_allclose(alone.vertices, together[row].vertices, atol=1e-6)
            np.testing.assert_allclose(alone.camera_full, together[row].camera_full, atol=1e-5)


def test_results_are_read_only_numpy(standing, frame: Frame) -> None:
    with _open() as engine:
        person = engine.run(frame, _people()).people[0]
    assert not person.vertices.flags.writeable
    assert person.vertices.dtype == np.float32


def test_whole_picture_when_no_boxes_are_given(standing, frame: Frame) -> None:
    with _open() as engine:
        result = engine.run(frame)
    np.testing.assert_array_equal(result.people[0].box_xyxy, [0, 0, 400, 300])
    assert [stage.stage for stage in result.timing] == ["detect", "crop", "network", "result"]
    assert all(stage.seconds >= 0 for stage in result.timing)


def test_nobody(standing, frame: Frame) -> None:
    with _open() as engine:
        result = engine.run(frame, ())
    assert result.status == "nobody"
    assert result.people == ()


def test_inspection_only_when_asked(standing, frame: Frame) -> None:
    with _open() as engine:
        assert engine.run(frame, _people()).people[0].records == ()
        inspected = engine.run(frame, _people(), inspect=True)
    assert [len(person.records) for person in inspected.people] == [1, 1, 1]


def test_crops_are_stacked_on_channels(standing, frame: Frame) -> None:
    with _open("two_crops") as engine:
        engine.run(frame, _people())
        batch = engine.method.seen[-1]
    assert batch.image.shape == (3, 6, 64, 48)
    assert batch.roi_center.shape == (3, 2, 2)
    torch.testing.assert_close(batch.roi_size[:, 1], batch.roi_size[:, 0] * 0.5)
    torch.testing.assert_close(batch.box_size, batch.roi_size[:, 0])


def test_crop_is_normalised_rgb(standing) -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    image[:] = (255, 0, 128)
    with _open() as engine:
        engine.run(Frame(image, "flat.png"), (Detection(np.array([40, 40, 60, 60])),))
        pixels = engine.method.seen[-1].image[0, :, 32, 32]
    expected = (torch.tensor([1.0, 0.0, 128 / 255]) - torch.tensor([0.485, 0.456, 0.406])) / (
        torch.tensor([0.229, 0.224, 0.225])
    )
    torch.testing.assert_close(pixels, expected, atol=1e-4, rtol=0)


def test_out_of_memory_halves_the_batch(standing, frame: Frame, caplog) -> None:
    with _open() as engine:
        engine.method.fail_beyond = 1
        people = engine.run(frame, _people()).people
    assert len(people) == 3
    assert "out of memory" in caplog.text


def test_out_of_memory_for_one_person_is_said(standing, frame: Frame) -> None:
    with _open() as engine:
        engine.method.fail_beyond = 0
        with pytest.raises(DeviceError, match=r"not enough memory.*; close other programs"):
            engine.run(frame, _people())


def test_cancel(standing, frame: Frame) -> None:
    stop = threading.Event()
    stop.set()
    with _open() as engine, pytest.raises(Cancelled):
        engine.run(frame, _people(), cancel=stop)


def test_numbers_that_are_not_finite_blame_the_weights(standing, frame: Frame) -> None:
    with _open() as engine:
        engine.method.shift.data.fill_(float("nan"))
        with pytest.raises(WeightsError, match="not finite; check the weights"):
            engine.run(frame, _people())


def test_joints_reach_the_method_by_name(standing, frame: Frame) -> None:
    names = ("right_knee", "nose", "left_knee", "L_Wrist", "unheard_of", "Neck")
    points = np.array([[1, 2], [3, 4], [5, 6], [np.nan, 8], [9, 10], [11, 12]], np.float32)
    person = Detection(
        np.array([0, 0, 50, 50]),
        joint_names=names,
        joints_2d=points,
        joint_scores=np.array([0.5, 1, 1, 1, 1, 1]),
        joint_source="hand",
        limb_hints=(LimbHint("R_Hip", "R_Knee", "nearer"), LimbHint("L_Knee", "L_Hip", "nearer")),
        camera_pitch=0.25,
    )
    with _open("joints") as engine:
        engine.run(frame, (person,))
        batch = engine.method.seen[-1]
    wanted = JOINT_SETS["lift25"].joint_names
    assert batch.joints_2d.shape == (1, 25, 2)
    assert batch.joint_scores[0, wanted.index("R_Knee")] == 0.5
    assert batch.joints_2d[0, wanted.index("Nose")].tolist() == [3, 4]
    assert batch.joint_scores[0, wanted.index("L_Wrist")] == 0
    assert batch.joints_2d[0, wanted.index("L_Wrist")].tolist() == [0, 0]
    assert float(batch.joint_scores.sum()) == 3.5
    assert batch.limb_hints.tolist() == [[1.0, -1.0]]
    assert batch.camera_pitch.tolist() == [0.25]
    assert batch.joint_sigma[0] == pytest.approx(0.015)
    assert batch.joints_own.tolist() == [0.0]


def test_joints_of_the_bodys_own_definition_are_told_and_trusted_by_their_scores(
    standing, frame: Frame
) -> None:
    box = np.array([0, 0, 9, 9], np.float32)
    names = JOINT_SETS["lift25"].joint_names[:6]
    people = [
        Detection(box, 1.0, names, np.ones((6, 2), np.float32), np.full(6, score), "own")
        for score in (1.0, 0.3)
    ]
    with _open("joints") as engine:
        engine.run(frame, people)
        batch = engine.method.seen[-1]
    assert batch.joints_own.tolist() == [1.0, 1.0]
    assert batch.joint_sigma[0] < batch.joint_sigma[1]


def test_people_without_joints_get_those_found_in_their_boxes(
    standing, frame: Frame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A box alone is enough once the embedded detector is installed; given joints stay."""
    names = JOINT_SETS["lift25"].joint_names
    given = Detection(
        np.array([0, 0, 9, 9]), joint_names=names, joints_2d=np.full((25, 2), 5.0, np.float32)
    )

    class Finder(EmbeddedDetector):
        def joints_in(self, frame, boxes, *, quick=False):
            return tuple(
                Detection(box, 0.5, names, np.full((25, 2), box[0] + 1, np.float32))
                for box in boxes
            )

    with _open("joints") as engine:
        engine.detector = Finder(None)  # type: ignore[arg-type]
        engine.run(frame, [given, Detection(np.array([20, 0, 40, 30]), track_id=7)])
        batch = engine.method.seen[-1]
    assert batch.joints_2d[:, 0].tolist() == [[5, 5], [21, 21]]
    assert batch.joints_own.tolist() == [0.0, 1.0]


def test_joints_missing_or_strange_are_said(
    standing, frame: Frame, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("core.detection.choose", "core.pipeline.joint_finding"):
        monkeypatch.setattr(f"{module}.embedded_is_installed", lambda: False)
    strange = Detection(
        np.array([0, 0, 9, 9]), joint_names=("tail", "fin"), joints_2d=np.ones((2, 2))
    )
    with _open("joints") as engine:
        with pytest.raises(InputError, match=r"noise\.png: .*needs 2D joints.*; give --joints"):
            engine.run(frame)
        with pytest.raises(InputError, match=r"only 0 of the joints .*; name joints as in: R_Ank"):
            engine.run(frame, (strange,))


def test_live_is_told_to_the_method(standing, frame: Frame) -> None:
    with _open() as engine:
        engine.run(frame, _people(), quality="live")
        assert engine.method.live
        engine.run(frame, _people())
        assert not engine.method.live


def test_title_and_state(standing) -> None:
    with _open() as engine:
        assert engine.title == "Standing lite body"
        assert engine.weights_state == "none"
        assert engine.device == torch.device("cpu")


def test_missing_weights_are_said(standing) -> None:
    with pytest.raises(WeightsError, match=r"no weights for standing lite body.*; give --weights"):
        open_engine(EngineConfig("standing", device="cpu"))


@pytest.mark.parametrize("name", ["cuda:99", "cuda", "tpu", "cuda:-1"])
def test_devices_that_are_not_there(standing, name: str) -> None:
    if name == "cuda" and torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    with pytest.raises(DeviceError, match="; "):
        open_engine(EngineConfig("standing", device=name, untrained=True))


def test_tiny_networks_take_one_thread(standing, frame: Frame) -> None:
    with _open("joints") as engine:
        assert engine.threads == 1
    with _open() as engine:
        engine.run(frame, _people())
        assert torch.get_num_threads() == engine.threads >= 1
