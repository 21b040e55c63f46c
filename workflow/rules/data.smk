rule prepare_dataset:
    input:
        files=own_files,
    output:
        images=f"{DATA}/images.npy",
        labels=f"{DATA}/labels.npy",
        origin=f"{DATA}/dataset.json",
        record=f"{RECORDS}/prepare_dataset.json",
    log:
        f"{LOGS}/prepare_dataset.log",
    localrule: True
    threads: 1
    resources:
        **NETWORK,
    params:
        *code("prepare_dataset"),
        settings=source_settings,
    message:
        "{wildcards.dataset}: reading and checking the images"
    script:
        "../scripts/prepare_dataset.py"


rule split_dataset:
    input:
        labels=f"{DATA}/labels.npy",
        origin=f"{DATA}/dataset.json",
    output:
        split=SPLIT,
        record=f"{RECORDS}/split_dataset_without-{{held_out}}_seed{{seed}}.json",
    log:
        f"{LOGS}/split_dataset/without-{{held_out}}_seed{{seed}}.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("split_dataset"),
        settings=lambda wildcards: {
            "labelled": data_setting("labelled")(wildcards) or 0,
            "validation": data_setting("validation")(wildcards),
        },
    message:
        "{wildcards.dataset}: splitting, class left out: {wildcards.held_out}, seed {wildcards.seed}"
    script:
        "../scripts/split_dataset.py"
