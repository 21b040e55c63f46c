"""Markdown tables of the metrics, with the article's figures beside ours.

`failed`, an argument of each, are the cells without numbers, as `aepipe.failures.described` gives them.
"""

from collections.abc import Sequence

import pandas as pd

Failed = Sequence[dict[str, str]]

#: Metric -> decimals that it is written with.
DIGITS = {"bce": 2, "bce_sampled": 2, "live_units": 0, "accuracy": 4, "accuracy_sampled": 4}
DIGITS |= {"auc": 3, "auc_sampled": 3, "auc_signed": 3, "seconds": 1}
#: What is "failed" where an autoencoder has no value; other metrics are only of some.
MAIN = {"bce", "accuracy", "auc", "seconds"}
BASELINES = {"untrained": "Untrained encoder", "scratch": "Encoder trained from scratch"}


def note_of(published: pd.DataFrame) -> str:
    """What the published column is, where there is one."""
    return "Published: the article's figures, from one seed and with sampled codes." if len(published) else ""


def reconstruction(metrics: pd.DataFrame, published: pd.DataFrame, labels: dict[str, str], failed: Failed = ()) -> str:
    """Test BCE and live units of the cells that see every class, and how far the BCE is from the published one."""
    rows = metrics[(metrics["evaluation"] == "reconstruction") & (metrics["left_out"] == "")]
    columns = {"BCE, mean codes": "bce", "BCE, sampled codes": "bce_sampled"}
    failed = [failure for failure in failed if not failure["left_out"]]
    table = pivot(rows, columns, labels, failed)
    table["Published"] = pivot(published, {"bce": "bce"}, labels)["bce"]
    ours = means(rows, "bce_sampled").combine_first(means(rows, "bce"))
    difference = ours / means(published, "bce") - 1
    table["Difference"] = [f"{difference[name]:+.1%}" if name in difference.dropna() else "" for name in labels]
    table[f"Live units of {rows['latent_dim'].iloc[0]}"] = pivot(rows, {"u": "live_units"}, labels)["u"]
    text = (
        "Binary cross-entropy of the test images in nats, summed over pixels; lower is better. "
        "A unit is live if its code differs between test images. "
    )
    return page("Reconstruction", text + note_of(published), table, labels, failed)


def classification(
    metrics: pd.DataFrame, published: pd.DataFrame, labels: dict[str, str], labelled: int, failed: Failed = ()
) -> str:
    """Accuracy of the linear layer on the codes, and both baselines."""
    columns = {"Accuracy, mean codes": "accuracy", "Accuracy, sampled codes": "accuracy_sampled"}
    failed = [failure for failure in failed if not failure["left_out"]]
    table = pivot(metrics[metrics["evaluation"] == "classification"], columns, labels | BASELINES, failed)
    table["Published"] = pivot(published, {"a": "accuracy"}, labels | BASELINES)["a"]
    text = (
        f"Test accuracy of a linear layer trained on {labelled} labelled images; higher is better. "
        "Below the autoencoders, two baselines: the same encoder with random weights, of which only the batch "
        "normalisation follows the images; "
        "and the encoder trained from scratch with its linear layer on the same labels. "
        "The article's single baseline is called trained from scratch, but its optimiser held the linear "
        "layer alone: it stands beside the untrained encoder. "
    )
    return page("Classification with few labels", text + note_of(published), table, labels | BASELINES, failed)


def anomaly(metrics: pd.DataFrame, published: pd.DataFrame, labels: dict[str, str], failed: Failed = ()) -> str:
    """Area under the ROC curve for each left-out class."""
    rows = metrics[metrics["evaluation"] == "anomaly"]
    failed = [failure for failure in failed if failure["left_out"]]
    kinds = {"mean codes": "auc", "sampled codes": "auc_sampled", "sum(x' - x)": "auc_signed"}
    table = pd.DataFrame(
        {
            f"Without {left_out}: {kind}": pivot(
                rows[rows["left_out"] == left_out],
                {kind: metric},
                labels,
                [failure for failure in failed if failure["left_out"] == left_out],
            )[kind]
            for left_out in rows["left_out"].unique()
            for kind, metric in kinds.items()
        }
    )
    table["Published, without 1"] = pivot(published, {"a": "auc"}, labels)["a"]
    text = (
        f"Area under the ROC curve, d = {rows['latent_dim'].iloc[0]}. 1: every image of the class that was left out "
        "of training scores higher than all others; 0.5: guessing. "
        "An image's anomaly score is its binary cross-entropy, from mean or from sampled codes. "
        "The third column takes the signed difference sum(x' - x) instead, from sampled codes where there are any: "
        "the published code scored so when its figures were made, and was changed to the cross-entropy afterwards. "
        "It favours classes with little ink, and digit 1 has the least. "
    )
    return page("Anomaly detection", text + note_of(published), table, labels, failed)


