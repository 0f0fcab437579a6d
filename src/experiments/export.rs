//! Studies in, `runs.json` out, in the shape of hyperfine's `--export-json`, so that scripts that read that read
//! this: `results`, and in each `command`, `mean`, `stddev`, `median`, `user`, `system`, `min`, `max`, `times`
//! (seconds), `exit_codes` and `parameters`.

use serde_json::{Value, json};

use super::study::{Configuration, Study};

/// The document. Runs stand in the order of the table.
pub fn runs_json(studies: &[Study]) -> serde_json::Result<Vec<u8>> {
    let all =
        studies.iter().flat_map(|study| study.configurations.iter().map(move |it| (study, it)));
    let results: Vec<Value> = all.map(|(study, it)| result(study, it)).collect();
    let mut json = serde_json::to_vec_pretty(&json!({ "results": results }))?;
    json.push(b'\n');
    Ok(json)
}

fn result(study: &Study, it: &Configuration) -> Value {
    let times: Vec<f64> = it.runs.iter().map(|run| run.wall_s).collect();
    let memory: Vec<u64> = it.runs.iter().map(|run| run.rss_peak_bytes).collect();
    json!({
        "command": it.name(),
        "mean": it.time.mean,
        "stddev": it.time.sd,
        "median": it.time.median,
        "user": it.mean_of(|run| Some(run.cpu_user_s)),
        "system": it.mean_of(|run| Some(run.cpu_sys_s)),
        "min": it.time.min,
        "max": it.time.max,
        "times": times,
        "memory_usage_byte": memory,
        // A run that failed leaves no rows.
        "exit_codes": vec![0; times.len()],
        // Parameters of hyperfine are text.
        "parameters": {
            "dataset": it.data.1,
            "files": it.runs[0].label.files_wanted.to_string(),
            "ranks": it.ranks.to_string(),
            "threads": it.threads.to_string(),
            "processors": it.processors().to_string(),
            "codec": study.key.codec,
            "variant": study.key.variant,
            "scaling": study.key.scaling.name(),
            "cache": study.key.cache.name(),
            "seed": study.key.seed.to_string(),
            "environment": study.key.environment,
        },
    })
}
