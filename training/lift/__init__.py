"""Training and evaluation of `pose_lift` on sampled people."""
