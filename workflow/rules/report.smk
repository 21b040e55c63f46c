def shown(path, category, caption, **labels):
    """A result that Snakemake's report shows."""
    about = {"data set": "{dataset}", **labels}
    return report(path, caption=f"../report/{caption}.rst", category=category, labels=about)


def figure(name, category, extension="png"):
    """A figure's file."""
    caption = "scores" if name.endswith("_scores") else name
    named = name.replace("_", " ").replace("{evaluation}", "{evaluation}:")
    return shown(f"{FIGURES}/{name}.{extension}", category, caption, figure=named, format=extension)


def table(name):
    """A table's file."""
    return shown(f"{TABLES}/{name}.md", "tables", "tables", table=name)


rule gather_metrics:
    input:
        runs=metrics_of_runs,
        reused=reused_table("metrics.csv"),
    output:
        metrics=shown(METRICS, "tables", "metrics", table="all metrics"),
        record=f"{RECORDS}/gather_metrics.json",
    log:
        f"{LOGS}/gather_metrics.log",
    localrule: True
    params:
        *code("gather_metrics"),
        wanted=lambda wildcards: wanted(bake_off_runs(wildcards.dataset)),
    message:
        "{wildcards.dataset}: gathering all metrics"
    script:
        "../scripts/gather_metrics.py"


# What renderers show of failed runs, once these are to be shown.
rule list_failures:
    output:
        failures=FAILURES,
        record=f"{RECORDS}/list_failures.json",
    log:
        f"{LOGS}/list_failures.log",
    localrule: True
    params:
        *code("list_failures"),
        runs=lambda wildcards: failed_runs(wildcards.dataset),
    message:
        "{wildcards.dataset}: listing failed runs"
    script:
        "../scripts/list_failures.py"


# The scores of an evaluation, as the catalogue describes it.
rule draw_scores:
    input:
        metrics=METRICS,
        failures=shown_failures,
    output:
        figure=figure("{evaluation}_scores", "{evaluation}"),
        record=f"{RECORDS}/draw_{{evaluation}}_scores.json",
    log:
        f"{LOGS}/draw_{{evaluation}}_scores.log",
    wildcard_constraints:
        evaluation=one_of(evaluation.name for evaluation in catalogue.EVALUATIONS if evaluation.figure),
    localrule: True
    params:
        *code("draw_scores"),
        titles=list(TITLES.items()),
        has_labels=lambda wildcards: wildcards.dataset in LABELLED,
        labelled=setting("data", "labelled"),
        published=setting("published"),
        confidence=config["claims"]["confidence"],
    message:
        "{wildcards.dataset}: drawing scores of {wildcards.evaluation}"
    script:
        "../scripts/draw_scores.py"


rule draw_reconstruction:
    input:
        runs=of_first_runs("reconstruction.npz", "representation", models=PICTURED),
        metrics=METRICS,
        failures=shown_failures,
    output:
        figure=figure("reconstruction", "reconstruction"),
        record=f"{RECORDS}/draw_reconstruction.json",
    log:
        f"{LOGS}/draw_reconstruction.log",
    localrule: True
    params:
        *code("draw_reconstruction"),
        titles=list(TITLES.items()),
        confidence=config["claims"]["confidence"],
    message:
        "{wildcards.dataset}: drawing reconstructions"
    script:
        "../scripts/draw_reconstruction.py"


rule draw_sampling:
    input:
        runs=of_first_runs("samples.npz", "representation"),
        mixtures=of_first_runs("mixture_samples.npz", "representation", models=PICTURED),
        real=lambda wildcards: of_first_runs("reconstruction.npz", "representation")(wildcards)[0],
        failures=shown_failures,
    output:
        figure=figure("sampling", "sampling"),
        record=f"{RECORDS}/draw_sampling.json",
    log:
        f"{LOGS}/draw_sampling.log",
    localrule: True
    params:
        *code("draw_sampling"),
        titles=list(TITLES.items()),
    message:
        "{wildcards.dataset}: drawing samples"
    script:
        "../scripts/draw_sampling.py"


rule draw_interpolation:
    input:
        runs=of_first_runs("interpolation.npz", "representation", models=PICTURED),
        failures=shown_failures,
    output:
        figure=figure("interpolation", "interpolation"),
        animation=figure("interpolation", "interpolation", "gif"),
        record=f"{RECORDS}/draw_interpolation.json",
    log:
        f"{LOGS}/draw_interpolation.log",
    localrule: True
    params:
        *code("draw_interpolation"),
        titles=list(TITLES.items()),
    message:
        "{wildcards.dataset}: drawing interpolations"
    script:
        "../scripts/draw_interpolation.py"


