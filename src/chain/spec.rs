//! A chain as it is written: TOML in, the stages in their order out, or one sentence that says what
//! is wrong where.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::command;
use super::policy::Policy;

/// The built-in stages of every chain.
/// The stage that makes files of records.
const WRITE: &str = "write";
const BUILT_INS: [BuiltIn; 3] = [
    BuiltIn { name: "read", place: Place::First },
    BuiltIn { name: WRITE, place: Place::Last },
    BuiltIn { name: COLLECT, place: Place::Last },
];
const COLLECT: &str = "collect";
/// More copies than this are a slip of the pen.
const MOST_COPIES: i64 = 65_536;

/// What is done to a stream of records, stage after stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// At least one, in their order.
    pub stages: Vec<Stage>,
}

/// One stage of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Of letters, digits, `_` and `-`; no other stage has it.
    pub name: String,
    /// What it does.
    pub work: Work,
    /// How often it runs.
    pub copies: Copies,
    /// How the records of the stage before come to its copies.
    pub policy: Policy,
}

/// What a stage does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// What is built in under the stage's name.
    BuiltIn,
    /// A program and its arguments, with placeholders.
    Command(Vec<String>),
}

/// How many copies of a stage run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copies {
    /// So many, at least one, dealt to the ranks in turn.
    Number(usize),
    /// One on each rank.
    Ranks,
    /// On each rank one for each of its cores.
    Cores,
}

/// A built-in stage, for the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// As chains name it.
    pub name: &'static str,
    /// Where it may stand.
    pub place: Place,
}

/// Where in a chain a built-in stage may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It takes no records.
    First,
    /// It takes records and gives some.
    Inside,
    /// It gives no records.
    Last,
}

/// What is wrong with the file of a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// Not TOML, or an unknown key, or a value of another kind.
    #[error("line {line} of the chain's file: {message}")]
    Form {
        /// From 1.
        line: usize,
        /// In the words of the TOML reader.
        message: String,
    },
    /// The order is not one.
    #[error("chain = .. must name the stages in their order, as \"read > filter > write\": {0}")]
    Order(&'static str),
    /// A name that files and variables cannot hold.
    #[error("the stage {0:?} needs another name: of letters, digits, _ and -, at most 64 of them")]
    Name(String),
    /// A stage stands twice in the order.
    #[error("the stage {0} stands twice in chain = ..: give the second another name")]
    Twice(String),
    /// A table for a stage that is not in the order.
    #[error("[stage.{0}] is not in chain = ..: name it there, or take it away")]
    Unused(String),
    /// Neither built in nor a program.
    #[error(
        "the stage {name} is not built in ({known}): write command = [..] in [stage.{name}], or another name"
    )]
    Unknown {
        /// As written.
        name: String,
        /// Those that are.
        known: String,
    },
    /// Something about one stage.
    #[error("[stage.{name}]: {fault}")]
    Stage {
        /// As written.
        name: String,
        /// What, and what to do.
        fault: String,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    chain: String,
    #[serde(default)]
    stage: BTreeMap<String, WrittenStage>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStage {
    command: Option<Vec<String>>,
    copies: Option<toml::Value>,
    input: Option<String>,
    seed: Option<u64>,
}

impl Chain {
    /// Reads and checks the text of a chain's file. `more` are built-in stages beside `read`, `write`
    /// and `collect`; behind one at the end that gives records on, `write` follows.
    pub fn parse(text: &str, more: &[BuiltIn]) -> Result<Self, ChainError> {
        let Written { chain, mut stage } =
            toml::from_str(text).map_err(|error| form(text, &error))?;
        let built_ins = [&BUILT_INS, more].concat();
        let mut names: Vec<&str> = chain.split('>').map(str::trim).collect();
        // What a built-in stage gives at the end has one place to go.
        let is_inside = |name: &str| {
            let is_program = stage.get(name).is_some_and(|stage| stage.command.is_some());
            let built_in = built_ins.iter().find(|known| known.name == name);
            !is_program && built_in.is_some_and(|known| known.place == Place::Inside)
        };
        if names.len() > 1 && names.last().is_some_and(|name| is_inside(name)) {
            names.push(WRITE);
        }
        if names.iter().any(|name| name.is_empty()) {
            return Err(ChainError::Order("a name is missing"));
        }
        let mut stages: Vec<Stage> = Vec::with_capacity(names.len());
        for (at, name) in names.iter().enumerate() {
            if stages.iter().any(|earlier| earlier.name == *name) {
                return Err(ChainError::Twice((*name).to_owned()));
            }
            let written = stage.remove(*name).unwrap_or_default();
            let position = Position { is_first: at == 0, is_last: at + 1 == names.len() };
            stages.push(check(name, written, position, &built_ins)?);
        }
        match stage.into_keys().next() {
            Some(unused) => Err(ChainError::Unused(unused)),
            None => Ok(Self { stages }),
        }
    }
}

#[derive(Clone, Copy)]
struct Position {
    is_first: bool,
    is_last: bool,
}

fn check(
    name: &str,
    written: WrittenStage,
    position: Position,
    built_ins: &[BuiltIn],
) -> Result<Stage, ChainError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.len() > 64 || !name.chars().all(is_plain) {
        return Err(ChainError::Name(name.to_owned()));
    }
    let wrong = |fault: String| ChainError::Stage { name: name.to_owned(), fault };
    let WrittenStage { command, copies, input, seed } = written;
    let copies = copies_of(copies).map_err(wrong)?;
    if position.is_first && input.is_some() {
        return Err(wrong(
            "the first stage has no stage before it: take input = .. away".to_owned(),
        ));
    }
    let policy = policy(input.as_deref(), seed).map_err(wrong)?;
    let work = if let Some(words) = command {
        command::check(&words).map_err(wrong)?;
        Work::Command(words)
    } else {
        let Some(built_in) = built_ins.iter().find(|known| known.name == name) else {
            let known = built_ins.iter().map(|known| known.name).collect::<Vec<_>>().join(", ");
            return Err(ChainError::Unknown { name: name.to_owned(), known });
        };
        place(*built_in, position, copies).map_err(wrong)?;
        Work::BuiltIn
    };
    Ok(Stage { name: name.to_owned(), work, copies, policy })
}

