import numpy as np
import pytest
import torch

from core.body.joint_sets import SMPL24_NAMES, SMPL24_PARENTS
from core.errors import InputError, OutputError
from core.export import MotionClip, motion_of, read_bvh, write_bvh
from core.geometry.cameras import camera_to_y_up
from core.geometry.rotations import axis_angle_to_rotmat

RNG = np.random.default_rng(3)


def _clip(frames=4):
    offsets = RNG.normal(0, 0.2, (24, 3))
    offsets[0] = 0
    rotmat = axis_angle_to_rotmat(torch.from_numpy(RNG.normal(0, 1, (frames, 24, 3)))).numpy()
    return MotionClip(
        SMPL24_NAMES, SMPL24_PARENTS, offsets, rotmat, RNG.normal(size=(frames, 3)), 25.0
    )


def test_round_trip_keeps_rotations_joints_and_rate(tmp_path):
    clip = _clip()
    report = write_bvh(tmp_path / "a.bvh", clip)
    read = read_bvh(report.path)
    assert report.people == 4
    assert report.deviation < 1e-6
    assert (read.names, read.parents) == (clip.names, clip.parents)
    assert read.fps == pytest.approx(25)
    np.testing.assert_allclose(read.rotmat, clip.rotmat, atol=1e-7)
    np.testing.assert_allclose(read.joints(), clip.joints(), atol=1e-7)
    notes = (tmp_path / "a.bvh.txt").read_text()
    assert "units: metres" in notes
    assert "y up" in notes


def test_the_text_is_plain_bvh_depth_first_with_z_x_y_degrees(tmp_path):
    clip = _clip(1)
    clip.rotmat[:] = np.eye(3)
    quarter = torch.tensor([0.0, np.pi / 2, 0.0], dtype=torch.float64)
    clip.rotmat[0, 0] = axis_angle_to_rotmat(quarter).numpy()
    write_bvh(tmp_path / "a.bvh", clip)
    lines = (tmp_path / "a.bvh").read_text().splitlines()
    assert lines[:2] == ["HIERARCHY", "ROOT Pelvis"]
    assert lines[4].split()[2:] == [
        "Xposition", "Yposition", "Zposition", "Zrotation", "Xrotation", "Yrotation",
    ]  # fmt: skip
    joints = [line.split()[1] for line in lines if line.split()[0] in ("ROOT", "JOINT")]
    assert joints[:5] == ["Pelvis", "L_Hip", "L_Knee", "L_Ankle", "L_Foot"]
    numbers = [float(word) for word in lines[-1].split()]
    assert len(numbers) == 3 + 24 * 3
    np.testing.assert_allclose(numbers[:3], clip.root[0], atol=1e-8)
    np.testing.assert_allclose(numbers[3:6], [0, 0, 90], atol=1e-5)
    np.testing.assert_allclose(numbers[6:], 0, atol=1e-5)


def test_clips_of_people_follow_the_body(embedded, export_kit, tmp_path):
    frames = 3
    rotmat = axis_angle_to_rotmat(torch.from_numpy(RNG.normal(0, 0.4, (frames, 24, 3))).float())
    rotmat[:, 0] = axis_angle_to_rotmat(torch.tensor([np.pi, 0.0, 0.0])).float() @ rotmat[:, 0]
    betas = torch.from_numpy(RNG.normal(size=(1, 10))).float().expand(frames, 10)
    posed = embedded(rotmat, betas)
    people = [
        export_kit.make_person(
            body="embedded",
            vertices=posed.vertices[i].numpy() + 0.3,  # centred elsewhere than the body is
            joints_3d=embedded.regress(posed.vertices, "lsp14")[i].numpy() + 0.3,
            rotmat=rotmat[i].numpy(),
            betas=betas[i].numpy(),
            camera_full=[0.1 * i, 0.0, 4.0],
        )
        for i in range(frames)
    ]
    in_place = motion_of(people, embedded, 30.0)
    np.testing.assert_allclose(in_place.root, 0, atol=1e-5)
    along = motion_of(people, embedded, 30.0, "camera")
    expected = camera_to_y_up(
        posed.joints.numpy().astype(np.float64)
        + 0.3
        + np.stack([p.camera_full for p in people])[:, None]
    )
    read = read_bvh(write_bvh(tmp_path / "a.bvh", along).path)
    np.testing.assert_allclose(read.joints(), expected, atol=1e-4)
    grounded = motion_of(people, embedded, 30.0, "ground")
    assert (grounded.joints()[..., 1].min(1) > 0).all()
    assert (grounded.joints()[..., 1].min(1) < 0.2).all()


def test_a_method_without_rotations_is_told_so(embedded, export_kit):
    with pytest.raises(OutputError, match="metro gives no joint rotations"):
        motion_of([export_kit.make_person("metro", rotmat=None)], embedded, 30.0)


GOOD = """HIERARCHY
ROOT Hip
{
  OFFSET 0 1 0
  CHANNELS 6 Xposition Yposition Zposition Xrotation Yrotation Zrotation
  JOINT Knee
  {
    OFFSET 0 -0.5 0
    CHANNELS 3 Zrotation Yrotation Xrotation
    End Site
    {
      OFFSET 0 -0.4 0
    }
  }
}
MOTION
Frames: 1
Frame Time: 0.04
0 1 0 90 0 0 0 0 0
"""


def test_other_programs_files_with_other_orders(tmp_path):
    (tmp_path / "b.bvh").write_text(GOOD)
    clip = read_bvh(tmp_path / "b.bvh")
    np.testing.assert_allclose(clip.joints(), [[[0, 1, 0], [0, 1, -0.5]]], atol=1e-12)
    assert clip.fps == pytest.approx(25)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("HIERARCHY\n", "", "line 1: a file begins with HIERARCHY"),
        ("MOTION", "MOTON", "MOTION must follow"),
        ("Frames: 1", "Frames: 99999999999", "makes no sense"),
        ("Frames: 1", "Frames: nan", "finite"),
        ("Frame Time: 0.04", "Frame Time: 0", "makes no sense"),
        ("0 1 0 90 0 0 0 0 0", "0 1 0 90 0 0 0 0", "9 finite numbers"),
        ("OFFSET 0 -0.5 0", "OFFSET 0 x 0", "numbers are expected"),
        ("Zrotation Yrotation Xrotation", "Zrotation Zrotation Xrotation", "three different"),
        ("Zrotation Yrotation Xrotation", "Wrotation", "no channel"),
        ("  JOINT Knee\n  {", "  JOINT Knee\n", "{ is missing"),
        ("0 1 0 90 0 0 0 0 0\n", "", "ends too early"),
    ],
)
def test_broken_files_name_the_line(old, new, message, tmp_path):
    assert old in GOOD
    path = tmp_path / "broken.bvh"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(InputError, match=message) as caught:
        read_bvh(path)
    assert str(path) in str(caught.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_bvh(tmp_path / "none.bvh")
