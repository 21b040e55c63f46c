rule prepare_dataset:
    input:
        files=setting("files"),
    output:
        images=f"{DATA}/images.npy",
        labels=f"{DATA}/labels.npy",
        copies=f"{DATA}/copies.npy",
        origin=f"{DATA}/dataset.json",
        files=f"{DATA}/files.csv",
        record=f"{RECORDS}/prepare_dataset.json",
    log:
        f"{LOGS}/prepare_dataset.log",
    localrule: True
    resources:
        **NETWORK,
    params:
        *code("prepare_dataset"),
        settings=setting("source"),
    message:
        "{wildcards.dataset}: reading the images"
    script:
        "../scripts/prepare_dataset.py"


# Where anomalies are, as far as a folder has masks.
rule prepare_masks:
    input:
        files=setting("files"),
    output:
        masks=f"{DATA}/masks.npy",
        record=f"{RECORDS}/prepare_masks.json",
    log:
        f"{LOGS}/prepare_masks.log",
    localrule: True
    params:
        *code("prepare_masks"),
        settings=setting("masks"),
    message:
        "{wildcards.dataset}: reading masks of anomalies"
    script:
        "../scripts/prepare_masks.py"


rule split_dataset:
    input:
        labels=f"{DATA}/labels.npy",
        copies=f"{DATA}/copies.npy",
        origin=f"{DATA}/dataset.json",
    output:
        split=SPLIT,
        record=f"{RECORDS}/split_dataset_without-{{held_out}}_seed{{seed}}.json",
    log:
        f"{LOGS}/split_dataset/without-{{held_out}}_seed{{seed}}.log",
    localrule: True
    params:
        *code("split_dataset"),
        settings=setting("split", False),
    message:
        "{wildcards.dataset}: splitting, held-out class: {wildcards.held_out}, seed {wildcards.seed}"
    script:
        "../scripts/split_dataset.py"


# In whose features generated images are compared: trained once for a data set, on all images outside the test set.
rule train_feature_extractor:
    input:
        images=f"{DATA}/images.npy",
        labels=f"{DATA}/labels.npy",
        copies=f"{DATA}/copies.npy",
        origin=f"{DATA}/dataset.json",
    output:
        weights=f"{FEATURE_EXTRACTOR}/weights.safetensors",
        features=f"{FEATURE_EXTRACTOR}/features.npz",
        note=f"{FEATURE_EXTRACTOR}/feature_extractor.json",
        record=f"{RECORDS}/train_feature_extractor.json",
    log:
        f"{LOGS}/train_feature_extractor.log",
    priority: 1
    resources:
        **NETWORK,
    params:
        *code("train_feature_extractor"),
        evaluation=setting("evaluation", "feature_extractor"),
    message:
        "{wildcards.dataset}: training the feature extractor"
    script:
        "../scripts/train_feature_extractor.py"
