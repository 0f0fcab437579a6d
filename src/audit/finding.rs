//! What is wrong with an output: gathered from many threads, handed back sorted.

use std::sync::Mutex;

/// The kinds of findings, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Something that identifies stands in the output.
    Leak,
    /// An attribute does not hold what the profile puts there.
    Profile,
    /// A file is missing, changed, or not of this run.
    File,
    /// A file cannot be read or decoded.
    Instance,
    /// The index contradicts a file.
    Index,
    /// The reports contradict each other.
    Report,
    /// The output and the input do not belong together.
    Input,
}

impl Kind {
    /// All kinds, in their order.
    pub const ALL: [Self; 7] = [
        Self::Leak,
        Self::Profile,
        Self::File,
        Self::Instance,
        Self::Index,
        Self::Report,
        Self::Input,
    ];

    /// A heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Leak => "identifying values in the output",
            Self::Profile => "attributes that the profile would not leave so",
            Self::File => "files missing, changed or not of this run",
            Self::Instance => "instances that cannot be read or decoded",
            Self::Index => "rows of index.csv that contradict their file",
            Self::Report => "reports that contradict each other",
            Self::Input => "inputs that are not accounted for",
        }
    }
}

/// One thing that is wrong. It names output paths, tags and path IDs; never a value or an input path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// What kind of thing.
    pub kind: Kind,
    /// Where: a path below the output folder, or the path ID of an input.
    pub place: String,
    /// What is wrong there.
    pub what: String,
}

/// Where the checks put what they find.
#[derive(Debug, Default)]
pub(super) struct Findings(Mutex<Vec<Finding>>);

impl Findings {
    pub(super) fn add(&self, kind: Kind, place: impl Into<String>, what: impl Into<String>) {
        let finding = Finding { kind, place: place.into(), what: what.into() };
        self.0.lock().expect("no thread panics while it holds this").push(finding);
    }

    pub(super) fn report(&self, what: impl Into<String>, place: &str) {
        self.add(Kind::Report, place, what);
    }

    /// Whether nothing was found so far.
    pub(super) fn is_empty(&self) -> bool {
        self.0.lock().expect("no thread panics while it holds this").is_empty()
    }

    /// How many there are of this kind.
    pub(super) fn count(&self, kind: Kind) -> usize {
        let all = self.0.lock().expect("no thread panics while it holds this");
        all.iter().filter(|finding| finding.kind == kind).count()
    }

    pub(super) fn into_sorted(self) -> Vec<Finding> {
        let mut all = self.0.into_inner().expect("no thread panics while it holds this");
        all.sort();
        all.dedup();
        all
    }
}
