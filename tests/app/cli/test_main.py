"""The entry point: quick help, exit codes, files without a command, no display."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

HEAVY = ("torch", "cv2", "open3d", "PySide6", "PIL", "numpy", "rich")


def test_help_is_quick_and_imports_nothing_heavy(meshloupe) -> None:
    code = (
        "import sys, time\n"
        "start = time.process_time()\n"
        "from app.cli.main import main\n"
        "code = main(['--help'])\n"
        "took = time.process_time() - start\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "print(code, heavy, took)\n"
        "assert code == 0 and not heavy and took < 0.5\n"
    )
    ran = meshloupe(code=code)
    assert ran.code == 0, ran.out + ran.err
    for command in ("infer", "methods", "weights", "verify", "doctor"):
        assert command in ran.out


@pytest.mark.parametrize(
    "command", ["infer", "methods", "weights", "verify", "doctor", "weights add"]
)
def test_every_command_has_help(meshloupe, command: str) -> None:
    from app.cli.main import main

    assert main([*command.split(), "--help"]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["--no-such-option"],
        ["infer"],
        ["infer", "x.jpg"],
        ["infer", "x.jpg", "--method", "nothing"],
        ["infer", "x.jpg", "--method", "graphormer", "--preset", "lite"],
        ["infer", "x.jpg", "--method", "metro", "--variant", "body_xxl"],
        ["infer", "x.jpg", "--method", "metro", "--box", "1,2,3"],
        ["infer", "x.jpg", "--method", "metro", "--box", "5,5,1,9"],
        ["infer", "x.jpg", "--method", "metro", "--box", "nan,0,1,9"],
        ["infer", "x.jpg", "--method", "metro", "--save", "docx"],
        ["infer", "x.jpg", "--method", "metro", "--shard", "3/2"],
        ["infer", "x.jpg", "--method", "metro", "--shard", "all"],
        ["infer", "x.jpg", "--method", "metro", "--focal", "-3"],
        ["infer", "x.jpg", "--method", "metro", "--focal", "nan"],
        ["infer", "x.jpg", "--method", "metro", "--focal", "1e30"],
        ["infer", "x.jpg", "--method", "metro", "--device", "tpu"],
        ["infer", "x.jpg", "--method", "metro", "--detector", "hog"],
        ["infer", "x.jpg", "--method", "metro", "--box", "1,1,9,9", "--joints", "j.json"],
        ["infer", "x.jpg", "--method", "metro,pose_lift", "--weights", "w.pt"],
        ["weights"],
        ["weights", "inspect"],
        ["verify"],
    ],
)
def test_wrong_use_is_exit_code_two(arguments: list[str], capsys) -> None:
    from app.cli.main import main

    assert main(arguments) == 2
    assert capsys.readouterr().err.strip()


def test_no_display_says_so_and_how_to_go_on(meshloupe, tmp_path: Path) -> None:
    started = time.monotonic()
    ran = meshloupe("photo.jpg")
    assert ran.code == 1
    assert "no display" in ran.err
    assert "meshloupe infer photo.jpg" in ran.err
    assert meshloupe().code == 1
    assert time.monotonic() - started < 60


def test_a_word_that_is_neither_command_nor_file(meshloupe) -> None:
    ran = meshloupe("infre", QT_QPA_PLATFORM="offscreen")
    assert ran.code == 1
    assert "infre: does not exist and is no command" in ran.err


def test_version() -> None:
    from app.cli.main import main

    assert main(["--version"]) == 0


@pytest.mark.parametrize(
    "arguments",
    [["methods", "--json"], ["doctor"], ["weights", "list"], ["verify", "--fixtures", "."]],
)
def test_commands_import_no_qt(meshloupe, arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from app.cli.main import main\n"
        f"main({arguments!r})\n"
        "qt = [m for m in sys.modules if m.split('.')[0] in ('PySide6', 'pyqtgraph', 'vispy')]\n"
        "assert not qt, qt\n"
    )
    ran = meshloupe(code=code)
    assert ran.code == 0, ran.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("command", ["doctor", "weights list --json"])
def test_printing_to_a_full_disk_is_told_on_one_line(command: str) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "app", *command.split()],
            cwd=Path(__file__).parents[3],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "full disk" in line
