//! What a run's speed depends on beside its options: facts of machine and program in, an identity and
//! `environment.json` out. Nothing of it names a host or a path.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::results::digest;

/// A machine and a program. What is not known is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// The processor's name for itself.
    pub cpu_model: Option<String>,
    /// Physical cores of a node; threads of one core count once.
    pub physical_cores: usize,
    /// Logical cores of a node.
    pub logical_cores: usize,
    /// Memory of a node in GiB, rounded.
    pub memory_gib: Option<u64>,
    /// Name and release of the kernel.
    pub kernel: String,
    /// The distribution.
    pub os: Option<String>,
    /// The MPI library with its version.
    pub mpi: Option<String>,
    /// The version of sauva.
    pub sauva: String,
    /// The commit that it was built from.
    pub commit: Option<String>,
    /// The kind of file system that the runs write to.
    pub file_system: Option<String>,
    /// How the kernel chooses the clock of the cores.
    pub governor: Option<String>,
}

impl Environment {
    /// An identity: the first 12 hex digits of the SHA-256 of all facts.
    pub fn id(&self) -> String {
        let facts = serde_json::to_vec(self).expect("text and numbers can be written");
        digest(&facts)[..12].to_owned()
    }
}

/// All environments of a study's runs by their identity: `environment.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environments {
    /// Version of this layout.
    pub schema: u32,
    /// By identity.
    pub environments: BTreeMap<String, Environment>,
}

/// Why the document cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentsError {
    /// It is no such document.
    #[error("environment.json is damaged: take it away, and add the runs anew in a new folder")]
    Damaged,
    /// Another version made it.
    #[error("environment.json was written by another version of sauva: use a new folder")]
    Schema,
}

const SCHEMA: u32 = 1;

impl Environments {
    /// Reads the document; without one there is no environment yet.
    pub fn read(json: Option<&[u8]>) -> Result<Self, EnvironmentsError> {
        let Some(json) = json else {
            return Ok(Self { schema: SCHEMA, environments: BTreeMap::new() });
        };
        let read: Self = serde_json::from_slice(json).map_err(|_| EnvironmentsError::Damaged)?;
        if read.schema == SCHEMA { Ok(read) } else { Err(EnvironmentsError::Schema) }
    }

    /// The document.
    pub fn json(&self) -> serde_json::Result<Vec<u8>> {
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        Ok(json)
    }
}

/// Physical cores in the words of `/proc/cpuinfo`: pairs of `physical id` and `core id` (proc(5)). Where a
/// processor tells none, as on ARM, each of its entries is a core.
pub fn physical_cores(cpuinfo: &str) -> usize {
    let mut cores = BTreeSet::new();
    let mut logical = 0;
    for entry in cpuinfo.split("\n\n") {
        let value = |name: &str| {
            let mut lines = entry.lines().filter_map(|line| line.split_once(':'));
            lines.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim())
        };
        logical += usize::from(value("processor").is_some());
        if let (Some(package), Some(core)) = (value("physical id"), value("core id")) {
            cores.insert((package, core));
        }
    }
    if cores.is_empty() { logical.max(1) } else { cores.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_of_a_core_count_once() {
        let entry = |n, package, core| {
            format!("processor\t: {n}\nphysical id\t: {package}\ncore id\t\t: {core}\n")
        };
        let cpuinfo = [entry(0, 0, 0), entry(1, 0, 0), entry(2, 0, 1), entry(3, 1, 0)].join("\n");
        assert_eq!(physical_cores(&cpuinfo), 3);
        assert_eq!(physical_cores("processor\t: 0\nBogoMIPS\t: 50\n\nprocessor\t: 1\n"), 2);
        assert_eq!(physical_cores(""), 1);
    }

    #[test]
    fn another_commit_is_another_environment() {
        let of = |commit: Option<&str>| Environment {
            cpu_model: Some("A processor".to_owned()),
            physical_cores: 4,
            logical_cores: 8,
            memory_gib: Some(16),
            kernel: "Linux 6.1".to_owned(),
            os: None,
            mpi: None,
            sauva: "0.1.0".to_owned(),
            commit: commit.map(str::to_owned),
            file_system: None,
            governor: None,
        };
        let (one, two) = (of(Some("abc")), of(None));
        assert_ne!(one.id(), two.id());
        assert_eq!(one.id(), one.clone().id());
        let mut all = Environments::read(None).unwrap();
        all.environments.insert(one.id(), one);
        assert_eq!(Environments::read(Some(&all.json().unwrap())).unwrap(), all);
        assert_eq!(Environments::read(Some(b"[]")), Err(EnvironmentsError::Damaged));
        assert_eq!(
            Environments::read(Some(br#"{"schema": 9, "environments": {}}"#)),
            Err(EnvironmentsError::Schema)
        );
    }
}
