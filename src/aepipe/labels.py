"""What of a bake-off needs labels, and so is left out of data sets without them.

Imported by the Snakefile, so nothing here imports torch.
"""

#: Figures, tables, and tables of numbers, by their names, that are not made at all.
RESULTS = frozenset({"classification", "supervised_baseline", "anomaly", "latent_structure_anomaly"})
#: Metrics that others of their evaluation are measured without.
METRICS = frozenset(
    {
        *(f"{metric}_features" for metric in ("frechet", "precision", "recall", "density", "coverage")),
        *("confidence", "class_entropy"),
        *("midpoint_distance_features", "midpoint_confidence", "path_confidence", "evenness"),
        *("knn_accuracy", "silhouette", "nmi", "ari", "apart", "joined"),
        *("accuracy", "auc", "average_precision", "auc_signed"),
    }
)
TASKS = (
    "no classification and no anomaly detection; samples are compared in PCA space, midpoints by their pixels, and the "
    "latent structure by the trustworthiness of neighbours"
)
#: Page or figure -> what it lacks, and has instead.
LACKS = {
    "summary": TASKS,
    "comparisons": TASKS,
    "sampling": "nothing in a classifier's features, nothing of what a classifier makes of the samples",
    "interpolation": "pairs are of any two test images; nothing in a classifier's features, nothing of what a "
    "classifier makes of the way",
    "latent_structure": "nothing of how classes lie: no kNN accuracy, silhouette, NMI, ARI, classes apart or joined",
    "latent_map": "no classes to colour the maps by",
    "claims": "what is about classification, anomaly detection, classes in the latent structure or a classifier's "
    "features is not tested",
}


def note(name: str) -> str:
    """What a page or figure says where labels lack; empty where it lacks nothing."""
    return f"Without labels: {LACKS[name]}." if name in LACKS else ""