rule draw_latent_structure:
    input:
        runs=of_first_runs("latent_map.npz", "representation"),
        labels=if_labelled(f"{DATA}/labels.npy"),
        failures=shown_failures,
    output:
        figure=figure("latent_structure", "latent_structure"),
        record=f"{RECORDS}/draw_latent_structure.json",
    log:
        f"{LOGS}/draw_latent_structure.log",
    localrule: True
    params:
        *code("draw_latent_structure"),
        titles=list(TITLES.items()),
        class_names=setting("class_names"),
        role="representation",
        shown=setting("data", "representation"),
    message:
        "{wildcards.dataset}: drawing maps of the latent codes"
    script:
        "../scripts/draw_latent_structure.py"


use rule draw_latent_structure as draw_latent_structure_anomaly with:
    input:
        runs=of_first_runs("latent_map.npz", "anomaly"),
        labels=f"{DATA}/labels.npy",
        failures=shown_failures,
    output:
        figure=figure("latent_structure_anomaly", "latent_structure"),
        record=f"{RECORDS}/draw_latent_structure_anomaly.json",
    log:
        f"{LOGS}/draw_latent_structure_anomaly.log",
    localrule: True
    params:
        *code("draw_latent_structure"),
        titles=list(TITLES.items()),
        class_names=setting("class_names"),
        role="anomaly",
        shown=setting("data", "anomaly"),


rule draw_anomaly:
    input:
        runs=of_runs("roc_curves.csv", "anomaly", models=PICTURED, computed=True),
        metrics=METRICS,
        failures=shown_failures,
    output:
        figure=figure("anomaly", "anomaly"),
        record=f"{RECORDS}/draw_anomaly.json",
    log:
        f"{LOGS}/draw_anomaly.log",
    localrule: True
    params:
        *code("draw_anomaly"),
        titles=list(TITLES.items()),
        class_names=setting("class_names"),
        held_out=lambda wildcards: settings.data(config, wildcards, "anomaly")["held_out"],
        published=setting("published"),
        confidence=config["claims"]["confidence"],
    message:
        "{wildcards.dataset}: drawing ROC curves"
    script:
        "../scripts/draw_anomaly.py"


rule draw_training_curves:
    input:
        runs=of_runs("training_curve.csv", "representation"),
        failures=shown_failures,
    output:
        figure=figure("training_curves", "training"),
        record=f"{RECORDS}/draw_training_curves.json",
    log:
        f"{LOGS}/draw_training_curves.log",
    localrule: True
    params:
        *code("draw_training_curves"),
        titles=list(TITLES.items()),
        objectives=setting("layerwise"),
    message:
        "{wildcards.dataset}: drawing training curves"
    script:
        "../scripts/draw_training_curves.py"


# Everything on one page: made last, from metrics and saved arrays alone.
rule write_report:
    input:
        metrics=METRICS,
        claims="results/{dataset}/claims.csv",
        comparisons="results/{dataset}/comparisons.csv",
        images=f"{DATA}/images.npy",
        classes=f"{DATA}/labels.npy",
        origin=f"{DATA}/dataset.json",
        reconstructions=of_first_runs("reconstruction.npz", "representation", models=PICTURED),
        samples=of_first_runs("samples.npz", "representation"),
        mixtures=of_first_runs("mixture_samples.npz", "representation", models=PICTURED),
        interpolations=of_first_runs("interpolation.npz", "representation", models=PICTURED),
        maps=of_first_runs("latent_map.npz", "representation"),
        anomaly_maps=of_first_runs("latent_map.npz", "anomaly"),
        roc_curves=of_runs("roc_curves.csv", "anomaly", models=PICTURED, computed=True),
        training_curves=of_runs("training_curve.csv", "representation"),
        failures=shown_failures,
    output:
        page=shown("results/{dataset}/report.html", "verdict", "page", table="the whole bake-off"),
        record=f"{RECORDS}/write_report.json",
    log:
        f"{LOGS}/write_report.log",
    localrule: True
    params:
        *code("write_report"),
        titles=list(TITLES.items()),
        class_names=setting("class_names"),
        held_out=lambda wildcards: (settings.data(config, wildcards, "anomaly") or {}).get("held_out", []),
        labelled=setting("data", "labelled"),
        layerwise=setting("layerwise"),
        confidence=config["claims"]["confidence"],
    message:
        "{wildcards.dataset}: writing the report"
    script:
        "../scripts/write_report.py"
