# Is stacking outdated? Joint against greedy training; the target <dataset>_stacking.
rule train_arm:
    input:
        images=f"{DATA}/images.npy",
        split=SPLIT.replace("{left_out}", "none"),
        start=start_of,
    output:
        weights=f"{ARM}/weights.safetensors",
        curve=f"{ARM}/training_curve.csv",
        record=f"{ARM}/records/train_arm.json",
    log:
        f"{LOGS}/train_arm/{{arm}}_seed{{seed}}.log",
    wildcard_constraints:
        arm=one_of(NEW_ARMS),
    priority: 2
    threads: 1
    resources:
        **TRAINING,
        gpu=gpus_of(new_training),
    params:
        *code("train_arm"),
        autoencoder=arm_class_code,
        network=arm_network,
        padding=data_setting("padding"),
        training=new_training,
    message:
        "{wildcards.dataset}: training the arm {wildcards.arm}, seed {wildcards.seed}"
    script:
        "../scripts/train_arm.py"


rule evaluate_arm:
    input:
        images=f"{DATA}/images.npy",
        labels=f"{DATA}/labels.npy",
        split=SPLIT.replace("{left_out}", "none"),
        weights=lambda wildcards: weights_of(wildcards.arm, wildcards),
    output:
        metrics=f"{ARM}/metrics.csv",
        record=f"{ARM}/records/evaluate_arm.json",
    log:
        f"{LOGS}/evaluate_arm/{{arm}}_seed{{seed}}.log",
    wildcard_constraints:
        arm=one_of([*arms.ARMS, arms.SCRATCH]),
    threads: 1
    resources:
        **TRAINING,
    params:
        *code("evaluate_arm"),
        autoencoder=arm_class_code,
        network=arm_network,
        cost=cost_of,
        budgets=lambda wildcards: list(budgets_of(wildcards).items()),
        fine_tuning=fine_tuning_of,
        evaluation=settings_of("probe"),
    message:
        "{wildcards.dataset}: testing the arm {wildcards.arm} with few and many labels, seed {wildcards.seed}"
    script:
        "../scripts/evaluate_arm.py"


use rule gather_metrics as gather_stacking with:
    input:
        cells=arm_numbers,
        saved=saved_file("stacking/metrics.csv"),
    output:
        metrics=f"{STACKING}/metrics.csv",
        record=f"{RECORDS}/gather_stacking.json",
    log:
        f"{LOGS}/gather_stacking.log",
    localrule: True
    params:
        *code("gather_metrics"),
        wanted=lambda wildcards: wanted(arm_cells(wildcards)),
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
