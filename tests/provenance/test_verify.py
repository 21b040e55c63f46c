"""What `snakemake verify` says of results that today's settings would make differently."""

from aepipe.provenance.verify import changes


def test_a_changed_setting_is_told_with_its_key_and_both_values() -> None:
    then = {"training": {"epochs": 60, "layerwise": "codes"}, "labels": [["vae", "VAE"]]}
    now = {"training": {"epochs": 20}, "labels": [["vae", "VAE"]]}
    assert list(changes(then, now, "")) == [
        "training.epochs was 60, and is 20 today",
        "training.layerwise was 'codes', and is None today",
    ]
