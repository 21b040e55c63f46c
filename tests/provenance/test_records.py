"""That every result says where it came from, and that a file which is not what its job wrote is named, not used."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from support.workflow_runs import snakemake

from aepipe.config.paths import PAPER
from aepipe.errors import AepipeError, DamagedFileError
from aepipe.evaluation import metrics
from aepipe.provenance import records, trace
from aepipe.provenance.verify import differences

pytestmark = pytest.mark.workflow
RUN = "results/digits/runs/stacked/d10_without-none_seed0"


@pytest.fixture(scope="module")
def results(bake_off: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished bake-off that came without Snakemake's own notes."""
    folder = tmp_path_factory.mktemp("records") / "bake_off"
    shutil.copytree(bake_off, folder, ignore=shutil.ignore_patterns(".snakemake"))
    return folder


@pytest.fixture
def in_results(results: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(results)
    return results


# What a record holds


def test_every_result_has_a_record_that_agrees_with_it(in_results: Path) -> None:
    told: dict[str, str] = {}
    for path in Path("results").glob("**/records/*.json"):
        told |= records.read(path)["outputs"]
    files = [path for path in Path("results/digits").rglob("[!.]*") if path.is_file()]
    assert {str(path) for path in files if not {"records", "logs"} & set(path.parts)} == set(told)
    assert all(records.checksum(path) == sha for path, sha in told.items())


def test_every_row_of_metrics_csv_can_be_traced_to_settings_code_seed_and_images(in_results: Path) -> None:
    table = metrics.read("results/digits/metrics.csv")
    images = records.checksum("results/digits/data/images.npy")
    gathered = records.read(Path("results/digits/records/gather_metrics.json"))["inputs"]
    for row in table.drop_duplicates(["model", "latent_dim", "protocol", "evaluation"]).to_dict("records"):
        path = trace.file_of_row(row, gathered)
        names = [row["model"], row["model"] + PAPER]
        assert any({**row, "model": name} in metrics.read(path).to_dict("records") for name in names)
        (made, *origins) = trace.origins([path])
        assert made["wildcards"]["seed"] == str(row["seed"])
        assert made["wildcards"].get("model", row["model"]) in names
        first = origins[-1] if origins[-1]["rule"] == "prepare_dataset" else made
        rules = {record["rule"] for record in origins} | {made["rule"], first["rule"]}
        assert {"prepare_dataset", "split_dataset"} <= rules
        if row["model"] == "majority":  # looks at labels alone
            continue
        assert any(record["inputs"].get("results/digits/data/images.npy") == images for record in [made, *origins])
        network = [record["settings"]["network"] for record in [made, *origins] if "network" in record["settings"]]
        assert row["latent_dim"] in {settings["latent_dim"] for settings in network} or row["model"] in (
            "pixels",
            "real",
            "cross_fade",
        )
        assert all(record["code"] and record["versions"]["python"] for record in [made, *origins])
        assert {record["versions"].get("numpy") for record in [made, *origins]} - {None} == {np.__version__}


def test_trace_prints_rows_and_the_records_behind_them(in_results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace.main(["results/digits/metrics.csv", "model=stacked", "evaluation=reconstruction", "latent_dim=10"])
    rows, *printed = capsys.readouterr().out.split("\n\n")
    assert "bce" in rows
    rules = [yaml.safe_load(record)["rule"] for record in printed]
    assert rules[:2] == ["evaluate_reconstruction", "apply_autoencoder"]
    assert rules.count("train_stacked_layer") == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["results/digits/metrics.csv", "modell=vae"],
            "modell=vae: give column=value; the columns are dataset, model,",
        ),
        (["results/digits/metrics.csv", "model"], "model: give column=value"),
        (["results/digits/metrics.csv", "model=vea"], "no such row; model is one of shallow, vanilla"),
        (["config.yaml"], "config.yaml has no record"),
        (["results/digits"], "results/digits is no file here"),
        (["results/letters/metrics.csv"], "results/letters/metrics.csv is no file here"),
        (["results/digits/data/dataset.json", "model=vae"], "is no metrics.csv"),
        (["results/digits/records/write_claims.json"], "is a record itself: give a result"),
    ],
)
def test_trace_says_what_it_can_not_find(in_results: Path, arguments: list[str], message: str) -> None:
    with pytest.raises(AepipeError, match=message):
        trace.main(arguments)


