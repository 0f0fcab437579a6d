//! Very many values in blocks of one size: values in, values by number out. Growing adds a block and copies
//! none, so that memory never stands twice.

/// Values of a block.
const BLOCK: usize = 4096;

/// Values of one type.
pub(super) struct Blocks<T>(Vec<Vec<T>>);

impl<T> Default for Blocks<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy> Blocks<T> {
    pub(super) fn len(&self) -> usize {
        self.0.last().map_or(0, |last| (self.0.len() - 1) * BLOCK + last.len())
    }

    pub(super) fn push(&mut self, value: T) {
        match self.0.last_mut() {
            Some(last) if last.len() < BLOCK => last.push(value),
            _ => {
                let mut block = Vec::with_capacity(BLOCK);
                block.push(value);
                self.0.push(block);
            }
        }
    }

    pub(super) fn get(&self, at: u32) -> T {
        self.0[at as usize / BLOCK][at as usize % BLOCK]
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let values: usize = self.0.iter().map(Vec::capacity).sum();
        values * size_of::<T>() + self.0.capacity() * size_of::<Vec<T>>()
    }
}

/// Strings of bytes, each behind the one before it.
#[derive(Default)]
pub(super) struct Arena {
    /// Where each ends in its block.
    ends: Blocks<u32>,
    blocks: Vec<Vec<u8>>,
}

impl Arena {
    /// Adds a string, and gives it its number.
    pub(super) fn push(&mut self, string: &[u8]) -> u32 {
        let at = self.ends.len();
        if at.is_multiple_of(BLOCK) {
            if let Some(full) = self.blocks.last_mut() {
                full.shrink_to_fit();
            }
            self.blocks.push(Vec::new());
        }
        let block = self.blocks.last_mut().expect("there is one by now");
        block.extend_from_slice(string);
        self.ends.push(u32::try_from(block.len()).expect("4096 paths are no 4 GiB"));
        u32::try_from(at).expect("the scan ends before there are more")
    }

    pub(super) fn get(&self, at: u32) -> &[u8] {
        let is_first = (at as usize).is_multiple_of(BLOCK);
        let start = if is_first { 0 } else { self.ends.get(at - 1) };
        &self.blocks[at as usize / BLOCK][start as usize..self.ends.get(at) as usize]
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let bytes: usize = self.blocks.iter().map(Vec::capacity).sum();
        bytes + self.blocks.capacity() * size_of::<Vec<u8>>() + self.ends.memory_bytes()
    }
}
