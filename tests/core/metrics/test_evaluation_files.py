import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.metrics.person_errors import PersonErrors, read_person_errors
from core.metrics.regression_list import (
    ListedPerson,
    RegressionList,
    read_regression_list,
    write_regression_list,
)
from core.metrics.result_file import read_result

PERSON = PersonErrors(
    row=3,
    key="a/b.jpg#1",
    errors={"MPJPE": 81.25, "PA-MPJPE": math.nan},
    joints=((1.0, 2.0, 2.0), (math.nan,) * 3),
    sequence="säule\n",
    frame=7,
    occlusion=0.25,
    picture="/data/a/b.jpg",
)


def write(folder, *lines, name="1of1-a.jsonl"):
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"".join(lines))
    return folder


def test_a_person_survives_its_line(tmp_path):
    (back,) = read_person_errors(write(tmp_path / "p", f"{PERSON.line()}\n".encode()))
    assert back.line() == PERSON.line()
    assert back.errors["MPJPE"] == 81.25
    assert math.isnan(back.errors["PA-MPJPE"])
    assert back.joint_errors[0] == pytest.approx(3)
    assert math.isnan(back.joint_errors[1])
    assert back.sequence == "säule\n"


@given(st.integers(1, 400))
def test_a_torn_line_is_no_person(tmp_path_factory, cut):
    whole = f"{PERSON.line()}\n".encode()
    folder = write(tmp_path_factory.mktemp("p"), whole, whole[: min(cut, len(whole) - 1)])
    assert len(list(read_person_errors(folder))) == 1


@pytest.mark.parametrize("line", [b"[]\n", b"{}\n", b'{"row": "x", "key": "k"}\n', b"\xff\n"])
def test_a_whole_line_of_another_kind_is_an_error(tmp_path, line):
    with pytest.raises(InputError, match="line 1 is no person of an evaluation"):
        list(read_person_errors(write(tmp_path / "p", line)))


def test_lists_read_back(tmp_path):
    listed = RegressionList("3dpw", "test", (ListedPerson("a#0", 4), ListedPerson("b#1")), "feet")
    path = write_regression_list(tmp_path / "l.json", listed)
    assert read_regression_list(path) == listed
    (tmp_path / "l.txt").write_text("# my list\n\na#0\n b#1 \n")
    assert [p.key for p in read_regression_list(tmp_path / "l.txt").people] == ["a#0", "b#1"]


@pytest.mark.parametrize("text", ["{}", '{"kind": "other", "schema": 1}', "{", "# only\n", ""])
def test_what_is_no_list_or_result(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"is no regression list|names nobody"):
        read_regression_list(path)
    with pytest.raises(InputError, match="is no result of an evaluation"):
        read_result(path)


def test_missing_files(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_regression_list(tmp_path / "none")
    with pytest.raises(InputError, match="there is no such result"):
        read_result(tmp_path)
    with pytest.raises(InputError, match="no such folder of persons"):
        list(read_person_errors(tmp_path / "people"))
