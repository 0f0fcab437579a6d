//! `summary.json` of `sauva map`: what a run did as a whole, to JSON and back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The layout that this version writes and reads.
pub const MAP_SCHEMA: &str = "sauva-map/1";

/// Counts of attempts by how they ended, such as `exited 0` or `time-limit`.
pub type ByEnd = BTreeMap<String, u64>;

/// The document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapSummary {
    /// [`MAP_SCHEMA`].
    pub schema: String,
    /// The program that wrote it.
    pub tool: MapTool,
    /// What was asked for, and on what.
    pub run: MapRun,
    /// Units, over all tries.
    #[serde(default)]
    pub units: MapUnits,
    /// What was read; none of repetitions.
    #[serde(default)]
    pub inputs: Option<MapInputs>,
    /// Attempts, over all tries.
    #[serde(default)]
    pub attempts: MapAttempts,
    /// Times of the last try.
    #[serde(default)]
    pub performance: MapPerformance,
    /// Nodes of the last try.
    #[serde(default)]
    pub nodes: Vec<MapNode>,
    /// The stages of a chain; else none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain: Option<ChainStages>,
}

/// A program and its version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MapTool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What is run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// A program over the units of an input.
    #[default]
    Units,
    /// A program a number of times.
    Repetitions,
    /// Programs that run at the same time and know of each other.
    Gang,
    /// Stages between which records flow.
    Chain,
}

/// What was asked for, and on what.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MapRun {
    /// The name of the run.
    #[serde(default)]
    pub id: String,
    /// What is run.
    pub what: What,
    /// What a unit is: `instance`, `series`, `study` or `patient`.
    #[serde(default)]
    pub by: Option<String>,
    /// The names of the parameters, in the order of their columns.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// The program with its arguments as typed.
    #[serde(default)]
    pub command: Vec<String>,
    /// The options by name.
    #[serde(default)]
    pub options: Map<String, Value>,
    /// When the last try began, s since 1970-01-01 UTC.
    pub start_unix_s: f64,
    /// MPI ranks.
    #[serde(default)]
    pub mpi_ranks: u64,
    /// Nodes.
    #[serde(default)]
    pub nodes: u64,
    /// Slots of all ranks.
    #[serde(default)]
    pub slots: u64,
    /// How often the command was given, this time too.
    #[serde(default)]
    pub tries: u64,
}

/// Units by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapUnits {
    /// All.
    pub total: u64,
    /// Those whose program ended with status 0.
    pub done: u64,
    /// Those that were given up.
    pub failed: u64,
    /// Those that a stopped run has left.
    pub open: u64,
}

/// What was read of the input.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MapInputs {
    /// Files found.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that are in a unit.
    pub in_units: u64,
    /// The others, by reason.
    pub skipped: BTreeMap<String, u64>,
}

/// Attempts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MapAttempts {
    /// How many.
    pub all: u64,
    /// By how they ended.
    pub by_end: ByEnd,
}

/// Times of the last try.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MapPerformance {
    /// From its start to its end, s.
    pub wall_s: f64,
    /// From the start of the first attempt to the end of the last, s.
    pub work_s: f64,
    /// Times of all attempts added up, s.
    pub busy_s: f64,
    /// Processor time of all attempts, s.
    pub cpu_s: f64,
    /// `busy_s / (slots * work_s)`, from 0 to 1.
    pub efficiency: f64,
}

/// A node in the last try.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MapNode {
    /// Its name.
    pub host: String,
    /// MPI ranks on it.
    pub mpi_ranks: u64,
    /// Slots of these.
    pub slots: u64,
    /// Units that were done or given up there.
    pub units: u64,
    /// Attempts that were made there.
    pub attempts: u64,
    /// Their times added up, s.
    pub busy_s: f64,
    /// Their processor time, s.
    pub cpu_s: f64,
    /// The greatest memory of an attempt, bytes.
    pub peak_memory_bytes: u64,
    /// How often the number of its slots in use was halved for want of memory.
    pub halvings: u64,
}

/// The stages of a chain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainStages {
    /// In their order.
    pub stages: Vec<StageFacts>,
}

/// A stage of a chain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageFacts {
    /// Its name.
    pub name: String,
    /// How many copies of it ran.
    pub copies: u64,
    /// Its program, or the name of the built-in stage.
    pub program: String,
}

impl MapSummary {
    /// The document of these bytes. What is wrong with it is told as the end of a sentence that names the file, and
    /// names no value of it.
    pub fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let value: Value = serde_json::from_slice(bytes).map_err(|_| "is no JSON")?;
        match value.get("schema") {
            Some(Value::String(schema)) if schema == MAP_SCHEMA => {}
            Some(Value::String(schema)) if schema.starts_with("sauva-map/") => {
                return Err("has a layout that this version of sauva does not know");
            }
            _ => return Err("is not of sauva map"),
        }
        let summary: Self =
            serde_json::from_value(value).map_err(|_| "lacks the counts of a run of sauva map")?;
        if summary.run.what == What::Chain && summary.chain.is_none() {
            return Err("does not tell the stages of its chain");
        }
        Ok(summary)
    }

    /// As the file has it.
    pub fn json(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Whether it is of `sauva map` at all, of any version.
    pub fn is_of_map(bytes: &[u8]) -> bool {
        #[derive(Deserialize)]
        struct Schema {
            schema: String,
        }
        let schema = serde_json::from_slice::<Schema>(bytes);
        schema.is_ok_and(|it| it.schema.starts_with("sauva-map/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn least() -> Value {
        json!({ "schema": MAP_SCHEMA, "tool": {}, "run": { "what": "units", "start_unix_s": 1.5 } })
    }

    fn parsed(value: &Value) -> Result<MapSummary, &'static str> {
        MapSummary::parse(value.to_string().as_bytes())
    }

    #[test]
    fn what_was_written_is_read() {
        let mut summary = parsed(&least()).unwrap();
        summary.nodes = vec![MapNode { host: "n".into(), busy_s: 0.1, ..MapNode::default() }];
        summary.attempts.by_end.insert("exited 0".into(), 3);
        summary.run.options.insert("attempts".into(), json!(3));
        let bytes = summary.json().unwrap();
        assert_eq!(MapSummary::parse(&bytes).unwrap(), summary);
        assert!(MapSummary::is_of_map(&bytes) && !MapSummary::is_of_map(b"{\"schema\":1}"));
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("\"by\": null") && text.contains("\"inputs\": null"), "{text}");
        assert!(!text.contains("\"chain\""), "{text}");
    }

    #[test]
    fn what_is_wrong_is_told_without_values() {
        let changed = |path: &str, value: Value| {
            let mut document = least();
            *document.pointer_mut(path).unwrap() = value;
            parsed(&document).unwrap_err()
        };
        assert!(MapSummary::parse(b"{").unwrap_err().contains("no JSON"));
        assert!(changed("/schema", json!("sauva-map/9")).contains("does not know"));
        assert!(changed("/schema", json!(1)).contains("not of sauva map"));
        assert!(changed("/run/what", json!("Mr X")).contains("lacks the counts"));
        assert!(changed("/run/what", json!("chain")).contains("stages"));
    }
}
