"""What the options of the benchmarks have in common."""

import argparse

from benchmarks.trainings import DATA


def positive(text: str) -> int:
    """A count; argparse says of any other text that it is no `positive` value."""
    if (count := int(text)) < 1:
        raise ValueError
    return count


def require_images(parser: argparse.ArgumentParser) -> None:
    """Ends the program where the images of MNIST aren't there, saying what makes them."""
    images = DATA / "images.npy"
    if not images.exists():
        parser.error(f"{images} is not there: snakemake --cores 1 {images} makes it")
