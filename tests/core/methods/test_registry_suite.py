"""What every registered method must do; a new row is picked up by itself."""

from functools import cache

import pytest
import torch

from core.body import load_body
from core.errors import BodyError, InputError
from core.methods import create_method, list_methods, method_entry
from core.methods.base import Method
from core.nn.batch import Batch, Target
from core.types import Detection, Frame

ROWS = [
    pytest.param(entry.id, preset.id, variant.id, id=f"{entry.id}-{preset.id}-{variant.id}")
    for entry in list_methods()
    for preset in entry.presets
    for variant in preset.variants
]
EXPECTED = {
    "pose_lift", "metro", "fastmetro", "coarsemetro", "graphormer", "pointhmr", "glnet", "multi_roi",
    "cliff",
}  # fmt: skip


@cache
def built(method_id: str, preset: str, variant: str) -> Method:
    torch.manual_seed(0)
    return create_method(method_id, preset=preset, variant=variant)


def quick(rows: list, preset: int = -1) -> list:
    """The default variant of one preset of every method; the others, large or not, are slow."""
    first = {(e.id, e.presets[preset].id, e.presets[preset].default.id) for e in list_methods()}
    return [
        row
        if tuple(row.values) in first
        else pytest.param(*row.values, id=row.id, marks=pytest.mark.slow)
        for row in rows
    ]


def batch_of(method: Method, people: int) -> Batch:
    """Random input of the kind that the method reads."""
    torch.manual_seed(3)
    spec = method.input_spec
    height, width = spec.size_hw
    ones = torch.ones(people)
    pair = torch.full((people, 2), 200.0)
    common = {
        "box_center": pair + torch.rand(people, 2) * 20,
        "box_size": ones * 300,
        "image_size": pair * 2,
        "focal_px": ones * 566,
    }
    if spec.kind == "crop":
        rois = len(spec.rois)
        return Batch(
            **common,
            image=torch.randn(people, 3 * rois, height, width),
            roi_center=pair[:, None].expand(people, rois, 2) + torch.rand(people, rois, 2),
            roi_size=ones[:, None].expand(people, rois) * 300,
        )
    names = method.body.joint_names_of(spec.joint_set)
    return Batch(
        **common,
        joints_2d=torch.rand(people, len(names), 2) * 200 + 100,
        joint_scores=torch.ones(people, len(names)),
        joint_sigma=ones * 0.02,
        camera_pitch=ones * float("nan"),
        limb_hints=torch.zeros(people, len(spec.limbs)),
    )


def test_the_methods_of_this_release_are_registered() -> None:
    assert {entry.id for entry in list_methods()} >= EXPECTED


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="pose_lift"):
        method_entry("metroo")
    with pytest.raises(InputError, match="body_r50"):
        method_entry("metro").variant(None, "body_h99")
    with pytest.raises(InputError, match="paper"):
        method_entry("metro").preset("huge")


@pytest.mark.parametrize(("method_id", "preset", "variant"), ROWS)
def test_a_hand_for_a_body_is_refused_and_the_other_way_round(
    method_id: str, preset: str, variant: str
) -> None:
    subject = method_entry(method_id).variant(preset, variant)[1].subject
    other = load_body("embedded" if subject == "hand" else "embedded_hand")
    with pytest.raises(BodyError, match=f"reconstructs a {subject}.*choose a {subject} model"):
        create_method(method_id, preset=preset, variant=variant, body=other)


@pytest.mark.parametrize(("method_id", "preset", "variant"), quick(ROWS))
def test_outputs_have_the_shapes_of_the_body(method_id: str, preset: str, variant: str) -> None:
    method = built(method_id, preset, variant)
    with torch.no_grad():
        output = method(batch_of(method, 2))
    assert (method.method_id, method.preset, method.variant) == (method_id, preset, variant)
    assert output.vertices.shape == (2, method.body.vertex_count, 3)
    assert output.joints_3d.shape == (2, len(method.joint_names), 3)
    assert torch.isfinite(output.vertices).all()
    assert output.camera is not None or output.camera_full is not None


