# Is stacking outdated? Joint against greedy training; the target <dataset>_stacking.
rule train_scheme:
    input:
        images=f"{DATA}/images.npy",
        split=SPLIT.replace("{held_out}", "none"),
        start=stacking_setting("start"),
    output:
        weights=f"{SCHEME}/weights.safetensors",
        curve=f"{SCHEME}/training_curve.csv",
        record=f"{SCHEME}/records/train_scheme.json",
    log:
        f"{LOGS}/train_scheme/{{scheme}}_seed{{seed}}.log",
    wildcard_constraints:
        scheme=one_of(scheme for scheme in schemes.SCHEMES if scheme not in schemes.GIVEN),
    priority: 2
    resources:
        **TRAINING,
        gpu=gpus(stacking_setting("training")),
    params:
        *code("train_scheme"),
        autoencoder=class_code(stacking_setting("network")),
        network=stacking_setting("network"),
        padding=setting("data", "padding"),
        training=stacking_setting("training"),
    message:
        "{wildcards.dataset}: training the scheme {wildcards.scheme}, seed {wildcards.seed}"
    script:
        "../scripts/train_scheme.py"


rule evaluate_scheme:
    input:
        images=f"{DATA}/images.npy",
        labels=f"{DATA}/labels.npy",
        split=SPLIT.replace("{held_out}", "none"),
        weights=stacking_setting("weights"),
    output:
        metrics=f"{SCHEME}/metrics.csv",
        record=f"{SCHEME}/records/evaluate_scheme.json",
    log:
        f"{LOGS}/evaluate_scheme/{{scheme}}_seed{{seed}}.log",
    wildcard_constraints:
        scheme=one_of([*schemes.SCHEMES, schemes.SCRATCH]),
    resources:
        **TRAINING,
    params:
        *code("evaluate_scheme"),
        autoencoder=class_code(stacking_setting("network")),
        network=stacking_setting("network"),
        cost=stacking_setting("cost"),
        budgets=stacking_setting("label_counts"),
        fine_tuning=stacking_setting("fine_tuning"),
        evaluation=setting("evaluation", "probe"),
    message:
        "{wildcards.dataset}: testing the scheme {wildcards.scheme} with few and many labels, seed {wildcards.seed}"
    script:
        "../scripts/evaluate_scheme.py"


use rule gather_metrics as gather_stacking with:
    input:
        runs=lambda wildcards: plan.computed(
            stacking_settings.runs(config, wildcards.dataset),
            f"{SCHEME}/metrics.csv".replace("{scheme}", "{model}"),
            "stacking/metrics.csv",
        ),
        reused=plan.reused_table("stacking/metrics.csv"),
    output:
        metrics=f"{STACKING}/metrics.csv",
        record=f"{RECORDS}/gather_stacking.json",
    log:
        f"{LOGS}/gather_stacking.log",
    localrule: True
    params:
        *code("gather_metrics"),
        wanted=lambda wildcards: wanted(stacking_settings.runs(config, wildcards.dataset)),
    message:
        "{wildcards.dataset}: gathering the metrics of joint and greedy training"


rule answer_stacking:
    input:
        metrics=f"{STACKING}/metrics.csv",
    output:
        page=shown(f"{STACKING}/stacking.md", "stacking", "stacking", result="answer and tables"),
        record=f"{RECORDS}/answer_stacking.json",
    log:
        f"{LOGS}/answer_stacking.log",
    localrule: True
    params:
        *code("answer_stacking"),
        labelled=setting("data", "labelled"),
        train=setting("train_count"),
        asked=stacking_setting("asked"),
        thresholds={key: config["claims"][key] for key in ("confidence", "min_seeds")},
    message:
        "{wildcards.dataset}: is stacking outdated?"
    script:
        "../scripts/answer_stacking.py"


rule draw_label_efficiency:
    input:
        metrics=f"{STACKING}/metrics.csv",
    output:
        figure=shown(f"{STACKING}/label_efficiency.png", "stacking", "stacking", result="label efficiency"),
        record=f"{RECORDS}/draw_label_efficiency.json",
    log:
        f"{LOGS}/draw_label_efficiency.log",
    localrule: True
    params:
        *code("draw_label_efficiency"),
        train=setting("train_count"),
        confidence=CONFIDENCE,
    message:
        "{wildcards.dataset}: drawing accuracies by the number of labels"
    script:
        "../scripts/draw_label_efficiency.py"
