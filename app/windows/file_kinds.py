"""What file dialogs offer."""

PICTURES = (
    "Pictures and videos (*.jpg *.jpeg *.png *.webp *.bmp *.tif *.tiff "
    "*.mp4 *.mov *.avi *.mkv *.webm *.meshloupe)"
)
WEIGHTS = "Weights (*.safetensors *.pt *.pth *.bin *.ckpt *.tar *.pkl)"
BODIES = "Body models (*.pkl *.npz)"
ANY = "All files (*)"
