# Anomaly detection for every held-out class and both latent dimensions; the target <dataset>_sweep.
use rule gather_metrics as gather_sweep with:
    input:
        runs=lambda wildcards: plan.computed(
            plan.sweep_runs(wildcards.dataset), f"{RUN}/metrics/anomaly.csv", "sweep/metrics.csv"
        ),
        reused=plan.reused_table("sweep/metrics.csv"),
    output:
        metrics=f"{SWEEP}/metrics.csv",
        record=f"{RECORDS}/gather_sweep.json",
    log:
        f"{LOGS}/gather_sweep.log",
    localrule: True
    params:
        *code("gather_metrics"),
        wanted=lambda wildcards: wanted(plan.sweep_runs(wildcards.dataset)),
    message:
        "{wildcards.dataset}: gathering the sweep over held-out classes"


rule draw_sweep:
    input:
        metrics=f"{SWEEP}/metrics.csv",
    output:
        figure=shown(f"{SWEEP}/anomaly.png", "anomaly", "sweep", figure="sweep", format="png"),
        record=f"{RECORDS}/draw_sweep.json",
    log:
        f"{LOGS}/draw_sweep.log",
    localrule: True
    params:
        *code("draw_sweep"),
        titles=TITLES,
        class_names=setting("class_names"),
        confidence=CONFIDENCE,
    message:
        "{wildcards.dataset}: drawing the sweep over held-out classes"
    script:
        "../scripts/draw_sweep.py"


use rule write_claims as write_claims_with_sweep with:
    input:
        metrics=METRICS,
        covariances=COVARIANCES,
        sweep=f"{SWEEP}/metrics.csv",
        sweep_covariances=f"{SWEEP}/image_covariances.csv",
        failures=plan.failures,
    output:
        claims=f"{SWEEP}/claims.csv",
        by_measure=f"{SWEEP}/claims_by_measure.csv",
        page=shown(f"{SWEEP}/claims.md", "verdict", "claims", table="claims, with the sweep"),
        record=f"{RECORDS}/write_claims_with_sweep.json",
    log:
        f"{LOGS}/write_claims_with_sweep.log",
    localrule: True


# Of means over the held-out classes of a latent dimension, without the pairs that the bake-off itself has.
use rule measure_image_covariances as measure_sweep_covariances with:
    input:
        scores=lambda wildcards: plan.computed(
            plan.sweep_runs(wildcards.dataset), f"{RUN}/image_scores/anomaly.npz", "sweep/metrics.csv"
        ),
        splits=lambda wildcards: plan.computed(plan.sweep_runs(wildcards.dataset), SPLIT, "sweep/metrics.csv"),
        reused=plan.reused_covariances("sweep/image_covariances.csv"),
    output:
        covariances=f"{SWEEP}/image_covariances.csv",
        record=f"{RECORDS}/measure_sweep_covariances.json",
    log:
        f"{LOGS}/measure_sweep_covariances.log",
    localrule: True
    params:
        *code("measure_image_covariances"),
        besides=setting("data", "anomaly"),
        protocols=None,
    message:
        "{wildcards.dataset}: measuring how much the draw of test images matters in the sweep"
