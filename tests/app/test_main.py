"""What is loaded before the window is there."""

import os
import subprocess
import sys

HEAVY = ("torch", "torchvision", "open3d", "scipy", "av", "trimesh", "safetensors")


def test_the_window_opens_before_the_large_libraries_are_loaded(tmp_path) -> None:
    script = (
        "import sys\n"
        "from app.main import make_application\n"
        "from app.windows.main_window import MainWindow\n"
        "app = make_application(); window = MainWindow(); window.show(); app.processEvents()\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules]); window.close()\n"
    )
    settings = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "MESHLOUPE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=settings, timeout=120
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