def training(metrics: pd.DataFrame, published: pd.DataFrame, labels: dict[str, str], failed: Failed = ()) -> str:
    """Seconds of training, by latent dimension."""
    rows = metrics[metrics["evaluation"] == "training"]
    kinds = rows[["latent_dim", "left_out"]].drop_duplicates().itertuples(index=False)
    parts = {}
    for latent_dim, left_out in kinds:
        chosen = rows[(rows["latent_dim"] == latent_dim) & (rows["left_out"] == left_out)]
        heading = f"d = {latent_dim}" + (f", without {left_out}" if left_out else "")
        lost = [failure for failure in failed if failure["left_out"] == left_out]
        parts[heading] = pivot(chosen, {heading: "seconds"}, labels, lost)[heading]
    table = pd.DataFrame(parts)
    table["Published"] = pivot(published, {"s": "seconds"}, labels)["s"]
    text = (
        "Seconds of training, validation after each epoch included, each job on one core. "
        "They depend on the machine and its load. "
    )
    text += "Published: on the author's GPU." if len(published) else ""
    return page("Training time", text, table, labels, failed)


def summary(metrics: pd.DataFrame, labels: dict[str, str], failed: Failed = ()) -> str:
    """Every task in one table, the best of each column in bold."""
    representation = metrics[metrics["left_out"] == ""]
    columns = {
        "Reconstruction: BCE ↓": ("bce", representation, min),
        "Classification: accuracy ↑": ("accuracy", representation, max),
        "Anomaly detection: AUC ↑": ("auc", metrics, max),
        "Training: seconds ↓": ("seconds", representation, min),
    }
    table = pd.DataFrame(index=list((labels | BASELINES).values()))
    for heading, (metric, rows, best) in columns.items():
        lost = [failure for failure in failed if bool(failure["left_out"]) == (metric == "auc")]
        texts = pivot(rows, {heading: metric}, labels | BASELINES, lost)[heading]
        values = means(rows, metric).reindex(list(labels)).dropna()
        winners = {labels[name] for name in values.index[values == best(values)]}
        table[heading] = [f"**{text}**" if label in winners else text for label, text in texts.items()]
    count = metrics["seed"].nunique()
    own = metrics.loc[metrics["evaluation"] == "anomaly", "latent_dim"].iloc[0]
    dimensions = f"Latent dimension {representation['latent_dim'].iloc[0]} (anomaly detection: {own})"
    text = (
        f"{dimensions}, mean codes, {count} seed{'s' if count > 1 else ''}. "
        "The best autoencoder of each column is in bold. AUC: mean over the classes left out. "
        "A difference between two rows means little until several seeds have shown it."
    )
    return page("The bake-off", text, table, labels | BASELINES, failed)


def means(rows: pd.DataFrame, metric: str) -> pd.Series:
    """Mean of a metric over seeds (and left-out classes), by model."""
    return rows[rows["metric"] == metric].groupby("model")["value"].mean()


def pivot(rows: pd.DataFrame, columns: dict[str, str], labels: dict[str, str], failed: Failed = ()) -> pd.DataFrame:
    """A table of texts: a row for each model, in the order of `labels`, a column for each metric."""
    lost = {failure["model"] for failure in failed}
    table = pd.DataFrame(index=list(labels.values()))
    for heading, metric in columns.items():
        values = rows[rows["metric"] == metric].groupby("model")["value"]
        # a baseline is classified, and nothing else
        expected = {name for name in lost if metric in MAIN and (metric == "accuracy" or name not in BASELINES)}
        table[heading] = [
            written(values.get_group(name), DIGITS[metric])
            if name in values.groups
            else ("failed" if name in expected else "")
            for name in labels
        ]
    return table


def written(values: pd.Series, digits: int) -> str:
    """One number as it is, several as mean ± standard deviation."""
    spread = f" ± {values.std():.{digits}f}" if len(values) > 1 else ""
    return f"{values.mean():.{digits}f}{spread}"


def page(title: str, text: str, table: pd.DataFrame, labels: dict[str, str], failed: Failed = ()) -> str:
    """A Markdown page: title, what the numbers are, the table without empty columns, the failed cells."""
    table = table.loc[:, (table != "").any()]
    lost = {labels[failure["model"]] for failure in failed if failure["model"] in labels}
    table = table.rename(index={label: f"{label} †" for label in lost})
    body = table.reset_index(names="Autoencoder").to_markdown(
        index=False, disable_numparse=True, colalign=("left", *("right",) * table.shape[1])
    )
    notes = "".join(f"- {failure['cell']}: {failure['reason']}\n" for failure in failed)
    below = f"\n† Without these cells, which failed:\n\n{notes}" if failed else ""
    return f"# {title}\n\n{text.strip()}\n\n{body}\n{below}"
