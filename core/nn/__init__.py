"""Torch building blocks: backbones, attention, and the batch types that methods share."""
