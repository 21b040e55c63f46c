METRICS = "results/{dataset}/metrics.csv"
PUBLISHED = "workflow/resources/published.csv"
LABELS = {name: config["autoencoders"][name]["label"] for name in configuration.models(config)}


def figure(name, category, extension="png"):
    """A figure's file, shown in Snakemake's report."""
    return report(
        f"{FIGURE}/{name}.{extension}",
        caption=f"../report/{name}.rst",
        category=category,
        labels={"data set": "{dataset}", "figure": name.replace("_", " "), "format": extension},
    )


def table(name):
    """A table's file, shown in Snakemake's report."""
    return report(
        f"{TABLE}/{name}.md",
        caption="../report/tables.rst",
        category="Tables",
        labels={"data set": "{dataset}", "table": name},
    )


def source_of(wildcards):
    return data_setting("source")(wildcards)


def class_names_of(wildcards):
    """The names of a data set's classes, for legends."""
    classes = configuration.SOURCES[source_of(wildcards)].classes
    return config["datasets"][wildcards.dataset].get("class_names", [str(label) for label in classes])


def log_of(rule_name):
    return f"{LOGS}/{rule_name}.log"


rule gather_metrics:
    input:
        of_cells("metrics/training.csv", "representation", "anomaly"),
        of_cells("metrics/reconstruction.csv", "representation", "anomaly"),
        of_cells("metrics/classification.csv", "representation"),
        of_cells("metrics/classification.csv", "representation", models=["untrained", "scratch"]),
        of_cells("metrics/anomaly.csv", "anomaly"),
    output:
        metrics=report(METRICS, caption="../report/metrics.rst", category="Tables", labels={"data set": "{dataset}", "table": "all metrics"}),
    log:
        log_of("gather_metrics"),
    message:
        "{wildcards.dataset}: gathering all metrics"
    script:
        "../scripts/gather_metrics.py"


rule write_tables:
    input:
        metrics=METRICS,
        published=PUBLISHED,
    output:
        **{name: table(name) for name in TABLES},
    params:
        labels=list(LABELS.items()),
        labelled=data_setting("labelled"),
        source=source_of,
    log:
        log_of("write_tables"),
    message:
        "{wildcards.dataset}: writing tables"
    script:
        "../scripts/write_tables.py"


rule draw_reconstruction:
    input:
        cells=of_first_cells("reconstruction.npz", "representation"),
        metrics=METRICS,
    output:
        figure=figure("reconstruction", "Reconstruction"),
    params:
        labels=list(LABELS.items()),
    log:
        log_of("draw_reconstruction"),
    message:
        "{wildcards.dataset}: drawing reconstructions"
    script:
        "../scripts/draw_reconstruction.py"


rule draw_sampling:
    input:
        cells=of_first_cells("samples.npz", "representation"),
        real=lambda wildcards: of_first_cells("reconstruction.npz", "representation")(wildcards)[0],
    output:
        figure=figure("sampling", "Sampling"),
    params:
        labels=list(LABELS.items()),
    log:
        log_of("draw_sampling"),
    message:
        "{wildcards.dataset}: drawing samples"
    script:
        "../scripts/draw_sampling.py"


rule draw_interpolation:
    input:
        cells=of_first_cells("interpolation.npz", "representation"),
    output:
        figure=figure("interpolation", "Interpolation"),
        animation=figure("interpolation", "Interpolation", "gif"),
    params:
        labels=list(LABELS.items()),
    log:
        log_of("draw_interpolation"),
    message:
        "{wildcards.dataset}: drawing interpolations"
    script:
        "../scripts/draw_interpolation.py"


rule draw_latent_structure:
    input:
        cells=of_first_cells("latent_map.npz", "representation"),
        labels="results/{dataset}/data/labels.npy",
    output:
        figure=figure("latent_structure", "Latent structure"),
    params:
        labels=list(LABELS.items()),
        class_names=class_names_of,
        cell=data_setting("representation"),
    log:
        log_of("draw_latent_structure"),
    message:
        "{wildcards.dataset}: drawing maps of the latent codes"
    script:
        "../scripts/draw_latent_structure.py"


use rule draw_latent_structure as draw_latent_structure_anomaly with:
    input:
        cells=of_first_cells("latent_map.npz", "anomaly"),
        labels="results/{dataset}/data/labels.npy",
    output:
        figure=figure("latent_structure_anomaly", "Latent structure"),
    params:
        labels=list(LABELS.items()),
        class_names=class_names_of,
        cell=data_setting("anomaly"),
    log:
        log_of("draw_latent_structure_anomaly"),


rule draw_classification:
    input:
        metrics=METRICS,
        published=PUBLISHED,
    output:
        figure=figure("classification", "Classification"),
    params:
        labels=list(LABELS.items()),
        labelled=data_setting("labelled"),
        source=source_of,
    log:
        log_of("draw_classification"),
    message:
        "{wildcards.dataset}: drawing classification accuracies"
    script:
        "../scripts/draw_classification.py"


rule draw_anomaly:
    input:
        cells=of_cells("roc_curves.csv", "anomaly"),
        metrics=METRICS,
        published=PUBLISHED,
    output:
        figure=figure("anomaly", "Anomaly detection"),
    params:
        labels=list(LABELS.items()),
        class_names=class_names_of,
        left_out=lambda wildcards: data_setting("anomaly")(wildcards)["left_out"],
        source=source_of,
    log:
        log_of("draw_anomaly"),
    message:
        "{wildcards.dataset}: drawing ROC curves"
    script:
        "../scripts/draw_anomaly.py"


rule draw_training_time:
    input:
        metrics=METRICS,
    output:
        figure=figure("training_time", "Training"),
    params:
        labels=list(LABELS.items()),
    log:
        log_of("draw_training_time"),
    message:
        "{wildcards.dataset}: drawing training times"
    script:
        "../scripts/draw_training_time.py"


rule draw_training_curves:
    input:
        cells=of_cells("training_curve.csv", "representation"),
    output:
        figure=figure("training_curves", "Training"),
    params:
        labels=list(LABELS.items()),
        objectives=[(name, config["autoencoders"][name]["training"]["layerwise"]) for name in STACKED],
    log:
        log_of("draw_training_curves"),
    message:
        "{wildcards.dataset}: drawing training curves"
    script:
        "../scripts/draw_training_curves.py"
