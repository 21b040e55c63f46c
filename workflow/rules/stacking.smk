# Is stacking outdated? Joint against greedy training; the target <dataset>_stacking.
rule train_scheme:
    input:
        images=f"{DATA}/images.npy",
        split=SPLIT.replace("{held_out}", "none"),
        start=start_of,
    output:
        weights=f"{SCHEME}/weights.safetensors",
        curve=f"{SCHEME}/training_curve.csv",
        record=f"{SCHEME}/records/train_scheme.json",
    log:
        f"{LOGS}/train_scheme/{{scheme}}_seed{{seed}}.log",
    wildcard_constraints:
        scheme=one_of(NEW_SCHEMES),
    priority: 2
    threads: 1
    resources:
        **TRAINING,
        gpu=gpus_of(new_training),
    params:
        *code("train_scheme"),
        autoencoder=scheme_class_code,
        network=scheme_network,
        padding=data_setting("padding"),
        training=new_training,
    message:
        "{wildcards.dataset}: training the scheme {wildcards.scheme}, seed {wildcards.seed}"
    script:
        "../scripts/train_scheme.py"


rule evaluate_scheme:
    input:
        images=f"{DATA}/images.npy",
        labels=f"{DATA}/labels.npy",
        split=SPLIT.replace("{held_out}", "none"),
        weights=lambda wildcards: weights_of(wildcards.scheme, wildcards),
    output:
        metrics=f"{SCHEME}/metrics.csv",
        record=f"{SCHEME}/records/evaluate_scheme.json",
    log:
        f"{LOGS}/evaluate_scheme/{{scheme}}_seed{{seed}}.log",
    wildcard_constraints:
        scheme=one_of([*schemes.SCHEMES, schemes.SCRATCH]),
    threads: 1
    resources:
        **TRAINING,
    params:
        *code("evaluate_scheme"),
        autoencoder=scheme_class_code,
        network=scheme_network,
        cost=cost_of,
        budgets=lambda wildcards: list(budgets_of(wildcards).items()),
        fine_tuning=fine_tuning_of,
        evaluation=settings_of("probe"),
    message:
        "{wildcards.dataset}: testing the scheme {wildcards.scheme} with few and many labels, seed {wildcards.seed}"
    script:
        "../scripts/evaluate_scheme.py"


use rule gather_metrics as gather_stacking with:
    input:
        runs=scheme_numbers,
        reused=reused_file("stacking/metrics.csv"),
    output:
        metrics=f"{STACKING}/metrics.csv",
        record=f"{RECORDS}/gather_stacking.json",
    log:
        f"{LOGS}/gather_stacking.log",
    localrule: True
    params:
        *code("gather_metrics"),
        wanted=lambda wildcards: wanted(scheme_runs(wildcards)),
    message:
        "{wildcards.dataset}: gathering the metrics of joint and greedy training"


rule answer_stacking:
    input:
        metrics=f"{STACKING}/metrics.csv",
    output:
        page=report(
            f"{STACKING}/stacking.md",
            caption="../report/stacking.rst",
            category="Is stacking outdated?",
            labels={"data set": "{dataset}", "result": "answer and tables"},
        ),
        record=f"{RECORDS}/answer_stacking.json",
    log:
        f"{LOGS}/answer_stacking.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("answer_stacking"),
        labelled=data_setting("labelled"),
        train=train_count,
        asked=lambda wildcards: stacking_settings(wildcards)["budgets"],
        thresholds={key: config["claims"][key] for key in ("confidence", "min_seeds")},
    message:
        "{wildcards.dataset}: is stacking outdated?"
    script:
        "../scripts/answer_stacking.py"


rule draw_label_efficiency:
    input:
        metrics=f"{STACKING}/metrics.csv",
    output:
        figure=report(
            f"{STACKING}/label_efficiency.png",
            caption="../report/stacking.rst",
            category="Is stacking outdated?",
            labels={"data set": "{dataset}", "result": "label efficiency"},
        ),
        record=f"{RECORDS}/draw_label_efficiency.json",
    log:
        f"{LOGS}/draw_label_efficiency.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("draw_label_efficiency"),
        train=train_count,
        confidence=config["claims"]["confidence"],
    message:
        "{wildcards.dataset}: drawing accuracies by the number of labels"
    script:
        "../scripts/draw_label_efficiency.py"
