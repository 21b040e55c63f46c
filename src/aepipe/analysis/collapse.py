"""Networks that hardly use their code, in words: units that are the same for all images, unused codebook entries."""

from collections.abc import Mapping

import pandas as pd

#: Codes are said to be hardly used below these shares of their units, or of the codebook's entries.
FEW_UNITS, FEW_ENTRIES = 1 / 2, 1 / 10


def sentences(metrics: pd.DataFrame, titles: Mapping[str, str]) -> list[str]:
    """A sentence on each kind of runs of an autoencoder whose code is dead or hardly used.

    Args:
        metrics: tidy rows of a bake-off.
        titles: autoencoder -> title, in their order.
    """
    corrected = metrics[metrics["protocol"] == "corrected"]
    found = []
    for model, title in titles.items():
        own = corrected[corrected["model"] == model]
        for latent_dim, held_out in own[["latent_dim", "held_out"]].drop_duplicates().itertuples(index=False):
            rows = own[(own["latent_dim"] == latent_dim) & (own["held_out"] == held_out)]
            without = f", without class {held_out}" if held_out else ""
            said = [on_units(rows, latent_dim), on_entries(rows)]
            found += [f"{title} (d = {latent_dim}{without}): {text}." for text in said if text]
    return found


def on_units(rows: pd.DataFrame, latent_dim: int) -> str:
    """What is said of the live units of some runs; empty where there are enough."""
    live = values(rows, "live_units")
    dead = int((live == 0).sum())
    if dead:
        seeds = f" in {dead} of {len(live)} seeds" if len(live) > 1 else ""
        return f"0 of {latent_dim} units live{seeds}: collapsed, the code says nothing about the image"
    return f"{extent(live)} of {latent_dim} units live" if live.mean() < FEW_UNITS * latent_dim else ""


def on_entries(rows: pd.DataFrame) -> str:
    """What is said of the codebook of some runs; empty without one, and where enough of it is used."""
    used, entries = values(rows, "codebook_used"), values(rows, "codebook_entries")
    few = len(used) and used.mean() < FEW_ENTRIES * entries.mean()
    return f"{extent(used)} of {entries.iloc[0]:,.0f} codebook entries used" if few else ""


def values(rows: pd.DataFrame, metric: str) -> pd.Series:
    """The numbers of a metric, a run each."""
    return rows.loc[rows["metric"] == metric, "value"].dropna()


def extent(numbers: pd.Series) -> str:
    """The least and the greatest: `3`, or `3 to 5`."""
    low, high = f"{numbers.min():,.0f}", f"{numbers.max():,.0f}"
    return low if low == high else f"{low} to {high}"
