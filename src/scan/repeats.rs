//! Which paths came before: paths in, whether each is new out. Keeps 64 bits of each, so that it is sure of
//! what is new, and almost sure of what is not.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

/// Tables, of which only one at a time is copied to grow.
const TABLES: usize = 256;

pub(super) struct Seen {
    tables: Vec<HashSet<u64>>,
    hasher: RandomState,
}

impl Seen {
    pub(super) fn new() -> Self {
        Self { tables: vec![HashSet::new(); TABLES], hasher: RandomState::new() }
    }

    pub(super) fn is_new(&mut self, path: &[u8]) -> bool {
        let hash = self.hasher.hash_one(path);
        self.tables[hash as usize % TABLES].insert(hash)
    }
}
