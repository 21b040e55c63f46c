from aepipe.experiments.stacking import schemes
from aepipe.experiments.stacking import settings as stacking_settings

SCHEME = f"{STACKING}/{{scheme}}/seed{{seed}}"
NEW_SCHEMES = [scheme for scheme in schemes.SCHEMES if scheme not in schemes.GIVEN]


def scheme_setting(name):
    """An input function: what `aepipe.experiments.stacking.settings.<name>` says of a job."""
    return lambda wildcards: getattr(stacking_settings, name)(config, wildcards)


def scheme_class_code(wildcards):
    """The code of the class of the schemes' network, which scripts look up by name."""
    return digests.code_of_modules(stacking_settings.network(config, wildcards)["class"].rpartition(".")[0])


def weights_of(scheme, wildcards):
    """The weights that a scheme ends with; none for training from scratch."""
    if scheme == schemes.SCRATCH:
        return []
    if scheme not in schemes.GIVEN:
        return f"{SCHEME}/weights.safetensors".replace("{scheme}", scheme)
    run = stacking_settings.run_of(config, wildcards.dataset, scheme, wildcards.seed)
    return f"{RUN}/weights.safetensors".format(**vars(run))


def start_of(wildcards):
    """The weights that a scheme starts from; none where they are drawn."""
    base = schemes.base_of(wildcards.scheme)
    return weights_of(base, wildcards) if base != wildcards.scheme else []


def scheme_metrics(wildcards):
    """The metrics of all schemes and seeds that are not reused."""
    path = f"{SCHEME}/metrics.csv".replace("{scheme}", "{model}")
    return computed_runs(stacking_settings.runs(config, wildcards.dataset), path, "stacking/metrics.csv")


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
    resources:
        **TRAINING,
        gpu=gpus(scheme_setting("training")),
    params:
        *code("train_scheme"),
        autoencoder=scheme_class_code,
        network=scheme_setting("network"),
        padding=setting("data", "padding"),
        training=scheme_setting("training"),
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
    resources:
        **TRAINING,
    params:
        *code("evaluate_scheme"),
        autoencoder=scheme_class_code,
        network=scheme_setting("network"),
        cost=scheme_setting("cost"),
        budgets=scheme_setting("label_counts"),
        fine_tuning=scheme_setting("fine_tuning"),
        evaluation=setting("evaluation", "probe"),
    message:
        "{wildcards.dataset}: testing the scheme {wildcards.scheme} with few and many labels, seed {wildcards.seed}"
    script:
        "../scripts/evaluate_scheme.py"


use rule gather_metrics as gather_stacking with:
    input:
        runs=scheme_metrics,
        reused=reused_table("stacking/metrics.csv"),
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
        asked=scheme_setting("asked"),
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
        confidence=config["claims"]["confidence"],
    message:
        "{wildcards.dataset}: drawing accuracies by the number of labels"
    script:
        "../scripts/draw_label_efficiency.py"
