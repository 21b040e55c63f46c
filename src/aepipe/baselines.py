"""What gives the scores of the autoencoders a scale: models that are no entries of the configuration, and their labels.

`pca` and `untrained` have a network like the entries, `pixels` has codes alone; `scratch` is a classifier;
`real` stands for what can't be done better: real images as samples, and perfect copies as reconstructions.
"""

#: Name in metrics.csv -> name in tables and figures, in their order, below the autoencoders.
BASELINES = {
    "pca": "PCA",
    "untrained": "Untrained encoder",
    "scratch": "Trained from scratch",
    "pixels": "Raw pixels",
    "real": "Real images",
}
