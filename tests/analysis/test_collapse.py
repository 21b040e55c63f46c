"""Networks that hardly use their code are named."""

import pandas as pd
import pytest

from aepipe.analysis.collapse import sentences

TITLES = {"vae": "VAE", "vq": "vq-VAE"}


def rows(model: str, metric: str, values: list[float], latent_dim: int = 10, held_out: str = "") -> pd.DataFrame:
    known = {"model": model, "latent_dim": latent_dim, "held_out": held_out, "protocol": "corrected"}
    return pd.DataFrame(
        [{**known, "metric": metric, "seed": seed, "value": value} for seed, value in enumerate(values)]
    )


@pytest.mark.parametrize(
    ("live", "said"),
    [
        ([0], "0 of 10 units live: collapsed, the code says nothing about the image."),
        ([8, 0, 0], "0 of 10 units live in 2 of 3 seeds: collapsed, the code says nothing about the image."),
        ([3, 4], "3 to 4 of 10 units live."),
        ([4], "4 of 10 units live."),
    ],
)
def test_a_code_without_live_units_has_collapsed(live: list[float], said: str) -> None:
    assert sentences(rows("vae", "live_units", live), TITLES) == [f"VAE (d = 10): {said}"]


def test_an_unused_codebook_is_named_with_the_runs_that_it_is_of() -> None:
    table = pd.concat(
        [
            rows("vq", "codebook_used", [12, 14], 8, held_out="1"),
            rows("vq", "codebook_entries", [4096, 4096], 8, held_out="1"),
        ]
    )
    assert sentences(table, TITLES) == ["vq-VAE (d = 8, without class 1): 12 to 14 of 4,096 codebook entries used."]


def test_nothing_is_said_of_a_code_that_is_used() -> None:
    table = pd.concat(
        [
            rows("vae", "live_units", [9, 10]),
            rows("vq", "live_units", [10]),
            rows("vq", "codebook_used", [3000]),
            rows("vq", "codebook_entries", [4096]),
        ]
    )
    assert sentences(table, TITLES) == []
    assert sentences(table.assign(protocol="paper", value=0), TITLES) == []
