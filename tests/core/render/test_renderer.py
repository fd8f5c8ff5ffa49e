"""Pictures: where things land, what hides what, how looks change pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.render import Ground, MeshLayer, Renderer, RenderTheme, SceneOptions, ViewCamera, overlay
from core.render.renderer import TILE

from .conftest import square

CAMERA = ViewCamera.from_picture(200.0, (100.0, 80.0), (200, 160))
SIZE = (200, 160)
PLAIN = SceneOptions(ground=None)
BLACK = np.zeros((160, 200, 3), np.uint8)


@pytest.fixture
def renderer() -> Renderer:
    return Renderer(PLAIN)


def test_a_vertex_projected_with_the_focal_length_lands_on_its_pixel(renderer):
    rng = np.random.default_rng(3)
    points = rng.uniform((-0.8, -0.6, 2.5), (0.8, 0.6, 4.0), (40, 3)).astype(np.float32)
    speck = square(0.0, 0.03)
    for point in points:
        layer = MeshLayer(speck.vertices + point, speck.faces)
        image = renderer.render([layer], CAMERA, SIZE, "draft")
        x, y = 200 * point[:2] / point[2] + (100, 80)
        assert image.hit[int(y), int(x)]
        assert image.depth[int(y), int(x)] == pytest.approx(point[2], abs=1e-4)
        rows, columns = np.nonzero(image.hit)
        assert abs(columns.mean() + 0.5 - x) < 0.8
        assert abs(rows.mean() + 0.5 - y) < 0.8


def test_the_edge_of_a_square_is_where_geometry_says(renderer):
    image = renderer.render([square(2.0, 0.5)], CAMERA, SIZE, "draft")
    expected = np.zeros((160, 200), bool)
    expected[30:130, 50:150] = True  # 200 px * 0.5 m / 2 m = 50 px each way
    np.testing.assert_array_equal(image.hit, expected)


def test_coverage_at_a_half_covered_pixel_is_smooth(renderer):
    shifted = square(2.0, 0.5)
    layer = MeshLayer(shifted.vertices + np.float32([0.005, 0, 0]), shifted.faces)  # half a pixel
    soft = renderer.render([layer], CAMERA, SIZE, "live")
    assert soft.alpha[80, 50] == pytest.approx(0.5)
    assert soft.alpha[80, 150] == pytest.approx(0.5)
    assert renderer.render([layer], CAMERA, SIZE, "draft").alpha[80, 50] in (0.0, 1.0)


def test_the_nearer_surface_hides_the_farther_in_any_order(renderer):
    near = square(2.0, 0.2, colors=(1, 0, 0), finish="unlit")
    far = square(3.0, 0.5, colors=(0, 0, 1), finish="unlit")
    one = renderer.render([near, far], CAMERA, SIZE).rgb
    two = renderer.render([far, near], CAMERA, SIZE).rgb
    np.testing.assert_array_equal(one, two)
    assert one[80, 100].tolist() == [255, 0, 0]
    assert one[80, 100 + 25].tolist() == [0, 0, 255]


def test_in_front_wins_over_depth(renderer):
    near = square(2.0, 0.5, colors=(1, 0, 0), finish="unlit")
    bone = square(3.0, 0.1, colors=(0, 1, 0), finish="unlit", in_front=True)
    image = renderer.render([near, bone], CAMERA, SIZE)
    assert image.rgb[80, 100].tolist() == [0, 255, 0]


def test_transparency_mixes_by_its_share_and_in_depth_order(renderer):
    back = square(4.0, 0.8, colors=(0, 0, 1), finish="unlit")
    middle = square(3.0, 0.5, colors=(0, 1, 0), finish="unlit", alpha=0.5)
    front = square(2.0, 0.3, colors=(1, 0, 0), finish="unlit", alpha=0.25)
    images = [
        renderer.render(order, CAMERA, SIZE, "draft")
        for order in ([back, middle, front], [front, back, middle])
    ]
    np.testing.assert_array_equal(images[0].rgb, images[1].rgb)
    a, b = 0.25 * 0.82, 0.5 * 0.82  # a surface seen head-on shows 0.82 of its opacity
    expected = np.array([a, (1 - a) * b, (1 - a) * (1 - b)]) * 255
    np.testing.assert_allclose(images[0].rgb[80, 100], expected, atol=1.5)


def test_alpha_of_a_clear_layer_over_nothing(renderer):
    image = renderer.render([square(2.0, alpha=0.5)], CAMERA, SIZE, "draft", BLACK)
    assert image.alpha[80, 100] == pytest.approx(0.41, abs=1e-3)
    assert image.alpha[2, 2] == 0
    assert np.isinf(image.depth[2, 2])


@pytest.mark.parametrize(
    "looks",
    [
        {"wireframe": True},
        {"wireframe": True, "surface": False},
        {"flat": True},
        {"by_normals": True},
        {"finish": "data"},
        {"colors": (0.2, 0.4, 0.9)},
    ],
)
def test_every_look_changes_the_pixels_of_the_ball_alone(renderer, ball, looks):
    plain = renderer.render([ball], CAMERA, SIZE, "final", BLACK)
    other = renderer.render([replace(ball, **looks)], CAMERA, SIZE, "final", BLACK)
    changed = (plain.rgb.astype(int) != other.rgb).any(axis=2)
    assert changed.sum() > 0.05 * plain.hit.sum()
    assert not changed[plain.alpha == 0].any()


def test_wire_lines_keep_their_width_when_the_camera_comes_nearer(renderer):
    layer = square(2.0, 0.5, wireframe=True, colors=(1, 1, 1), finish="unlit")
    for depth in (2.0, 1.2):
        moved = replace(layer, vertices=layer.vertices - np.float32([0, 0, 2.0 - depth]))
        row = renderer.render([moved], CAMERA, SIZE, "draft", BLACK).rgb[60, :, 0]
        inside = np.flatnonzero(row)
        diagonal = row[inside[6] : inside[-6]]
        assert 1 <= (diagonal < 240).sum() <= 3


def test_light_comes_from_the_upper_left(renderer, ball):
    image = renderer.render([ball], CAMERA, SIZE, "final", BLACK).rgb.astype(int).sum(axis=2)
    assert image[80 - 30, 100 - 30] > image[80 + 30, 100 + 30] + 60


def test_normals_colouring_shows_the_camera_frame(renderer, ball):
    image = renderer.render([replace(ball, by_normals=True)], CAMERA, SIZE, "draft").rgb
    np.testing.assert_allclose(image[80, 100], [127, 127, 255], atol=3)
    assert image[80, 160, 0] > 200
    assert image[30, 100, 1] > 200


def test_folds_are_darker_in_final_quality(renderer, ball):
    twin = MeshLayer(ball.vertices + np.float32([1.4, 0, 0]), ball.faces)
    joined = MeshLayer(
        np.concatenate([ball.vertices, twin.vertices]),
        np.concatenate([ball.faces, twin.faces + len(ball.vertices)]),
    )
    live = renderer.render([joined], CAMERA, SIZE, "live", BLACK).rgb.astype(int)
    final = renderer.render([joined], CAMERA, SIZE, "final", BLACK).rgb.astype(int)
    assert (live[80, 156] - final[80, 156]).sum() > 20  # near the fold
    assert abs(live[80, 50] - final[80, 50]).sum() < 30  # free surface


def test_same_input_gives_the_same_pixels(ball):
    camera = ViewCamera(target=(0, 0, 3), azimuth=0.4, elevation=0.3, distance=4)
    one = Renderer().render([ball, square(2.5, alpha=0.4)], camera, SIZE)
    two = Renderer().render([ball, square(2.5, alpha=0.4)], camera, SIZE)
    np.testing.assert_array_equal(one.rgb, two.rgb)
    np.testing.assert_array_equal(one.depth, two.depth)


def test_looks_do_not_rebuild_the_search_tree(renderer, ball):
    renderer.render([ball], CAMERA, SIZE)
    first = renderer._cache.of(ball.vertices, ball.faces)
    tinted = replace(ball, colors=(1, 0, 0), alpha=0.5)
    assert renderer._cache.of(tinted.vertices, tinted.faces) is first


def test_the_cache_forgets_old_meshes(renderer, ball):
    for _ in range(60):
        renderer.render([MeshLayer(ball.vertices.copy(), ball.faces)], CAMERA, (16, 16), "draft")
    assert len(renderer._cache._known) <= 16


@pytest.mark.parametrize("size", [(1, 1), (TILE, TILE), (TILE + 1, 3 * TILE - 1), (333, 57)])
def test_tiles_miss_no_pixel(renderer, ball, size):
    """The covered tiles give what casting every pixel gives."""
    view = ViewCamera(target=(0.3, 0.2, 3), azimuth=0.3, distance=2.4).projection(size)
    image = renderer.render([ball], view, size, "draft")
    rows, columns = np.mgrid[: size[1], : size[0]]
    pixels = np.stack([columns.ravel(), rows.ravel()], axis=1).astype(np.float32) + 0.5
    hits = renderer._cache.of(ball.vertices, ball.faces).cast(view.rays(pixels))
    expected = np.zeros(size[0] * size[1], bool)
    expected[hits.index] = True
    np.testing.assert_array_equal(image.hit.ravel(), expected)


def test_a_camera_inside_the_mesh_still_draws(renderer, ball):
    camera = ViewCamera(target=(0, 0, 3), distance=0.3)
    assert renderer.render([ball], camera, SIZE).hit.all()


def test_orthographic_size_does_not_depend_on_depth(renderer):
    camera = ViewCamera(target=(0, 0, 3), orthographic=True)
    counts = {
        depth: renderer.render([square(depth)], camera, SIZE, "draft").hit.sum()
        for depth in (2.5, 3.5)
    }
    assert counts[2.5] == counts[3.5] > 0
    assert renderer.render([square(2.5)], camera, SIZE).depth.min() == pytest.approx(2.5, abs=1e-3)


def test_broken_vertices_hide_their_faces_only(renderer, ball):
    vertices = ball.vertices.copy()
    vertices[0] = np.nan
    image = renderer.render([MeshLayer(vertices, ball.faces)], CAMERA, SIZE)
    whole = renderer.render([ball], CAMERA, SIZE)
    assert 0.5 * whole.hit.sum() < image.hit.sum() <= whole.hit.sum()


def test_nothing_to_draw_gives_the_background(renderer):
    empty = MeshLayer(np.zeros((0, 3)), np.zeros((0, 3)))
    for layers in ([], [empty], [square(2.0, alpha=0.0)]):
        image = renderer.render(layers, CAMERA, SIZE)
        assert not image.hit.any()
        assert image.rgb[0, 0].astype(int).sum() > image.rgb[-1, 0].astype(int).sum()


def test_the_floor_lies_under_the_feet_and_darkens_there(ball):
    camera = ViewCamera(target=(0, 0, 3), elevation=0.35, distance=6)
    bare = Renderer(PLAIN).render([ball], camera, (400, 400)).rgb.astype(int)
    shadow = Renderer(SceneOptions(grid=False)).render([ball], camera, (400, 400))
    lines = Renderer(SceneOptions(shadow=False)).render([ball], camera, (400, 400))
    ((x, y),) = camera.projection((400, 400)).project([(0, 1.0, 2.2)])[0]
    x, y = int(x), int(y)
    free = shadow.alpha[y, x] == 0
    assert free
    assert (bare[y, x] - shadow.rgb[y, x]).sum() > 8
    assert ((lines.rgb.astype(int) - bare)[lines.alpha == 0] > 4).any()
    below = ViewCamera(target=(0, 0, 3), elevation=-0.35, distance=6)
    np.testing.assert_array_equal(
        Renderer().render([ball], below, SIZE).rgb, Renderer(PLAIN).render([ball], below, SIZE).rgb
    )


def test_a_given_floor_is_tilted_as_it_says(ball):
    camera = ViewCamera(target=(0, 0, 3), elevation=0.45, distance=9)
    bare = Renderer(PLAIN).render([ball], camera, (400, 400)).rgb.astype(int)
    floor = Ground(1.0, slope=(0.15, 0.1))
    options = SceneOptions(ground=floor, shadow=False)
    drawn = Renderer(options).render([ball], camera, (400, 400))
    # Along a strong line, half-way between the lines that cross it.
    z = np.array([1.75, 2.25, 2.75])
    points = np.stack([np.ones(3), floor.y_at(np.ones(3), z), z], axis=1)
    x, y = camera.projection((400, 400)).project(points)[0].T.astype(int)
    gained = np.abs(drawn.rgb.astype(int) - bare).sum(-1)
    around = np.stack([gained[y + dy, x + dx] for dy in (-1, 0, 1) for dx in (-1, 0, 1)])
    assert (around.max(0) > 10).all()
    level = Renderer(replace(options, ground=Ground(1.0))).render([ball], camera, (400, 400))
    assert (np.abs(level.rgb.astype(int) - bare).sum(-1)[y, x] < gained[y, x]).any()
    hidden = Renderer(replace(options, grid=False)).render([ball], camera, (400, 400))
    np.testing.assert_array_equal(hidden.rgb, bare)


def test_overlay_leaves_the_rest_of_the_picture_alone(ball):
    picture = np.random.default_rng(0).integers(0, 256, (160, 200, 3), dtype=np.uint8)
    drawn = overlay(picture, [ball], 200.0, alpha=0.5)
    off = drawn.alpha == 0
    assert 0.2 < off.mean() < 0.9
    np.testing.assert_array_equal(drawn.rgb[off], picture[off])
    full = overlay(picture, [ball], 200.0)
    middle = (picture[80, 100].astype(float) + full.rgb[80, 100]) / 2
    np.testing.assert_allclose(drawn.rgb[80, 100], middle, atol=1)


def test_a_light_theme_is_lighter(ball):
    bright = RenderTheme(background_top=(1, 1, 1), background_bottom=(1, 1, 1))
    image = Renderer(SceneOptions(theme=bright, ground=None)).render([ball], CAMERA, SIZE)
    assert (image.rgb[0] == 255).all()