@pytest.mark.parametrize("forged", ["metrics.csv", "runs/vq/d2_without-1_seed0/reconstruction.npz"])
def test_trace_does_not_vouch_for_what_was_changed(forged: str, in_results: Path, tmp_path: Path) -> None:
    path = Path("results/digits") / forged
    shutil.copy(path, tmp_path / "whole")
    path.write_bytes(path.read_bytes().replace(b"0", b"1", 1))
    try:
        with pytest.raises(DamagedFileError, match=f"{path} is damaged"):
            trace.main(["results/digits/metrics.csv", "model=vq", "evaluation=anomaly"])
    finally:
        shutil.copy(tmp_path / "whole", path)


# Files that are not what their jobs wrote


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def edit_number(path: Path) -> None:
    *rows, last = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*rows, last.rstrip("\n") + "1\n"]), encoding="utf-8")


def drop_row(path: Path) -> None:
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")


def other_split(path: Path) -> None:
    shutil.copy(path.with_name("without-1_seed0.npz"), path)


def pickles(path: Path) -> None:
    np.savez(path, test=np.array([{"code": "could run"}], object))


DAMAGES: dict[str, tuple[str, Callable[[Path], None]]] = {
    "images truncated": ("results/digits/data/images.npy", cut),
    "a bit of a label flipped": ("results/digits/data/labels.npy", flip),
    "a split emptied": ("results/digits/splits/without-none_seed0.npz", empty),
    "a split of another class": ("results/digits/splits/without-none_seed0.npz", other_split),
    "weights truncated": (f"{RUN}/weights.safetensors", cut),
    "a bit of the weights flipped": (f"{RUN}/weights.safetensors", flip),
    "weights of a layer emptied": (f"{RUN}/layer2.safetensors", empty),
    "encoded images truncated": (f"{RUN}/layer1_encoded.npy", cut),
    "codes replaced by pickles": (f"{RUN}/codes.npz", pickles),
    "errors truncated": (f"{RUN}/reconstruction.npz", cut),
    "a training curve without its last row": (f"{RUN}/training_curve.csv", drop_row),
    "a metric of a run changed": (f"{RUN}/metrics/classification.csv", edit_number),
    "a row of metrics.csv missing": ("results/digits/metrics.csv", drop_row),
    "a number in metrics.csv changed": ("results/digits/metrics.csv", edit_number),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_file_is_named_before_it_is_used(name: str, in_results: Path, tmp_path: Path) -> None:
    path, harm = DAMAGES[name]
    shutil.copy(path, tmp_path / "whole")
    assert records.checked([path], Path("results"))
    try:
        harm(Path(path))
        with pytest.raises(DamagedFileError, match=f"^{path} is damaged.* --forcerun {path}$"):
            records.checked([path], Path("results"))
    finally:
        shutil.copy(tmp_path / "whole", path)


EMPTY = b'{"rule": "", "wildcards": {}, "settings": {}, "code": {}, "inputs": {}, "outputs": %s}'
NO_RECORDS = {
    "nothing": b"",
    "half of it": b'{"rule": "train',
    "a list": b"[]",
    "no key": b"{}",
    "null": b"null",
    "zeros": b"\x00\x00",
    "not UTF-8": b'{"rule": "\xff\xfe"}',
    "no outputs": EMPTY % b"null",
    "numbers for checksums": EMPTY % b'{"a": 1}',
    "deep nesting": b"[" * 100_000,
    "a huge number": b'{"rule": 1' + b"0" * 10_000 + b"}",
}


@pytest.mark.parametrize("content", NO_RECORDS.values(), ids=NO_RECORDS)
def test_a_damaged_record_is_named(content: bytes, in_results: Path, tmp_path: Path) -> None:
    path = Path(RUN) / "records/apply_autoencoder.json"
    shutil.copy(path, tmp_path / "whole")
    try:
        path.write_bytes(content)
        said = f"{RUN}/codes.npz has no record in .*{path} is damaged: not the record of a job"
        with pytest.raises(DamagedFileError, match=f"{said}.* --forcerun {RUN}/codes.npz$"):
            records.checked([f"{RUN}/codes.npz"], Path("results"))
        assert records.checked([f"{RUN}/weights.safetensors"], Path("results"))  # which has another record
    finally:
        shutil.copy(tmp_path / "whole", path)


def test_a_folder_in_place_of_a_record_is_named(in_results: Path, tmp_path: Path) -> None:
    path = Path(RUN) / "records/apply_autoencoder.json"
    path.rename(tmp_path / "whole")
    path.mkdir()
    try:
        with pytest.raises(DamagedFileError, match=f"{path} is a folder, not the record of a job: remove it first"):
            records.checked([f"{RUN}/codes.npz"], Path("results"))
    finally:
        path.rmdir()
        shutil.copy(tmp_path / "whole", path)


@pytest.mark.parametrize("above", ["", "images", "data/results/mine", "/results", "../results"])
def test_folders_called_records_outside_of_the_results_are_none_of_ours(
    above: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    folder = f"{tmp_path}{above}" if above.startswith("/") else above
    Path(folder, "records").mkdir(parents=True)
    images = str(Path(folder, "images.npz"))
    Path(images).write_text("images", encoding="utf-8")
    assert list(records.checked([images], Path("results"))) == [images]
    assert records.folder_of("results/images.npz", Path("results")) is None


def test_results_with_a_prefix_have_their_records_below_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path("bake-off/results/digits/records")
    folder.mkdir(parents=True)
    results = records.results_of(folder / "gather_metrics.json")
    assert records.folder_of("bake-off/results/digits/data/images.npy", results) == folder
    assert records.folder_of("results/digits/data/images.npy", results) is None


def test_a_file_without_a_record_among_results_is_not_used(in_results: Path) -> None:
    stray = Path(RUN) / "stray.npz"
    stray.write_bytes(b"from somewhere")
    with pytest.raises(DamagedFileError, match=f"{stray} has no record"):
        records.checked([str(stray)], Path("results"))
    stray.unlink()


def test_a_damaged_file_stops_the_run_and_its_advice_mends_it(bake_off: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bake_off"
    shutil.copytree(bake_off, folder)
    codes, metric = folder / RUN / "codes.npz", folder / RUN / "metrics/classification.csv"
    before = metric.read_bytes()
    flip(codes)
    metric.unlink()
    target = str(metric.relative_to(folder))
    printed = snakemake(folder, "--cores", "1", target, succeeds=False)
    assert f"{codes.relative_to(folder)} is damaged" in printed
    assert "Traceback" not in printed
    snakemake(folder, "--cores", "1", target, "--forcerun", str(codes.relative_to(folder)))
    assert metric.read_bytes() == before


# Records against today


def test_verify_finds_nothing_in_results_that_are_up_to_date(results: Path) -> None:
    printed = snakemake(results, "--cores", "1", "verify")
    count = len(list(results.glob("results/**/records/*.json")))
    assert count > 150
    assert f"{count} records, 0 of them don't match today's code, settings and data." in printed


def test_verify_leaves_results_of_another_configuration_alone(results: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bake_off"
    shutil.copytree(results, folder)
    config = yaml.safe_load((folder / "config.yaml").read_text())
    del config["autoencoders"]["sparse"]
    config["experiment"]["autoencoders"].remove("sparse")
    (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    found = dict(differences_in(snakemake(folder, "--cores", "1", "verify", "--quiet", "all", succeeds=False)))
    assert not any("/sparse/" in path for paths in found.values() for path in paths)
    gone = "results/digits/runs/sparse/d2_without-1_seed0/metrics/anomaly.csv is no longer an input"
    assert found[gone] == ["results/digits/records/gather_metrics.json"]


def test_verify_names_files_and_records_that_are_gone_or_damaged_also_behind_links(
    results: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "bake_off"
    shutil.copytree(results, folder)
    (folder / "results/digits").rename(tmp_path / "digits")
    (folder / "results/digits").symlink_to(tmp_path / "digits")
    (folder / "results/digits/around").symlink_to("../digits")
    for name in ("weights.safetensors", "records/assemble_stacked.json", "records/classify_codes.json"):
        (folder / RUN / name).unlink()
    (folder / "results/digits/records/draw_anomaly.json").unlink()
    flip(folder / "results/digits/figures/anomaly.png")
    edit_wildcards = folder / RUN / "records/evaluate_reconstruction.json"
    edit_wildcards.write_text(edit_wildcards.read_text().replace('"seed": "0"', '"seed": "x"'))
    (folder / "results/digits/records/write_claims.json").unlink()
    (folder / "results/digits/records/write_claims.json").mkdir()
    (folder / "results/digits/notes.md").write_text("which no rule makes")
    printed = snakemake(folder, "--cores", "1", "verify", "--quiet", "all", succeeds=False)
    found = dict(differences_in(printed))
    users = [f"{RUN}/records/{rule}.json" for rule in ("apply_autoencoder", "evaluate_generation", "measure_rate")]
    unknown = [
        *(f"results/digits/{name}" for name in ("claims.csv", "claims.md", "claims_by_measure.csv")),
        "results/digits/figures/anomaly.png",
        f"{RUN}/image_scores/classification.npz",
        *(f"{RUN}/{name}.csv" for name in ("metrics/classification", "metrics/training", "training_curve")),
    ]
    replaced = "results/digits/records/write_claims.json"
    assert found[f"{RUN}/weights.safetensors is missing"] == users
    assert found["no record says how these were made"] == unknown
    assert found["the record is of another job"] == [str(edit_wildcards.relative_to(folder))]
    assert found[f"{replaced} is a folder, not the record of a job: remove it first"] == [replaced]
    assert "8 files have no record." in printed
    assert set(unknown) <= set((folder / "results/stale.txt").read_text().splitlines())


def test_verify_fails_where_there_are_no_records(results: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bake_off"
    shutil.copytree(results, folder, ignore=shutil.ignore_patterns("digits"))
    printed = snakemake(folder, "--cores", "1", "verify", "--quiet", "all", succeeds=False)
    assert "Without records, nothing can be compared" in printed


def test_verify_lists_what_code_settings_and_data_no_longer_match(results: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bake_off"
    shutil.copytree(results, folder)
    vq = folder / "src/aepipe/models/vq.py"
    vq.write_text(vq.read_text() + "\nEDITED = True\n")
    tiny = folder / "tests/support/tiny.yaml"
    tiny.write_text(tiny.read_text().replace("classification: {epochs: 3}", "classification: {epochs: 4}"))
    flip(folder / RUN / "latent_map.npz")
    printed = snakemake(folder, "--cores", "1", "verify", succeeds=False)
    found = dict(differences_in(printed))
    vq_run = "results/digits/runs/vq/d2_without-1_seed0/records/"
    assert f"{vq_run}train_autoencoder.json" in found["the code of aepipe.models.vq has changed"]
    assert f"{vq_run}detect_anomalies.json" not in found["the code of aepipe.models.vq has changed"]
    assert (
        len(found["evaluation.classification.epochs was 3, and is 4 today"]) == 13 + 2
    )  # codes of autoencoders, one of them with two networks, PCA and pixels, and two supervised baselines
    assert (
        f"{RUN}/records/map_latent_codes.json"
        in found[f"{RUN}/latent_map.npz is damaged: its content is not what its job wrote"]
    )
    stale = (folder / "results/stale.txt").read_text().splitlines()
    planned = snakemake(folder, "--dry-run", "digits", "--forcerun", *stale)
    assert "train_autoencoder " in planned and "classify_codes " in planned


def differences_in(printed: str) -> list[tuple[str, list[str]]]:
    """Each difference that verify printed, with its records."""
    found: list[tuple[str, list[str]]] = []
    for line in printed.splitlines():
        if line.startswith("    results/") and found:
            found[-1][1].append(line.strip())
        else:
            found.append((line, []))
    return found


def test_inputs_that_come_or_go_are_told(in_results: Path) -> None:
    record = records.read(Path("results/digits/records/gather_metrics.json"))
    here = sorted(record["inputs"])
    today = {**record, "inputs": [*here[1:], "another.csv"]}
    assert list(differences(record, today)) == [
        f"{here[0]} is no longer an input",
        "another.csv is a new input",
    ]
    assert list(differences(record, today | {"inputs": here})) == []


def test_records_are_plain_json(in_results: Path) -> None:
    record = json.loads((Path(RUN) / "records/train_stacked_layer2.json").read_text())
    assert record["settings"]["training"]["layerwise"] == "codes"
    assert f"{RUN}/layer1.safetensors" in record["inputs"]
