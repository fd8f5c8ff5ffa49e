"""Laws of refining any method's body."""

from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F

from core.body import load_body
from core.errors import BodyError
from core.geometry.rotations import axis_angle_to_rotmat
from core.metrics.points import pa_mean_point_error
from core.nn.batch import Batch, MethodOutput
from core.refine.refiner import BodyRefiner, check_body
from core.refine.silhouette import PersonMaps
from core.synthesis.poses import PoseSampler

PEOPLE = 8
HALF_TURN = torch.diag(torch.tensor([1.0, -1.0, -1.0]))


@pytest.fixture(scope="module")
def body():
    return load_body("embedded")


@pytest.fixture(scope="module")
def refiner(body):
    return BodyRefiner(body)


def output_of(body, rotmat, betas, *, bare=False):
    posed = body(rotmat, betas)
    vertices = posed.vertices - posed.joints[:, :1]
    return MethodOutput(
        vertices=vertices,
        joints_3d=body.regress(vertices, "lsp14"),
        camera_full=torch.tensor([[0.2, 0.1, 4.0]]).repeat(len(rotmat), 1),
        rotmat=None if bare else rotmat,
        betas=None if bare else betas,
    )


def seen_of(body, output, noise=0.0):
    """Exact joints of bodies in a picture of 640x480, plus noise in pixels."""
    points = body.regress(output.vertices, "lift25") + output.camera_full[:, None]
    joints = points[..., :2] / points[..., 2:] * 800 + torch.tensor([320.0, 240.0])
    generator = torch.Generator().manual_seed(2)
    joints = joints + torch.randn(joints.shape, generator=generator) * noise
    count = len(joints)
    return Batch(
        box_center=torch.full((count, 2), 240.0),
        box_size=torch.full((count,), 400.0),
        image_size=torch.tensor([[480.0, 640.0]]).repeat(count, 1),
        focal_px=torch.full((count,), 800.0),
        joints_2d=joints,
        joint_scores=torch.ones(count, 25),
        joint_sigma=torch.full((count,), 0.015),
        joints_own=torch.ones(count),
    )


@pytest.fixture(scope="module")
def truth(body):
    torch.manual_seed(3)
    rotmat = PoseSampler(body.chain, seed=11).sample(PEOPLE).rotmat
    rotmat = torch.cat([(HALF_TURN @ rotmat[:, 0])[:, None], rotmat[:, 1:]], 1)
    return rotmat, torch.randn(PEOPLE, 10) * 0.4


@pytest.fixture(scope="module")
def wrong(truth):
    """The same people with the rotations of a method that errs by some 10 degrees a joint."""
    turns = torch.randn(PEOPLE, 24, 3, generator=torch.Generator().manual_seed(4)) * 0.12
    return truth[0] @ axis_angle_to_rotmat(turns), torch.zeros(PEOPLE, 10)


@pytest.mark.parametrize("bare", [False, True])
def test_exact_joints_leave_an_exact_body_in_place(body, refiner, truth, bare):
    output = output_of(body, *truth, bare=bare)
    refined = refiner.refine(output, output.camera_full, seen_of(body, output))
    moved = refined.output.vertices + refined.output.camera_full[:, None]
    still = output.vertices + output.camera_full[:, None]
    assert (moved - still).norm(dim=-1).mean() < 0.002
    assert (refined.after <= refined.before).all()


@pytest.mark.parametrize("bare", [False, True])
def test_a_wrong_body_comes_nearer_in_the_picture_and_in_space(body, refiner, truth, wrong, bare):
    right = output_of(body, *truth)
    output = output_of(body, *wrong, bare=bare)
    refined = refiner.refine(output, output.camera_full, seen_of(body, right, noise=2.0))
    assert refined.accepted.float().mean() > 0.8
    assert refined.after.mean() < 0.5 * refined.before.mean()
    before, after = (
        pa_mean_point_error(mesh.joints_3d.numpy(), right.joints_3d.numpy()).mean()
        for mesh in (output, refined.output)
    )
    assert after < 0.9 * before


def test_a_refined_body_is_the_body_of_its_rotations(body, refiner, truth, wrong):
    output = output_of(body, *wrong)
    seen = seen_of(body, output_of(body, *truth))
    refined = refiner.refine(output, output.camera_full, seen).output
    posed = body(refined.rotmat, refined.betas).vertices
    assert torch.allclose(
        posed - posed.mean(1, keepdim=True),
        refined.vertices - refined.vertices.mean(1, keepdim=True),
        atol=1e-4,
    )
    hips = [body.pelvis(mesh.vertices, "lift25") for mesh in (output, refined)]
    assert torch.allclose(*hips, atol=1e-4)
    assert torch.allclose(refined.joints_3d, body.regress(refined.vertices, "lsp14"), atol=1e-5)


def test_one_person_equals_the_same_person_among_others(body, refiner, truth, wrong):
    output, seen = output_of(body, *wrong), seen_of(body, output_of(body, *truth))
    whole = refiner.refine(output, output.camera_full, seen)
    one = MethodOutput(**{k: v[:1] for k, v in vars(output).items() if torch.is_tensor(v)})
    alone = replace(seen, **{k: v[:1] for k, v in vars(seen).items() if v is not None})
    single = refiner.refine(one, one.camera_full, alone)
    assert torch.allclose(whole.output.vertices[:1], single.output.vertices, atol=2e-3)


def test_people_with_hardly_a_joint_stay_as_they_are(body, refiner, truth, wrong):
    output, seen = output_of(body, *wrong), seen_of(body, output_of(body, *truth))
    scores = seen.joint_scores.clone()
    scores[0, 4:] = 0
    refined = refiner.refine(output, output.camera_full, replace(seen, joint_scores=scores))
    assert not refined.accepted[0]
    assert torch.equal(refined.output.vertices[0], output.vertices[0])
    assert torch.isnan(refined.before[0])


def test_a_silhouette_brings_skin_nearer_than_joints_alone(body, refiner, truth, wrong):
    """The part map of the true body, of 32 cells a side as the network's."""
    right, output = output_of(body, *truth), output_of(body, *wrong)
    seen = seen_of(body, right, noise=3.0)
    points = right.vertices + right.camera_full[:, None]
    pixels = points[..., :2] / points[..., 2:] * 800 + torch.tensor([320.0, 240.0])
    center = (pixels.amin(1) + pixels.amax(1)) / 2
    size = (pixels.amax(1) - pixels.amin(1)).amax(1) * 1.2
    cells = ((pixels - center[:, None]) / size[:, None, None] + 0.5) * 32
    column, row = cells.long().clamp(0, 31).unbind(-1)
    labels = torch.zeros(PEOPLE, 32, 32, dtype=torch.long)
    part = torch.from_numpy(body.part_labels) + 1
    for person in range(PEOPLE):
        labels[person, row[person], column[person]] = part
    maps = PersonMaps(F.one_hot(labels, 25).permute(0, 3, 1, 2).float(), center, size)
    places = [
        refiner.refine(output, output.camera_full, seen, given).output for given in (None, maps)
    ]
    apart = [
        (o.vertices + o.camera_full[:, None] - points)[..., :2].norm(dim=-1).mean() for o in places
    ]
    assert apart[1] < apart[0]


def test_a_body_without_the_skeleton_says_so(body):
    with pytest.raises(BodyError, match="choose a body of 24 joints"):
        check_body(load_body("embedded_hand"))
