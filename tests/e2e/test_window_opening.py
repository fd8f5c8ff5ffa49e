"""Opening pictures: dropped, from a folder, damaged, removed, searched."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest

from tests.e2e.window_fixtures import lab, photos, write_picture  # noqa: F401


def test_a_newcomer_sees_an_invitation_and_opens_the_samples(lab, photos):  # noqa: F811
    window = lab.start()
    assert window.empty.isVisible()
    window.files.open_samples(photos)
    lab.until_result()
    assert not window.empty.isVisible()
    assert window.items_panel.filter.rowCount() == 3
    assert window.store.current.recent == ()


def test_the_first_picture_opened_is_reconstructed_by_itself(lab, photos):  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    assert window.results.shown.result.frame.name == "photo1.png"
    assert window.stage.main.layers
    assert window.numbers.marks.text == "–", "a pose nobody placed has no error"


def test_pictures_dropped_on_the_window_are_opened(lab, photos):  # noqa: F811
    window = lab.start()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in photos])
    event = QDropEvent(
        QPointF(50, 50), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    window.dropEvent(event)
    lab.until(lambda: window.session.rowCount() == 3)


def test_a_folder_is_opened_in_natural_order(lab, photos):  # noqa: F811
    window = lab.start(photos[0].parent)
    lab.until(lambda: window.session.rowCount() == 3)
    names = [item.title for item in window.session.items()]
    assert names == ["photo1.png", "photo2.png", "photo10.png"]


def test_thumbnails_appear_in_the_list(lab, photos):  # noqa: F811
    from app.state.session import Role

    window = lab.start(*photos)
    lab.until(lambda: window.session.rowCount() == 3)
    index = window.session.index(2)
    lab.until(lambda: window.session.data(index, Role.THUMBNAIL) is not None)
    assert not window.session.data(index, Role.THUMBNAIL).isNull()


def test_the_right_key_goes_to_the_next_picture(lab, photos):  # noqa: F811
    window = lab.start(*photos)
    lab.until_result()
    window.acts["next"].trigger()
    assert window.session.current.title == "photo2.png"
    lab.until(lambda: window.results.shown is not None)
    window.acts["previous"].trigger()
    assert window.session.current.title == "photo1.png"


def test_going_back_shows_the_known_result_without_running_again(lab, photos):  # noqa: F811
    window = lab.start(*photos)
    lab.until_result()
    window.acts["next"].trigger()
    lab.until(lambda: len(lab.calls) == 2 and window.results.shown is not None)
    window.acts["previous"].trigger()
    lab.until(
        lambda: (
            window.results.shown is not None
            and window.results.shown.result.frame.name == "photo1.png"
        )
    )
    assert len(lab.calls) == 2


def test_searching_hides_other_rows(lab, photos):  # noqa: F811
    window = lab.start(*photos)
    lab.until(lambda: window.session.rowCount() == 3)
    QTest.keyClicks(window.items_panel.search, "photo10")
    assert window.items_panel.filter.rowCount() == 1


def test_letters_typed_into_the_search_are_no_shortcuts(lab, photos):  # noqa: F811
    window = lab.start(*photos)
    lab.until_result()
    window.activateWindow()
    window.items_panel.search.setFocus()
    lab.until(window.items_panel.search.hasFocus)
    QTest.keyClicks(window.items_panel.search, "bw")
    assert window.items_panel.search.text() == "bw"
    assert not window.acts["draw_box"].isChecked()
    assert not window.view.options.wireframe


def test_a_broken_picture_says_which_file_and_what_to_do(lab, tmp_path):  # noqa: F811
    bad = tmp_path / "broken.jpg"
    bad.write_bytes(b"\xff\xd8\xff not a picture")
    window = lab.start(bad)
    lab.until(lambda: window.banner.isVisible())
    assert "broken.jpg" in window.banner.text
    assert "\n" not in window.banner.text
    assert not lab.calls


def test_after_a_broken_picture_a_good_one_still_works(lab, tmp_path, photos):  # noqa: F811
    bad = tmp_path / "broken.jpg"
    bad.write_bytes(b"nothing")
    window = lab.start(bad)
    lab.until(lambda: window.banner.isVisible())
    window.files.open_paths([photos[0]])
    lab.until_result()
    assert "broken.jpg" not in window.banner.text


def test_an_empty_folder_is_explained(lab, tmp_path):  # noqa: F811
    folder = tmp_path / "empty"
    folder.mkdir()
    window = lab.start(folder)
    lab.until(lambda: window.banner.isVisible())
    assert "empty" in window.banner.text


def test_removing_the_last_picture_brings_the_invitation_back(lab, photos):  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    window.session.remove([window.session.current.id])
    assert window.empty.isVisible()
    assert window.results.shown is None


def test_opened_files_are_remembered_as_recent(lab, photos):  # noqa: F811
    window = lab.start(photos[0])
    lab.until(lambda: window.settings.recent == (str(photos[0]),))
    window._fill = window.recent_menu.aboutToShow.emit()
    assert window.recent_menu.actions()[0].text().startswith("photo1.png")


def test_marks_beside_a_picture_are_taken(lab, tmp_path):  # noqa: F811
    import json

    picture = write_picture(tmp_path / "man.png", 200, 300)
    joints = [[100.0 + n, 20.0 * n + 10] for n in range(14)]
    joints[3] = None
    from tests.app.fakes import JOINTS

    marks = {"joint_names": list(JOINTS), "people": {"man.png": {"joints_2d": joints}}}
    (tmp_path / "joints2d.json").write_text(json.dumps(marks))
    window = lab.start(picture)
    lab.until_result()
    person = window.people.of(window.session.current.id)[0]
    assert tuple(person.joints_2d[0]) == (100.0, 10.0)
    assert not window.reading.joints[3].isChecked()


def test_a_file_that_is_gone_is_explained(lab):  # noqa: F811
    window = lab.start(Path("/nowhere/at/all.jpg"))
    lab.until(lambda: window.banner.isVisible())
    assert "/nowhere/at/all.jpg" in window.banner.text


def test_a_very_wide_picture_is_shown_in_its_own_pixels(lab, tmp_path):  # noqa: F811
    window = lab.start(write_picture(tmp_path / "wide.png", 20_000, 40))
    lab.until_result()
    view = window.picture.view
    assert view._picture.pixmap().width() <= 4096
    right = view._picture.mapRectToScene(view._picture.boundingRect()).right()
    assert abs(right - 20_000) < 1e-3, "marks stay in pixels of the file"


def test_a_picture_of_one_pixel_is_no_trouble(lab, tmp_path):  # noqa: F811
    window = lab.start(write_picture(tmp_path / "dot.png", 1, 1))
    lab.until(lambda: window.results.shown is not None or window.banner.isVisible())
