//! Bits in, codes out. The stuffed bits were taken out before (`stuffing`), so that a code is found
//! by one load and one shift.

/// The coded data of a scan or of a restart interval.
#[derive(Debug)]
pub(super) struct BitReader {
    /// The data, and zeros behind them.
    bytes: Vec<u8>,
    /// Bits of the data.
    bits: usize,
    /// Bits that were read. Behind the end zeros are read, which `is_overrun` tells later.
    position: usize,
    /// Whether a code was met that no encoder writes.
    is_broken: bool,
}

impl BitReader {
    /// Bytes that are looked at for one code.
    const WINDOW: usize = 8;

    pub(super) fn new(mut bytes: Vec<u8>, bits: usize) -> Self {
        bytes.resize(bytes.len() + Self::WINDOW, 0);
        Self { bytes, bits, position: 0, is_broken: false }
    }

    /// The next 57 bits or more, from the highest down.
    #[inline(always)]
    fn peek(&self) -> u64 {
        // Not past the end; whoever reads on from there reads zeros or the last bits again.
        let at = (self.position >> 3).min(self.bytes.len() - Self::WINDOW);
        let window = self.bytes[at..].first_chunk().map_or(0, |eight| u64::from_be_bytes(*eight));
        window << (self.position & 7)
    }

    /// Reads up to 32 bits.
    #[inline(always)]
    pub(super) fn read(&mut self, count: u32) -> u32 {
        let bits = self.peek() >> 1 >> (63 - count);
        self.position += count as usize;
        bits as u32
    }

    /// Reads a limited Golomb code (T.87 section A.5.3). No number is above `most`: a damaged code
    /// gives 0.
    #[inline(always)]
    pub(super) fn read_golomb(&mut self, k: u32, limit: u32, qbpp: u32, most: u32) -> u32 {
        let window = self.peek();
        let zeros = window.leading_zeros();
        let escape = limit - qbpp - 1;
        let number = if zeros < escape.min(32) {
            self.position += (zeros + 1 + k) as usize;
            let behind = window << (zeros + 1);
            zeros << k | (behind >> 1 >> (63 - k)) as u32
        } else {
            self.read_long(zeros, k, escape, qbpp)
        };
        if number > most {
            self.is_broken = true;
            return 0;
        }
        number
    }

    #[cold]
    fn read_long(&mut self, zeros: u32, k: u32, escape: u32, qbpp: u32) -> u32 {
        self.position += (zeros + 1) as usize;
        if zeros < escape {
            zeros << k | self.read(k)
        } else {
            self.is_broken |= zeros > escape;
            self.read(qbpp) + 1
        }
    }

    /// Notes that the data contradict themselves.
    pub(super) fn set_broken(&mut self) {
        self.is_broken = true;
    }

    /// Whether the data contradict themselves.
    pub(super) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Whether more bits were read than there are.
    pub(super) fn is_overrun(&self) -> bool {
        self.position > self.bits
    }

    /// Whether nothing is left but the zeros that fill the last byte.
    pub(super) fn is_at_end(&self) -> bool {
        let left = self.bits.saturating_sub(self.position);
        !self.is_overrun() && left < 8 && self.peek() == 0
    }
}
