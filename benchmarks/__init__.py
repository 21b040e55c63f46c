"""Measurements that are no tests: how fast training is, what the engine costs, what a lower precision changes."""
