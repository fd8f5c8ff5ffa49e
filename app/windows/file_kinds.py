"""What file dialogs offer."""

from app.settings.language import mark, tr

PICTURES = mark(
    "Pictures and videos (*.jpg *.jpeg *.png *.webp *.bmp *.tif *.tiff "
    "*.mp4 *.mov *.avi *.mkv *.webm *.meshloupe)"
)
WEIGHTS = mark("Weights (*.safetensors *.pt *.pth *.bin *.ckpt *.tar *.pkl)")
BODIES = mark("Body models (*.pkl *.npz)")
ANY = mark("All files (*)")
JOINTS = mark("Joint files (*.json)")


def filters(*kinds: str) -> str:
    """Kinds of files as a dialog of Qt takes them, in the language of the window."""
    return ";;".join(tr(kind) for kind in kinds)
