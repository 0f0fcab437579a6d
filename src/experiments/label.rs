//! What a study says of each of its runs: columns of its `metrics.csv` before those of the run itself.

/// The version of the columns that a study puts before those of a run.
pub const STUDY_SCHEMA: u32 = 2;

/// What was to be tried, and where. Columns of the study.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Identity of the machine and the program, a key of environment.json.
    pub environment: String,
    /// The version of the program.
    pub version: String,
    /// The commit that it was built from; empty where nobody told.
    pub commit: String,
    /// The codec of the run.
    pub codec: String,
    /// A name for all other options of the run.
    pub variant: String,
    /// SHA-256 of those options: runs of one variant have the same.
    pub options: String,
    /// Whether the data grow with the processors.
    pub scaling: Scaling,
    /// A name for the data.
    pub dataset: String,
    /// How many files the data have.
    pub files_wanted: u64,
    /// Whether the input was in memory before.
    pub cache: Cache,
    /// Which of the runs of one configuration, from 1.
    pub repetition: u64,
    /// A run before the others, whose times do not count.
    pub warm_up: bool,
    /// The seed of the order, and of data that were generated for the study.
    pub seed: u64,
    /// The run's place in that order, from 1.
    pub order: u64,
    /// Nodes that the ranks were on.
    pub nodes: usize,
    /// Physical cores that the run could use, on all nodes.
    pub cores: usize,
    /// SHA-256 over the digests of all that the run wrote.
    pub digest: String,
}

/// Whether the data grow with the processors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scaling {
    /// The same data for any number of processors.
    Strong,
    /// As many files for each processor.
    Weak,
}

/// Whether the input was in memory before the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cache {
    /// A run before has read it.
    Warm,
    /// The system was asked to forget it.
    Cold,
}

impl Scaling {
    /// As it stands in a table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Weak => "weak",
        }
    }
}

impl Cache {
    /// As it stands in a table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Warm => "warm",
            Self::Cold => "cold",
        }
    }
}

impl Label {
    /// The columns, in their order.
    pub const COLUMNS: [&str; 18] = [
        "study_schema",
        "environment",
        "version",
        "commit",
        "codec",
        "variant",
        "options",
        "scaling",
        "dataset",
        "files_wanted",
        "cache",
        "repetition",
        "warm_up",
        "seed",
        "order",
        "nodes",
        "cores",
        "digest",
    ];

    /// The cells, in the order of [`Label::COLUMNS`].
    pub fn cells(&self) -> [String; Self::COLUMNS.len()] {
        [
            STUDY_SCHEMA.to_string(),
            self.environment.clone(),
            self.version.clone(),
            self.commit.clone(),
            self.codec.clone(),
            self.variant.clone(),
            self.options.clone(),
            self.scaling.name().to_owned(),
            self.dataset.clone(),
            self.files_wanted.to_string(),
            self.cache.name().to_owned(),
            self.repetition.to_string(),
            self.warm_up.to_string(),
            self.seed.to_string(),
            self.order.to_string(),
            self.nodes.to_string(),
            self.cores.to_string(),
            self.digest.clone(),
        ]
    }
}

/// Whether this may stand as a name in tables and reports: letters, digits and `._+-` of ASCII, 80 at most.
pub fn is_name(text: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "._+-".contains(c);
    (1..=80).contains(&text.len()) && text.chars().all(is_of_name)
}
