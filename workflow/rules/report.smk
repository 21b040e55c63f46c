rule gather_metrics:
    input:
        runs=plan.metrics,
        reused=plan.reused_table("metrics.csv"),
    output:
        metrics=shown(METRICS, "tables", "metrics", table="all metrics"),
        record=f"{RECORDS}/gather_metrics.json",
    log:
        f"{LOGS}/gather_metrics.log",
    localrule: True
    params:
        *code("gather_metrics"),
        wanted=lambda wildcards: wanted(plan.runs(wildcards.dataset)),
    message:
        "{wildcards.dataset}: gathering all metrics"
    script:
        "../scripts/gather_metrics.py"


# How much the draw of the test images, which all seeds share, matters.
rule measure_image_covariances:
    input:
        scores=plan.image_scores,
        splits=plan.splits,
        reused=plan.reused_covariances("image_covariances.csv"),
    output:
        covariances=COVARIANCES,
        record=f"{RECORDS}/measure_image_covariances.json",
    log:
        f"{LOGS}/measure_image_covariances.log",
    localrule: True
    params:
        *code("measure_image_covariances"),
        besides=None,
        protocols=None,
    message:
        "{wildcards.dataset}: measuring how much the draw of test images matters"
    script:
        "../scripts/measure_image_covariances.py"


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
        runs=lambda wildcards: plan.failed(plan.runs(wildcards.dataset)),
    message:
        "{wildcards.dataset}: listing failed runs"
    script:
        "../scripts/list_failures.py"


# The scores of an evaluation, as the catalogue describes it.
rule draw_scores:
    input:
        metrics=METRICS,
        covariances=COVARIANCES,
        failures=plan.failures,
    output:
        figure=figure("{evaluation}_scores", "{evaluation}"),
        record=f"{RECORDS}/draw_{{evaluation}}_scores.json",
    log:
        f"{LOGS}/draw_{{evaluation}}_scores.log",
    wildcard_constraints:
        evaluation=one_of(evaluation.name for evaluation in catalogue.EVALUATIONS if evaluation.figure),
    localrule: True
    resources:
        **memory_and_time(1200, 5),  # many panels at 200 dots an inch
    params:
        *code("draw_scores"),
        titles=TITLES,
        has_labels=has_labels,
        labelled=setting("data", "labelled"),
        published=setting("published"),
        confidence=CONFIDENCE,
    message:
        "{wildcards.dataset}: drawing scores of {wildcards.evaluation}"
    script:
        "../scripts/draw_scores.py"


rule draw_reconstruction:
    input:
        runs=plan.of_first_runs("reconstruction.npz", "representation", models=plan.pictured),
        metrics=METRICS,
        covariances=COVARIANCES,
        failures=plan.failures,
    output:
        figure=figure("reconstruction", "reconstruction"),
        record=f"{RECORDS}/draw_reconstruction.json",
    log:
        f"{LOGS}/draw_reconstruction.log",
    localrule: True
    params:
        *code("draw_reconstruction"),
        titles=TITLES,
        confidence=CONFIDENCE,
    message:
        "{wildcards.dataset}: drawing reconstructions"
    script:
        "../scripts/draw_reconstruction.py"


rule draw_defects:
    input:
        runs=plan.of_first_runs("worst_anomalies.npz", "representation", models=plan.pictured),
        failures=plan.failures,
    output:
        figure=figure("defects", "defects"),
        record=f"{RECORDS}/draw_defects.json",
    log:
        f"{LOGS}/draw_defects.log",
    localrule: True
    params:
        *code("draw_defects"),
        titles=TITLES,
    message:
        "{wildcards.dataset}: drawing anomalies"
    script:
        "../scripts/draw_defects.py"


rule draw_sampling:
    input:
        runs=plan.of_first_runs("samples.npz", "representation"),
        mixtures=plan.of_first_runs("mixture_samples.npz", "representation", models=plan.pictured),
        real=lambda wildcards: plan.of_first_runs("reconstruction.npz", "representation")(wildcards)[0],
        failures=plan.failures,
    output:
        figure=figure("sampling", "sampling"),
        record=f"{RECORDS}/draw_sampling.json",
    log:
        f"{LOGS}/draw_sampling.log",
    localrule: True
    params:
        *code("draw_sampling"),
        titles=TITLES,
    message:
        "{wildcards.dataset}: drawing samples"
    script:
        "../scripts/draw_sampling.py"


rule draw_interpolation:
    input:
        runs=plan.of_first_runs("interpolation.npz", "representation", models=plan.pictured),
        failures=plan.failures,
    output:
        figure=figure("interpolation", "interpolation"),
        animation=figure("interpolation", "interpolation", "gif"),
        record=f"{RECORDS}/draw_interpolation.json",
    log:
        f"{LOGS}/draw_interpolation.log",
    localrule: True
    params:
        *code("draw_interpolation"),
        titles=TITLES,
    message:
        "{wildcards.dataset}: drawing interpolations"
    script:
        "../scripts/draw_interpolation.py"


