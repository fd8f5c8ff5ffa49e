import numpy as np
import open3d as o3d
import pytest

from core.body import load_body
from training.bake.shape_space import principal_shapes
from training.bake.surfaces import Rows, fit_rows, spread_out, surface_rows, upsampling_rows


def test_nearest_surface_points_agree_with_a_ray_tracer():
    body = load_body()
    vertices = body.v_template[body.hierarchy.kept(1)].double().numpy()
    faces = body.faces(1)
    points = vertices[::7] + np.random.default_rng(0).normal(0, 0.01, (len(vertices[::7]), 3))
    rows = surface_rows(points, vertices, faces)
    assert np.allclose(rows.weight.sum(1), 1.0)
    assert rows.weight.min() >= 0
    scene = o3d.t.geometry.RaycastingScene()
    scene.add_triangles(
        o3d.core.Tensor(vertices.astype(np.float32)), o3d.core.Tensor(faces.astype(np.uint32))
    )
    nearest = scene.compute_closest_points(o3d.core.Tensor(points.astype(np.float32)))
    expected = np.linalg.norm(nearest["points"].numpy() - points, axis=1)
    found = np.linalg.norm(rows.apply(vertices) - points, axis=1)
    # A tenth of a millimetre: only the nearest triangles by centroid are tried.
    assert np.allclose(found, expected, atol=1e-4)


def test_fit_finds_the_map_that_made_the_data():
    rng = np.random.default_rng(1)
    sources = rng.normal(size=(40, 6, 3))
    index = np.array([[0, 1, 2], [3, 4, 5]])
    weight = np.array([[0.2, 0.5, 0.3], [1.4, -0.9, 0.5]])
    targets = Rows(index, weight).apply(sources)
    found = fit_rows(sources, targets, index, np.full((2, 3), 1 / 3), ridge=1e-9)
    assert np.allclose(found.weight, weight, atol=1e-6)


@pytest.mark.parametrize("ridge", [1e-7, 1e3])
def test_fitted_rows_sum_to_one_and_lean_on_the_prior(ridge):
    rng = np.random.default_rng(2)
    sources, targets = rng.normal(size=(30, 5, 3)), rng.normal(size=(30, 2, 3))
    index = np.array([[0, 1, 2, 3], [1, 2, 3, 4]])
    prior = np.array([[1.0, 0, 0, 0], [0, 0.5, 0.5, 0]])
    rows = fit_rows(sources, targets, index, prior, ridge)
    assert np.allclose(rows.weight.sum(1), 1.0)
    assert np.allclose(rows.weight, prior, atol=1e-2) == (ridge > 1)


def test_up_sampling_of_kept_points_is_exact():
    rng = np.random.default_rng(3)
    coarse = rng.normal(size=(50, 20, 3))
    fine = coarse[:, [4, 9]]
    rest = Rows(np.array([[4, 5, 6], [9, 1, 2]]), np.array([[1.0, 0, 0], [1.0, 0, 0]]))
    features = coarse.mean(0)
    rows = upsampling_rows(fine, coarse, rest, features[[4, 9]], features, k=5)
    assert np.allclose(rows.apply(coarse), fine, atol=1e-5)


def test_spread_out_points_keep_apart():
    points = np.random.default_rng(4).random((300, 3))
    chosen = points[spread_out(points, 10)]
    gaps = np.linalg.norm(chosen[:, None] - chosen[None], axis=-1) + 9 * np.eye(10)
    first = np.linalg.norm(points[:10, None] - points[None, :10], axis=-1) + 9 * np.eye(10)
    assert gaps.min() > 0.3 > first.min()


def test_principal_shapes_rebuild_a_low_rank_sample():
    rng = np.random.default_rng(5)
    directions, mean = rng.normal(size=(3, 12, 3)), rng.normal(size=(12, 3))
    people = mean + np.einsum("sk,kvd->svd", rng.normal(size=(200, 3)) * [3, 2, 1], directions)
    space = principal_shapes(people[:, :8], people[:, 8:], 3)
    assert space.kept < 1e-6
    centred = (people - people.mean(0)).reshape(200, -1)
    basis = np.concatenate([space.v_dirs, space.j_dirs]).reshape(-1, 3)
    betas = np.linalg.lstsq(basis, centred.T, rcond=None)[0].T
    assert np.allclose(betas.std(0), 1.0, atol=1e-6)
    assert np.allclose(betas.T @ betas / 200, np.eye(3), atol=1e-6)
    size = np.square(basis).sum(0)
    assert (np.diff(size) < 0).all()


def test_principal_shapes_do_not_depend_on_the_order_of_people():
    people = np.random.default_rng(6).normal(size=(50, 10, 3))
    one = principal_shapes(people[:, :8], people[:, 8:], 4)
    other = principal_shapes(people[::-1, :8], people[::-1, 8:], 4)
    assert np.allclose(one.v_dirs, other.v_dirs, atol=1e-8)
