"""docs/metrics.md from the catalogue: `python -m aepipe.reporting.metrics_page > docs/metrics.md`."""

from math import isinf

import pandas as pd

from aepipe.catalogue import BASELINES, DOCUMENTED, EVALUATIONS, Metric
from aepipe.reporting.markdown import table

PAGE = """\
# Metrics

`results/<dataset>/metrics.csv` has every metric of every run, one per row; `sweep/metrics.csv`,
`grid/metrics.csv` and `stacking/metrics.csv` of the larger experiments have the same columns. All tables, figures and
verdicts are made from these files.

*`make reference` generates this page from [src/aepipe/catalogue.py](../src/aepipe/catalogue.py): edit that file.*

```python
import pandas as pd

table = pd.read_csv("results/digits/metrics.csv", dtype={{"held_out": str}}, keep_default_na=False)
corrected = table[(table["protocol"] == "corrected") & (table["evaluation"] == "classification")]
print(corrected.groupby("model")["value"].agg(["mean", "std", "count"]))
```

## Columns

All columns but `value` form the key: no two rows share it.

| column | content |
| --- | --- |
| `dataset` | a data set of the configuration |
| `model` | an autoencoder of the configuration, or a baseline; in `stacking/metrics.csv` a training scheme |
| `latent_dim` | number of latent dimensions; of the baseline `pixels`, the number of pixels |
| `held_out` | number of the class held out of training; empty if none is |
| `seed` | determines validation and labelled images, initial weights, order and noise; the test set is fixed |
| `protocol` | `paper`, as published, or `corrected`, as it should be done ([Methods and evidence](evidence.md)) |
| `evaluation` | group of the metric, see below |
| `metric` | name of the metric, see below |
| `value` | the value, with full precision |

## Metrics

Metrics of images refer to the test images. C is the number of classes, d the latent dimension. *Range* is what is
possible; ↑ and ↓ mark the better side, where there is one. Those marked * need class labels.

{metrics}

Docstrings in [src/aepipe/evaluation](../src/aepipe/evaluation) and
[src/aepipe/experiments/stacking](../src/aepipe/experiments/stacking) give formulas and their sources. To trace a value
to the code, settings and images behind it:

```sh
python -m aepipe.provenance.trace results/digits/metrics.csv model=vae seed=0 evaluation=anomaly metric=auc
```

## Baselines

{baselines}
"""


def page() -> str:
    """The whole page, as Markdown."""
    metrics = [
        {
            "evaluation": f"`{evaluation.name}`",
            "metric": f"`{metric.name}`" + (" *" if metric in evaluation.missing_without_labels else ""),
            "unit": metric.unit,
            "range": bounds(metric),
            "better": metric.arrow,
            "what it is": metric.about,
        }
        for evaluation in (*EVALUATIONS, *DOCUMENTED)
        for metric in evaluation.metrics
    ]
    baselines = [
        {
            "baseline": f"`{own.name}`",
            "title": own.title,
            "what it is": own.about,
            "evaluations": ", ".join(f"`{every.name}`" for every in EVALUATIONS if every.name in own.evaluations),
        }
        for own in BASELINES
    ]
    tables = {"metrics": metrics, "baselines": baselines}
    return PAGE.format(**{name: table(pd.DataFrame(rows), left=len(rows[0])) for name, rows in tables.items()})


def bounds(metric: Metric) -> str:
    """The range of a metric, in words."""
    low, high = metric.range
    return f"{low:g} or more" if isinf(high) else f"{low:g} to {high:g}"


if __name__ == "__main__":
    print(page(), end="")
