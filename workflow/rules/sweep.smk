# Anomaly detection for every held-out class and both latent dimensions; the target <dataset>_sweep.
use rule gather_metrics as gather_sweep with:
    input:
        runs=sweep_numbers,
        reused=reused_file("sweep/metrics.csv"),
    output:
        metrics=f"{SWEEP}/metrics.csv",
        record=f"{RECORDS}/gather_sweep.json",
    log:
        f"{LOGS}/gather_sweep.log",
    localrule: True
    params:
        *code("gather_metrics"),
        wanted=lambda wildcards: wanted(configuration.sweep_runs(config, wildcards.dataset, [*MODELS, "pca"])),
    message:
        "{wildcards.dataset}: gathering the sweep over held-out classes"


rule draw_sweep:
    input:
        metrics=f"{SWEEP}/metrics.csv",
    output:
        figure=report(
            f"{SWEEP}/anomaly.png",
            caption="../report/sweep.rst",
            category="Anomaly detection",
            labels={"data set": "{dataset}", "figure": "sweep", "format": "png"},
        ),
        record=f"{RECORDS}/draw_sweep.json",
    log:
        f"{LOGS}/draw_sweep.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("draw_sweep"),
        titles=list(TITLES.items()),
        failed=[],
        class_names=class_names_of,
    message:
        "{wildcards.dataset}: drawing the sweep over held-out classes"
    script:
        "../scripts/draw_sweep.py"


use rule write_claims as write_claims_with_sweep with:
    input:
        metrics=METRICS,
        sweep=[f"{SWEEP}/metrics.csv"],
    output:
        claims=f"{SWEEP}/claims.csv",
        page=report(
            f"{SWEEP}/claims.md",
            caption="../report/claims.rst",
            category="Verdict",
            labels={"data set": "{dataset}", "table": "claims, with the sweep"},
        ),
        record=f"{RECORDS}/write_claims_with_sweep.json",
    log:
        f"{LOGS}/write_claims_with_sweep.log",
    localrule: True