@pytest.mark.parametrize(("method_id", "preset", "variant"), quick(ROWS))
def test_a_person_alone_is_the_same_as_in_a_crowd(
    method_id: str, preset: str, variant: str
) -> None:
    method = built(method_id, preset, variant)
    batch = batch_of(method, 3)
    alone = Batch(
        **{name: None if value is None else value[1:2] for name, value in vars(batch).items()}
    )
    with torch.no_grad():
        together, single = method(batch), method(alone)
    assert float((together.vertices[1:2] - single.vertices).abs().max()) < 2e-3


@pytest.mark.parametrize(("method_id", "preset", "variant"), quick(ROWS))
def test_state_survives_saving(method_id: str, preset: str, variant: str) -> None:
    method = built(method_id, preset, variant)
    other = create_method(method_id, preset=preset, variant=variant)
    other.load_state_dict(method.state_dict())
    batch = batch_of(method, 1)
    with torch.no_grad():
        assert torch.equal(method(batch).vertices, other(batch).vertices)


def truth_of(method: Method, people: int) -> Target:
    """Everything that a loss may ask for: bodies at rest of random shape, seen anywhere."""
    body, ones = method.body, torch.ones(people)
    rotmat, betas = body.zero_pose(people), torch.randn(people, body.shape_count)
    vertices = body(rotmat, betas).vertices
    known = "lsp14" if "lsp14" in body.joint_sets() else "hand21"
    count = len(method.joint_names)
    return Target(
        vertices=vertices,
        joints_3d=body.regress(vertices, known),
        joints_2d=torch.rand(people, count, 2) - 0.5,
        joints_2d_visible=torch.ones(people, count),
        rotmat=rotmat,
        betas=betas,
        has_mesh=ones,
        has_3d=ones,
        has_2d=ones,
    )


@pytest.mark.parametrize(("method_id", "preset", "variant"), quick(ROWS, preset=0))
def test_losses_reach_every_parameter_but_of_the_backbone(
    method_id: str, preset: str, variant: str
) -> None:
    """Heads of the shared backbone learn elsewhere; released ones have branches that nothing reads."""
    method = create_method(method_id, preset=preset, variant=variant).train()
    method.losses(method(batch_of(method, 2)), truth_of(method, 2)).total.backward()
    learned = [(n, p) for n, p in method.named_parameters() if p.requires_grad]
    without = [name for name, value in learned if value.grad is None]
    assert [name for name in without if not name.startswith("backbone.")] == []


@pytest.mark.parametrize(("method_id", "preset", "variant"), quick(ROWS))
def test_inspection_gives_one_tuple_of_records_per_person(
    method_id: str, preset: str, variant: str
) -> None:
    method = built(method_id, preset, variant)
    batch = batch_of(method, 2)
    with torch.no_grad():
        silent = method.inspect(batch, method(batch))
        shown = method.inspect(batch, method(batch, inspect=True))
    assert silent == ((), ())
    assert len(shown) == 2
    if method.input_spec.kind == "crop":
        assert all(len(records) > 0 for records in shown)


def test_values_that_cross_rooms_cannot_be_changed() -> None:
    import numpy as np

    picture = np.zeros((4, 5, 3), np.uint8)
    frame = Frame(picture, "a.png")
    with pytest.raises(ValueError, match="read-only"):
        frame.image[0, 0, 0] = 1
    picture[0, 0, 0] = 9
    assert frame.image[0, 0, 0] == 0
    with pytest.raises(ValueError, match="box_xyxy"):
        Detection(box_xyxy=np.zeros(3, np.float32))


def test_the_embedded_body_is_the_default() -> None:
    assert built("pose_lift", "lite", "body").body.name == load_body("embedded").name
