rule gather_metrics:
    input:
        runs=numbers,
        reused=reused_file("metrics.csv"),
    output:
        metrics=report(
            METRICS,
            caption="../report/metrics.rst",
            category="Tables",
            labels={"data set": "{dataset}", "table": "all metrics"},
        ),
        record=f"{RECORDS}/gather_metrics.json",
    log:
        f"{LOGS}/gather_metrics.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("gather_metrics"),
        wanted=lambda wildcards: wanted(
            run
            for role in configuration.ROLES
            for run in configuration.runs(config, wildcards.dataset, role, [*MODELS, *BASELINES])
        ),
    message:
        "{wildcards.dataset}: gathering all metrics"
    script:
        "../scripts/gather_metrics.py"


rule draw_reconstruction:
    input:
        runs=of_first_runs("reconstruction.npz", "representation", models=[*MODELS, "pca"]),
        metrics=METRICS,
    output:
        figure=figure("reconstruction", "Reconstruction"),
        record=f"{RECORDS}/draw_reconstruction.json",
    log:
        f"{LOGS}/draw_reconstruction.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("draw_reconstruction"),
        titles=list(TITLES.items()),
        failed=failed("representation"),
    message:
        "{wildcards.dataset}: drawing reconstructions"
    script:
        "../scripts/draw_reconstruction.py"


rule draw_sampling:
    input:
        runs=of_first_runs("samples.npz", "representation"),
        mixtures=of_first_runs("mixture_samples.npz", "representation", models=[*MODELS, "pca"]),
        real=lambda wildcards: of_first_runs("reconstruction.npz", "representation")(wildcards)[0],
    output:
        figure=figure("sampling", "Sampling"),
        record=f"{RECORDS}/draw_sampling.json",
    log:
        f"{LOGS}/draw_sampling.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("draw_sampling"),
        titles=list(TITLES.items()),
        failed=failed("representation"),
    message:
        "{wildcards.dataset}: drawing samples"
    script:
        "../scripts/draw_sampling.py"


rule draw_interpolation:
    input:
        runs=of_first_runs("interpolation.npz", "representation", models=[*MODELS, "pca"]),
    output:
        figure=figure("interpolation", "Interpolation"),
        animation=figure("interpolation", "Interpolation", "gif"),
        record=f"{RECORDS}/draw_interpolation.json",
    log:
        f"{LOGS}/draw_interpolation.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("draw_interpolation"),
        titles=list(TITLES.items()),
        failed=failed("representation"),
    message:
        "{wildcards.dataset}: drawing interpolations"
    script:
        "../scripts/draw_interpolation.py"


rule draw_latent_structure:
    input:
        runs=of_first_runs("latent_map.npz", "representation"),
        labels=labels_of,
    output:
        figure=figure("latent_structure", "Latent structure"),
        record=f"{RECORDS}/draw_latent_structure.json",
    log:
        f"{LOGS}/draw_latent_structure.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("draw_latent_structure"),
        titles=list(TITLES.items()),
        failed=failed("representation"),
        notes=without_labels("latent_map"),
        class_names=class_names_of,
        run=data_setting("representation"),
    message:
        "{wildcards.dataset}: drawing maps of the latent codes"
    script:
        "../scripts/draw_latent_structure.py"


use rule draw_latent_structure as draw_latent_structure_anomaly with:
    input:
        runs=of_first_runs("latent_map.npz", "anomaly"),
        labels=f"{DATA}/labels.npy",
    output:
        figure=figure("latent_structure_anomaly", "Latent structure"),
        record=f"{RECORDS}/draw_latent_structure_anomaly.json",
    log:
        f"{LOGS}/draw_latent_structure_anomaly.log",
    localrule: True
    params:
        *code("draw_latent_structure"),
        titles=list(TITLES.items()),
        failed=failed("anomaly"),
        notes=[],
        class_names=class_names_of,
        run=data_setting("anomaly"),


rule draw_classification:
    input:
        metrics=METRICS,
        published=PUBLISHED,
    output:
        figure=figure("classification", "Classification"),
        record=f"{RECORDS}/draw_classification.json",
    log:
        f"{LOGS}/draw_classification.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("draw_classification"),
        titles=list(TITLES.items()),
        failed=failed("representation"),
        labelled=data_setting("labelled"),
        source=published_source,
    message:
        "{wildcards.dataset}: drawing classification accuracies"
    script:
        "../scripts/draw_classification.py"


