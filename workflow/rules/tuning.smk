# Each autoencoder's settings are tried in as many trials, selected without test images, and judged on the bake-off's
# seeds; the target <dataset>_tuned. Runs are trained and evaluated by the same rules as all others.
use rule split_dataset as split_for_trials with:
    output:
        split=TUNING_SPLIT,
        record=f"{TUNING}/records/split_without-{{held_out}}_seed{{seed}}.json",
    log:
        f"{LOGS}/split_for_trials/without-{{held_out}}_seed{{seed}}.log",
    localrule: True
    params:
        *code("split_dataset"),
        settings=setting("split", True),
    message:
        "{wildcards.dataset}: splitting for trials, held-out class: {wildcards.held_out}, seed {wildcards.seed}"


rule select_settings:
    input:
        metrics=tuning_plan.selection_metrics,
    output:
        settings=SELECTED,
        record=f"{TUNING}/records/select_{{model}}.json",
    log:
        f"{LOGS}/select_settings/{{model}}.log",
    wildcard_constraints:
        model=one_of(SELECTABLE),
    localrule: True
    params:
        *code("select_settings"),
        trials=setting("selectable"),
        by=setting("selected_by"),
    message:
        "{wildcards.dataset}: selecting the settings of {wildcards.model}"
    script:
        "../scripts/select_settings.py"


use rule gather_metrics as gather_trials with:
    input:
        runs=tuning_plan.trial_metrics,
        reused=[],
    output:
        metrics=f"{TUNING}/trials.csv",
        record=f"{TUNING}/records/gather_trials.json",
    log:
        f"{LOGS}/gather_trials.log",
    params:
        *code("gather_metrics"),
        wanted={},
    message:
        "{wildcards.dataset}: gathering the metrics of all trials"


rule gather_tuned:
    input:
        metrics=METRICS,
        runs=tuning_plan.tuned_metrics,
        reused=plan.reused_table("tuning/metrics.csv"),
    output:
        metrics=shown(f"{TUNING}/metrics.csv", "tuning", "tuning", table="all metrics"),
        record=f"{TUNING}/records/gather_tuned.json",
    log:
        f"{LOGS}/gather_tuned.log",
    localrule: True
    params:
        *code("gather_tuned"),
        wanted=lambda wildcards: wanted(plan.runs(wildcards.dataset)),
    message:
        "{wildcards.dataset}: gathering the metrics of all tuned networks"
    script:
        "../scripts/gather_tuned.py"


use rule measure_image_covariances as measure_tuned_covariances with:
    input:
        scores=tuning_plan.image_scores,
        splits=tuning_plan.splits,
        reused=lambda wildcards: [COVARIANCES, *plan.reused_covariances("tuning/image_covariances.csv")(wildcards)],
    output:
        covariances=f"{TUNING}/image_covariances.csv",
        record=f"{TUNING}/records/measure_tuned_covariances.json",
    log:
        f"{LOGS}/measure_tuned_covariances.log",
    localrule: True
    params:
        *code("measure_image_covariances"),
        besides=None,
        protocols={"corrected": "tuned"},
    message:
        "{wildcards.dataset}: measuring how much the draw of test images matters to tuned networks"


use rule write_claims as write_tuned_claims with:
    input:
        metrics=f"{TUNING}/metrics.csv",
        covariances=f"{TUNING}/image_covariances.csv",
        sweep=[],
        sweep_covariances=[],
        failures=plan.failures,
    output:
        claims=f"{TUNING}/claims.csv",
        by_measure=f"{TUNING}/claims_by_measure.csv",
        page=shown(f"{TUNING}/claims.md", "tuning", "claims", table="claims"),
        record=f"{TUNING}/records/write_tuned_claims.json",
    log:
        f"{LOGS}/write_tuned_claims.log",


rule write_tuning:
    input:
        metrics=f"{TUNING}/metrics.csv",
        covariances=f"{TUNING}/image_covariances.csv",
        trials=f"{TUNING}/trials.csv",
        selected=tuning_plan.settings,
        times=tuning_plan.times,
        failures=plan.failures,
    output:
        page=shown(f"{TUNING}/tuning.md", "tuning", "tuning", table="which one to take"),
        settings=f"{TUNING}/settings.csv",
        record=f"{TUNING}/records/write_tuning.json",
    log:
        f"{LOGS}/write_tuning.log",
    localrule: True
    params:
        *code("write_tuning"),
        titles=TITLES,
        has_labels=has_labels,
        trials=config["tuning"]["trials"],
        test_images=setting("test_count"),
        confidence=CONFIDENCE,
    message:
        "{wildcards.dataset}: which autoencoder to take for which task"
    script:
        "../scripts/write_tuning.py"


# The bake-off's report, with the tuned networks first.
use rule write_report as write_tuned_report with:
    input:
        **dict(rules.write_report.input.items())
        | {
            "metrics": f"{TUNING}/metrics.csv",
            "covariances": f"{TUNING}/image_covariances.csv",
            "claims": f"{TUNING}/claims.csv",
            "claims_by_measure": f"{TUNING}/claims_by_measure.csv",
            "settings": f"{TUNING}/settings.csv",
        },
    output:
        page=shown(f"{TUNING}/report.html", "tuning", "page", table="which one to take, and the whole bake-off"),
        record=f"{TUNING}/records/write_tuned_report.json",
    log:
        f"{LOGS}/write_tuned_report.log",


rule draw_trials:
    input:
        selected=tuning_plan.settings,
    output:
        figure=shown(f"{TUNING}/trials.png", "tuning", "tuning", figure="trials", format="png"),
        record=f"{TUNING}/records/draw_trials.json",
    log:
        f"{LOGS}/draw_trials.log",
    localrule: True
    resources:
        **memory_and_time(1200, 5),
    params:
        *code("draw_trials"),
        titles=TITLES,
        has_labels=has_labels,
    message:
        "{wildcards.dataset}: drawing how sensitive autoencoders are to their settings"
    script:
        "../scripts/draw_trials.py"


rule draw_tuned_ranks:
    input:
        metrics=f"{TUNING}/metrics.csv",
    output:
        figure=shown(f"{TUNING}/ranks.png", "tuning", "tuning", figure="ranks", format="png"),
        record=f"{TUNING}/records/draw_tuned_ranks.json",
    log:
        f"{LOGS}/draw_tuned_ranks.log",
    localrule: True
    resources:
        **memory_and_time(1200, 5),
    params:
        *code("draw_tuned_ranks"),
        titles=TITLES,
        has_labels=has_labels,
    message:
        "{wildcards.dataset}: drawing ranks under all protocols"
    script:
        "../scripts/draw_tuned_ranks.py"
