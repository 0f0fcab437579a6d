//! Writing a codestream: marker segments and the bits between them (ITU-T T.81 sections B.1.1 and F.1.2.3).

use super::NO_ROOM;
use crate::codestream::CodestreamError;

/// A codestream as far as it is written.
#[derive(Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    buffer: u64,
    /// Bits in the buffer that are not written, fewer than 8 between two calls.
    waiting: u32,
}

impl Writer {
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity), ..Self::default() }
    }

    /// The lowest `count` of these bits, 16 at most.
    pub(super) fn put(&mut self, bits: u32, count: u8) {
        self.buffer = self.buffer << count | u64::from(bits) & ((1 << count) - 1);
        self.waiting += u32::from(count);
        while self.waiting >= 8 {
            self.waiting -= 8;
            let byte = (self.buffer >> self.waiting) as u8;
            self.bytes.push(byte);
            // A zero behind FF, which would begin a marker.
            if byte == 0xFF {
                self.bytes.push(0);
            }
        }
    }

    /// Fills the last byte up with ones.
    pub(super) fn align(&mut self) {
        if self.waiting > 0 {
            self.put(0xFF, 8 - self.waiting as u8);
        }
    }

    /// A marker that stands alone.
    pub(super) fn marker(&mut self, marker: u8) {
        self.bytes.extend([0xFF, marker]);
    }

    pub(super) fn segment(&mut self, marker: u8, content: &[u8]) -> Result<(), CodestreamError> {
        let length = u16::try_from(content.len() + 2).map_err(|_| NO_ROOM)?;
        self.marker(marker);
        self.bytes.extend(length.to_be_bytes());
        self.bytes.extend(content);
        Ok(())
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}