rule draw_latent_structure:
    input:
        runs=plan.of_first_runs("latent_map.npz", "representation"),
        labels=if_labelled(f"{DATA}/labels.npy"),
        split=first_split,
        failures=plan.failures,
    output:
        figure=figure("latent_structure", "latent_structure"),
        record=f"{RECORDS}/draw_latent_structure.json",
    log:
        f"{LOGS}/draw_latent_structure.log",
    localrule: True
    params:
        *code("draw_latent_structure"),
        titles=TITLES,
        class_names=setting("class_names"),
        role="representation",
        shown=setting("data", "representation"),
    message:
        "{wildcards.dataset}: drawing maps of the latent codes"
    script:
        "../scripts/draw_latent_structure.py"


use rule draw_latent_structure as draw_latent_structure_anomaly with:
    input:
        runs=plan.of_first_runs("latent_map.npz", "anomaly"),
        labels=f"{DATA}/labels.npy",
        split=first_split,
        failures=plan.failures,
    output:
        figure=figure("latent_structure_anomaly", "latent_structure"),
        record=f"{RECORDS}/draw_latent_structure_anomaly.json",
    log:
        f"{LOGS}/draw_latent_structure_anomaly.log",
    localrule: True
    params:
        *code("draw_latent_structure"),
        titles=TITLES,
        class_names=setting("class_names"),
        role="anomaly",
        shown=setting("data", "anomaly"),


rule draw_anomaly:
    input:
        runs=plan.of_runs("roc_curves.csv", "anomaly", models=plan.pictured, paper=True, computed=True),
        metrics=METRICS,
        covariances=COVARIANCES,
        failures=plan.failures,
    output:
        figure=figure("anomaly", "anomaly"),
        record=f"{RECORDS}/draw_anomaly.json",
    log:
        f"{LOGS}/draw_anomaly.log",
    localrule: True
    params:
        *code("draw_anomaly"),
        titles=TITLES,
        class_names=setting("class_names"),
        held_out=lambda wildcards: settings.data(config, wildcards, "anomaly")["held_out"],
        published=setting("published"),
        confidence=CONFIDENCE,
    message:
        "{wildcards.dataset}: drawing ROC curves"
    script:
        "../scripts/draw_anomaly.py"


rule draw_training_curves:
    input:
        runs=plan.of_runs("training_curve.csv", "representation"),
        failures=plan.failures,
    output:
        figure=figure("training_curves", "training"),
        record=f"{RECORDS}/draw_training_curves.json",
    log:
        f"{LOGS}/draw_training_curves.log",
    localrule: True
    params:
        *code("draw_training_curves"),
        titles=TITLES,
        objectives=setting("layerwise"),
    message:
        "{wildcards.dataset}: drawing training curves"
    script:
        "../scripts/draw_training_curves.py"


# Everything on one page: made last, from metrics and saved arrays alone.
rule write_report:
    input:
        metrics=METRICS,
        covariances=COVARIANCES,
        claims="results/{dataset}/claims.csv",
        claims_by_measure="results/{dataset}/claims_by_measure.csv",
        comparisons="results/{dataset}/comparisons.csv",
        images=f"{DATA}/images.npy",
        classes=f"{DATA}/labels.npy",
        split=first_split,
        origin=f"{DATA}/dataset.json",
        extractor=if_labelled(f"{FEATURE_EXTRACTOR}/feature_extractor.json"),
        defects=lambda wildcards: "results/{dataset}/figures/defects.png" if plan.normal(wildcards.dataset) else [],
        reconstructions=plan.of_first_runs("reconstruction.npz", "representation", models=plan.pictured),
        samples=plan.of_first_runs("samples.npz", "representation"),
        mixtures=plan.of_first_runs("mixture_samples.npz", "representation", models=plan.pictured),
        interpolations=plan.of_first_runs("interpolation.npz", "representation", models=plan.pictured),
        maps=plan.of_first_runs("latent_map.npz", "representation"),
        anomaly_maps=plan.of_first_runs("latent_map.npz", "anomaly"),
        roc_curves=plan.of_runs("roc_curves.csv", "anomaly", models=plan.pictured, paper=True, computed=True),
        training_curves=plan.of_runs("training_curve.csv", "representation"),
        settings=[],
        failures=plan.failures,
    output:
        page=shown("results/{dataset}/report.html", "verdict", "page", table="the whole bake-off"),
        record=f"{RECORDS}/write_report.json",
    log:
        f"{LOGS}/write_report.log",
    localrule: True
    params:
        *code("write_report"),
        titles=TITLES,
        has_labels=has_labels,
        class_names=setting("class_names"),
        held_out=lambda wildcards: (settings.data(config, wildcards, "anomaly") or {}).get("held_out", []),
        labelled=setting("data", "labelled"),
        layerwise=setting("layerwise"),
        in_article=lambda wildcards: config["datasets"][wildcards.dataset]["source"] in catalogue.ARTICLE_SOURCES,
        confidence=CONFIDENCE,
    message:
        "{wildcards.dataset}: writing the report"
    script:
        "../scripts/write_report.py"
