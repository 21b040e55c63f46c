# Tables, comparisons and the verdict on the article's claims: all from metrics.csv alone.
rule write_tables:
    input:
        metrics=METRICS,
        published=PUBLISHED,
    output:
        **{name: table(name) for name in TABLES},
        record=f"{RECORDS}/write_tables.json",
    log:
        f"{LOGS}/write_tables.log",
    wildcard_constraints:
        dataset=one_of(LABELLED),
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("write_tables"),
        titles=list(TITLES.items()),
        failed=failed("representation", "anomaly"),
        has_labels=lambda wildcards: wildcards.dataset in LABELLED,
        class_names=class_names_of,
        labelled=data_setting("labelled"),
        source=published_source,
        confidence=config["claims"]["confidence"],
    message:
        "{wildcards.dataset}: writing tables"
    script:
        "../scripts/write_tables.py"


use rule write_tables as write_tables_without_labels with:
    output:
        **{name: table(name) for name in TABLES if name not in labels.RESULTS},
        record=f"{RECORDS}/write_tables_without_labels.json",
    log:
        f"{LOGS}/write_tables_without_labels.log",
    wildcard_constraints:
        dataset=one_of(UNLABELLED),
    localrule: True


rule compare_autoencoders:
    input:
        metrics=METRICS,
    output:
        comparisons="results/{dataset}/comparisons.csv",
        page=table("comparisons"),
        record=f"{RECORDS}/compare_autoencoders.json",
    log:
        f"{LOGS}/compare_autoencoders.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("compare_autoencoders"),
        titles=list(TITLES.items()),
        failed=failed("representation", "anomaly"),
        has_labels=lambda wildcards: wildcards.dataset in LABELLED,
        confidence=config["claims"]["confidence"],
    message:
        "{wildcards.dataset}: comparing the autoencoders in pairs"
    script:
        "../scripts/compare_autoencoders.py"


# With a list of one table of metrics in `sweep`, the claim about other classes and latent dimensions is tested, too.
rule write_claims:
    input:
        metrics=METRICS,
        sweep=[],
    output:
        claims="results/{dataset}/claims.csv",
        page=report(
            "results/{dataset}/claims.md",
            caption="../report/claims.rst",
            category="Verdict",
            labels={"data set": "{dataset}", "table": "claims"},
        ),
        record=f"{RECORDS}/write_claims.json",
    log:
        f"{LOGS}/write_claims.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("write_claims"),
        titles=list(TITLES.items()),
        failed=failed("representation", "anomaly"),
        has_labels=lambda wildcards: wildcards.dataset in LABELLED,
        thresholds=configuration.ordered(config["claims"]),
        configured=data_setting("anomaly"),
    message:
        "{wildcards.dataset}: testing the article's claims"
    script:
        "../scripts/write_claims.py"


rule rank_autoencoders:
    input:
        metrics=[METRICS.format(dataset=dataset) for dataset in config["experiment"]["datasets"]],
    output:
        ranks="results/ranks.csv",
        page=report(
            "results/ranks.md",
            caption="../report/ranks.rst",
            category="Ranks",
            labels={"data set": "all", "table": "ranks"},
        ),
        figure=report(
            "results/critical_difference.png",
            caption="../report/ranks.rst",
            category="Ranks",
            labels={"data set": "all", "table": "critical difference"},
        ),
        record="results/records/rank_autoencoders.json",
    log:
        "results/logs/rank_autoencoders.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("rank_autoencoders"),
        titles=list(TITLES.items()),
        datasets=config["experiment"]["datasets"],
        failed=lambda _: [
            {**failure, "run": f"{dataset}: {failure['run']}"}
            for dataset in config["experiment"]["datasets"]
            for failure in failed("representation", "anomaly")(Wildcards(fromdict={"dataset": dataset}))
        ],
        confidence=config["claims"]["confidence"],
    message:
        "ranking the autoencoders over all data sets"
    script:
        "../scripts/rank_autoencoders.py"
