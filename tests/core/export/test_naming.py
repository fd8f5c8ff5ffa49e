import pytest

from core.errors import OutputError
from core.export import OutputNames, output_name, output_path


@pytest.mark.parametrize(
    ("args", "keywords", "expected"),
    [
        (("photo.jpg", "metro", "npz"), {}, "photo.jpg.metro.npz"),
        (("photo.jpg", "metro", "obj"), {"person": 0}, "photo.jpg.metro.p0.obj"),
        (
            ("clip.mp4", "glnet", "ply"),
            {"frame": 123, "person": 12},
            "clip.mp4.f000123.glnet.p12.ply",
        ),
        (("clip.mp4", "glnet", ".png"), {"frame": 0}, "clip.mp4.f000000.glnet.png"),
        (("camera: HD/2", "metro", "npz"), {}, "camera_ HD_2.metro.npz"),
    ],
)
def test_the_law(args, keywords, expected):
    assert output_name(*args, **keywords) == expected


def test_path_joins_the_folder(tmp_path):
    assert output_path(tmp_path, "a.png", "metro", "npz") == tmp_path / "a.png.metro.npz"


def test_two_inputs_of_one_name_clash_and_one_input_does_not(tmp_path):
    names = OutputNames(tmp_path)
    first = names.path("one/photo.jpg", "metro", "npz")
    assert names.path("one/photo.jpg", "metro", "npz") == first
    assert names.path("one/photo.jpg", "glnet", "obj", person=1) != first
    with pytest.raises(
        OutputError, match=r"two/photo.jpg: has the same file name as one/photo.jpg"
    ):
        names.path("two/photo.jpg", "metro", "npz")
    with pytest.raises(OutputError, match="rename one"):
        names.claim("three/PHOTO.jpg")