/// Whether a built-in stage may stand where it stands.
fn place(built_in: BuiltIn, position: Position, copies: Copies) -> Result<(), String> {
    let fault = match built_in.place {
        Place::First if !position.is_first => "it takes no records: it can only be the first stage",
        Place::Inside | Place::Last if position.is_first => {
            "it makes no records of its own: begin the chain with read or a program"
        }
        Place::First if position.is_last => {
            "its records have nowhere to go: name the stages that take them behind it"
        }
        Place::Last if !position.is_last => "it gives no records on: it can only be the last stage",
        Place::Last if built_in.name == COLLECT && copies != Copies::Number(1) => {
            "it brings all into one file in the order of labels: it has one copy"
        }
        _ => return Ok(()),
    };
    Err(fault.to_owned())
}

fn copies_of(written: Option<toml::Value>) -> Result<Copies, String> {
    match written {
        None => Ok(Copies::Number(1)),
        Some(toml::Value::Integer(number @ 1..=MOST_COPIES)) => Ok(Copies::Number(number as usize)),
        Some(toml::Value::String(word)) if word == "ranks" => Ok(Copies::Ranks),
        Some(toml::Value::String(word)) if word == "cores" => Ok(Copies::Cores),
        Some(other) => {
            let written = match other {
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::String(word) => format!("{word:?}"),
                other => format!("({})", other.type_str()),
            };
            Err(format!(
                "copies = {written} must be a number from 1 to {MOST_COPIES}, \"ranks\" or \"cores\""
            ))
        }
    }
}

fn policy(input: Option<&str>, seed: Option<u64>) -> Result<Policy, String> {
    let policy = match input.unwrap_or(Policy::default().name()) {
        "round-robin" => Policy::RoundRobin,
        "random" => Policy::Random { seed: seed.unwrap_or(0) },
        "broadcast" => Policy::Broadcast,
        "labeled" => Policy::Labeled,
        "selective" => Policy::Selective,
        other => {
            return Err(format!(
                "input = {other:?} must be round-robin, random, broadcast, labeled or selective"
            ));
        }
    };
    match (policy, seed) {
        (Policy::Random { .. }, _) | (_, None) => Ok(policy),
        (_, Some(_)) => Err("seed = .. is for input = \"random\" alone: take it away".to_owned()),
    }
}

/// What is wrong and where; never the line itself, which may be one of any file.
fn form(text: &str, error: &toml::de::Error) -> ChainError {
    let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
    ChainError::Form { line, message: error.message().to_owned() }
}
