# Tables, comparisons and the verdict on the article's claims: all from metrics.csv alone.
rule write_table:
    input:
        metrics=METRICS,
        covariances=COVARIANCES,
        failures=plan.failures,
    output:
        table=table("{evaluation}"),
        record=f"{RECORDS}/write_table_{{evaluation}}.json",
    log:
        f"{LOGS}/write_table/{{evaluation}}.log",
    wildcard_constraints:
        evaluation=one_of(["summary", *(evaluation.name for evaluation in catalogue.EVALUATIONS)]),
    localrule: True
    params:
        *code("write_table"),
        titles=TITLES,
        has_labels=has_labels,
        test_images=setting("test_count"),
        class_names=setting("class_names"),
        published=setting("published"),
        margins=configuration.ordered(config["claims"]["margins"]),
        confidence=CONFIDENCE,
    message:
        "{wildcards.dataset}: writing the table {wildcards.evaluation}"
    script:
        "../scripts/write_table.py"


rule write_quick_look:
    input:
        runs=plan.quick_metrics,
    output:
        table=QUICK,
        record=f"{RECORDS}/write_quick_look.json",
    log:
        f"{LOGS}/write_quick_look.log",
    localrule: True
    params:
        *code("write_quick_look"),
        titles=TITLES,
        has_labels=has_labels,
        test_images=setting("test_count"),
        confidence=CONFIDENCE,
    message:
        "{wildcards.dataset}: writing a first look, {output.table}"
    script:
        "../scripts/write_quick_look.py"


rule compare_autoencoders:
    input:
        metrics=METRICS,
        covariances=COVARIANCES,
        failures=plan.failures,
    output:
        comparisons="results/{dataset}/comparisons.csv",
        page=table("comparisons"),
        record=f"{RECORDS}/compare_autoencoders.json",
    log:
        f"{LOGS}/compare_autoencoders.log",
    localrule: True
    params:
        *code("compare_autoencoders"),
        titles=TITLES,
        has_labels=has_labels,
        test_images=setting("test_count"),
        confidence=CONFIDENCE,
    message:
        "{wildcards.dataset}: comparing the autoencoders in pairs"
    script:
        "../scripts/compare_autoencoders.py"


# With metrics in `sweep`, the claim about other classes and latent dimensions is tested, too.
rule write_claims:
    input:
        metrics=METRICS,
        covariances=COVARIANCES,
        sweep=[],
        sweep_covariances=[],
        failures=plan.failures,
    output:
        claims="results/{dataset}/claims.csv",
        by_measure="results/{dataset}/claims_by_measure.csv",
        page=shown("results/{dataset}/claims.md", "verdict", "claims", table="claims"),
        record=f"{RECORDS}/write_claims.json",
    log:
        f"{LOGS}/write_claims.log",
    localrule: True
    params:
        *code("write_claims"),
        titles=TITLES,
        has_labels=has_labels,
        class_names=setting("class_names"),
        source=setting("data", "source"),
        limits=configuration.ordered(config["claims"]),
        configured=setting("data", "anomaly"),
    message:
        "{wildcards.dataset}: testing the article's claims"
    script:
        "../scripts/write_claims.py"


rule rank_autoencoders:
    input:
        metrics=expand(METRICS, dataset=config["experiment"]["datasets"]),
        failures=expand(FAILURES, dataset=config["experiment"]["datasets"]) if plan.shows_failed else [],
    output:
        ranks="results/ranks.csv",
        page=report(
            "results/ranks.md",
            caption="../report/ranks.rst",
            category="ranks",
            labels={"data set": "all", "table": "ranks"},
        ),
        figure=report(
            "results/critical_difference.png",
            caption="../report/ranks.rst",
            category="ranks",
            labels={"data set": "all", "table": "critical difference"},
        ),
        record="results/records/rank_autoencoders.json",
    log:
        "results/logs/rank_autoencoders.log",
    localrule: True
    params:
        *code("rank_autoencoders"),
        titles=TITLES,
        datasets=config["experiment"]["datasets"],
        confidence=CONFIDENCE,
    message:
        "ranking the autoencoders over all data sets"
    script:
        "../scripts/rank_autoencoders.py"
