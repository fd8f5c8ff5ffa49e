"""What hands hold: where it is, and that it hides without being part of the person."""

import torch

from core.body import load_body
from core.synthesis.backgrounds import procedural_bank
from core.synthesis.held import HELD_POINTS, THINGS, _outlines, gripped_points, held_points
from core.synthesis.people import Loose
from core.synthesis.surface import to_planes
from core.synthesis.world import World


def test_outlines_are_closed_and_within_the_thing() -> None:
    outlines = _outlines()
    assert outlines.shape[0] == len(THINGS)
    assert float(outlines.amin()) >= -1e-6
    assert float(outlines.amax()) <= 1 + 1e-6


def test_things_are_near_a_hand_and_face_outwards() -> None:
    torch.manual_seed(0)
    body = load_body("embedded")
    rest = body(body.zero_pose(40), torch.zeros(40, 10)).joints
    names = tuple(body.joint_names)
    up = torch.tensor([0.0, 1.0, 0.0]).expand(40, 3)
    points, normals = held_points(rest, names, up)
    assert points.shape == normals.shape == (40, HELD_POINTS, 3)
    hands = rest[:, [names.index("L_Hand"), names.index("R_Hand")]]
    assert float(torch.cdist(points, hands).amin((1, 2)).amax()) < 0.25
    assert torch.allclose(normals.norm(dim=-1), torch.ones(40, HELD_POINTS), atol=1e-3)


def test_a_ball_is_round() -> None:
    torch.manual_seed(1)
    palm = torch.zeros(30, 3)
    down = torch.tensor([0.0, -1.0, 0.0]).expand(30, 3)
    across = torch.tensor([0.0, 0.0, 1.0]).expand(30, 3)
    points, normals = gripped_points(palm, down, across)
    middle = (points.amin(1) + points.amax(1)) / 2
    reach = (points - middle[:, None]).norm(dim=-1)
    # Outline steps blunt the two poles a little.
    round_ones = (reach.quantile(0.98, 1) - reach.quantile(0.02, 1)) < 0.004
    assert round_ones.any()
    outward = ((points - middle[:, None]) * normals).sum(-1) / reach
    assert float(outward[round_ones].median()) > 0.99


def test_what_is_held_hides_the_person_and_is_none_of_it() -> None:
    """A wall of held points before everybody leaves nothing of the person in the truth."""
    torch.manual_seed(2)
    world = World(load_body("embedded"), 64, procedural_bank(4, 64, 0), pool=32)

    def wall(bones: torch.Tensor, up: torch.Tensor, draw: object) -> Loose:
        people = len(bones)
        steps = torch.linspace(-1.6, 1.6, 59)
        flat = torch.cartesian_prod(steps, steps)[:HELD_POINTS]
        flat = torch.cat([flat, flat[: HELD_POINTS - len(flat)]])
        points = torch.cat([flat, torch.full((HELD_POINTS, 1), -1.0)], 1) + bones[:, :1]
        normals = torch.tensor([0.0, 0.0, -1.0]).expand_as(points)
        return Loose(torch.arange(people), to_planes(points), to_planes(normals), 0.06)

    world._held = wall  # type: ignore[method-assign]
    rendered = world.render(4)
    assert float(rendered.silhouette.mean()) < 0.02
    assert int((rendered.parts > 0).sum()) < 0.02 * rendered.parts.numel()
    assert float((rendered.joints_visible > 0.75).float().mean()) < 0.05