rule draw_anomaly:
    input:
        runs=of_runs("roc_curves.csv", "anomaly", models=[*MODELS, "pca"], computed=True),
        metrics=METRICS,
        published=PUBLISHED,
    output:
        figure=figure("anomaly", "Anomaly detection"),
        record=f"{RECORDS}/draw_anomaly.json",
    log:
        f"{LOGS}/draw_anomaly.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("draw_anomaly"),
        titles=list(TITLES.items()),
        failed=failed("anomaly"),
        class_names=class_names_of,
        held_out=lambda wildcards: data_setting("anomaly")(wildcards)["held_out"],
        source=published_source,
    message:
        "{wildcards.dataset}: drawing ROC curves"
    script:
        "../scripts/draw_anomaly.py"


rule draw_training_time:
    input:
        metrics=METRICS,
    output:
        figure=figure("training_time", "Training"),
        record=f"{RECORDS}/draw_training_time.json",
    log:
        f"{LOGS}/draw_training_time.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("draw_training_time"),
        titles=list(TITLES.items()),
        failed=failed("representation"),
    message:
        "{wildcards.dataset}: drawing training times"
    script:
        "../scripts/draw_training_time.py"


rule draw_training_curves:
    input:
        runs=of_runs("training_curve.csv", "representation"),
    output:
        figure=figure("training_curves", "Training"),
        record=f"{RECORDS}/draw_training_curves.json",
    log:
        f"{LOGS}/draw_training_curves.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("draw_training_curves"),
        titles=list(TITLES.items()),
        failed=failed("representation"),
        objectives=[(name, config["autoencoders"][name]["training"]["layerwise"]) for name in sorted(STACKED)],
    message:
        "{wildcards.dataset}: drawing training curves"
    script:
        "../scripts/draw_training_curves.py"


rule draw_reconstruction_scores:
    input:
        metrics=METRICS,
        published=PUBLISHED,
    output:
        figure=figure("reconstruction_scores", "Reconstruction"),
        record=f"{RECORDS}/draw_reconstruction_scores.json",
    log:
        f"{LOGS}/draw_reconstruction_scores.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("draw_reconstruction_scores"),
        titles=list(TITLES.items()),
        failed=failed("representation"),
        source=published_source,
    message:
        "{wildcards.dataset}: drawing scores of the reconstructions"
    script:
        "../scripts/draw_reconstruction_scores.py"


rule draw_sampling_scores:
    input:
        metrics=METRICS,
    output:
        figure=figure("sampling_scores", "Sampling"),
        record=f"{RECORDS}/draw_sampling_scores.json",
    log:
        f"{LOGS}/draw_sampling_scores.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("draw_sampling_scores"),
        titles=list(TITLES.items()),
        failed=failed("representation"),
        notes=without_labels("sampling"),
    message:
        "{wildcards.dataset}: drawing scores of the samples"
    script:
        "../scripts/draw_sampling_scores.py"


rule draw_interpolation_scores:
    input:
        metrics=METRICS,
    output:
        figure=figure("interpolation_scores", "Interpolation"),
        record=f"{RECORDS}/draw_interpolation_scores.json",
    log:
        f"{LOGS}/draw_interpolation_scores.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("draw_interpolation_scores"),
        titles=list(TITLES.items()),
        failed=failed("representation"),
        notes=without_labels("interpolation"),
    message:
        "{wildcards.dataset}: drawing scores of the interpolations"
    script:
        "../scripts/draw_interpolation_scores.py"


rule draw_latent_structure_scores:
    input:
        metrics=METRICS,
    output:
        figure=figure("latent_structure_scores", "Latent structure"),
        record=f"{RECORDS}/draw_latent_structure_scores.json",
    log:
        f"{LOGS}/draw_latent_structure_scores.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("draw_latent_structure_scores"),
        titles=list(TITLES.items()),
        failed=failed("representation"),
        notes=without_labels("latent_structure"),
    message:
        "{wildcards.dataset}: drawing scores of the latent structure"
    script:
        "../scripts/draw_latent_structure_scores.py"
