//! Streams of made-up coefficients, in any sampling, interleaved or not, with no symbol in their tables
//! that does not occur.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::area::Rectangle;

/// Blocks of each component, by row and column, those beyond the edge included.
pub(super) type Coefficients = Vec<Vec<Vec<[i32; 64]>>>;

#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) is_12_bit: bool,
    pub(super) sampling: Vec<(usize, usize)>,
    pub(super) interleaved: bool,
    pub(super) restart: usize,
    pub(super) seed: u32,
    /// Whether the tables have no room for another symbol.
    pub(super) tight: bool,
}

pub(super) fn plans() -> impl Strategy<Value = Plan> {
    let sampling = prop_oneof![
        proptest::collection::vec((1_usize..=4, 1_usize..=4), 1..=4),
        Just(vec![(2, 2); 3]),
        Just(vec![(2, 1), (1, 1), (1, 1)]),
        Just(vec![(2, 2), (1, 1), (1, 1)]),
    ];
    (1_usize..90, 1_usize..90, any::<bool>(), sampling, any::<bool>(), 0_usize..5, any::<u32>())
        .prop_map(|(rows, columns, is_12_bit, sampling, interleaved, restart, seed)| Plan {
            rows,
            columns,
            is_12_bit,
            sampling,
            interleaved,
            restart,
            seed,
            tight: false,
        })
}

/// The step of every coefficient.
const STEP: i32 = 3;

impl Plan {
    pub(super) fn grey(rows: usize, columns: usize) -> Self {
        let sampling = vec![(1, 1)];
        let (is_12_bit, interleaved, restart, seed, tight) = (false, false, 0, 1, false);
        Self { rows, columns, is_12_bit, sampling, interleaved, restart, seed, tight }
    }

    /// Black for the first component, the middle for others, and an end for the last of four.
    pub(super) fn black(&self) -> Vec<u16> {
        let (middle, end) = if self.is_12_bit { (2048, 4095) } else { (128, 255) };
        [0, middle, middle, end][..self.sampling.len()].to_vec()
    }

    fn largest(&self) -> (usize, usize) {
        self.factors().into_iter().fold((1, 1), |a, b| (a.0.max(b.0), a.1.max(b.1)))
    }

    /// The factors that count: a component alone has none.
    fn factors(&self) -> Vec<(usize, usize)> {
        if self.sampling.len() == 1 { vec![(1, 1)] } else { self.sampling.clone() }
    }

    /// Units across and down of an interleaved scan.
    fn units(&self) -> (usize, usize) {
        let (h, v) = self.largest();
        (self.columns.div_ceil(8 * h), self.rows.div_ceil(8 * v))
    }

    pub(super) fn stream(&self) -> (Vec<u8>, Coefficients) {
        let mut state = self.seed;
        let mut random = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        let (across, down) = self.units();
        let span = if self.is_12_bit { 5000 } else { 300 };
        let blocks = self.factors().into_iter().map(|(h, v)| {
            let mut block = |_| {
                let mut block = [0; 64];
                block[0] = if self.tight { 1 } else { random(2 * span) as i32 - span as i32 };
                let coefficients = if self.tight { 0 } else { random(4) };
                for _ in 0..coefficients {
                    block[1 + random(63) as usize] = random(7) as i32 - 3;
                }
                block
            };
            (0..down * v).map(|_| (0..across * h).map(&mut block).collect()).collect()
        });
        let blocks: Coefficients = blocks.collect();
        self.write(&blocks)
    }

    /// What masking makes of coefficients, reckoned block by block.
    pub(super) fn masked(&self, blocks: &Coefficients, covered: &[Rectangle]) -> Coefficients {
        let mut masked = blocks.clone();
        let (largest, factors) = (self.largest(), self.factors());
        let middle = if self.is_12_bit { 2048 } else { 128 };
        for (component, rows) in masked.iter_mut().enumerate() {
            let black = 8 * (i32::from(self.black()[component]) - middle);
            let black = if black < 0 { black.div_euclid(STEP) } else { (black + STEP - 1) / STEP };
            for (y, row) in rows.iter_mut().enumerate() {
                for (x, block) in row.iter_mut().enumerate() {
                    let px = (8 * x * largest.0 / factors[component].0).min(self.columns - 1);
                    let py = (8 * y * largest.1 / factors[component].1).min(self.rows - 1);
                    if super::inside(covered, px, py, 0) {
                        *block = [0; 64];
                        block[0] = black;
                    }
                }
            }
        }
        masked
    }

    /// The stream of these coefficients.
    pub(super) fn write(&self, blocks: &Coefficients) -> (Vec<u8>, Coefficients) {
        let all: Vec<usize> = (0..self.sampling.len()).collect();
        let scans: Vec<Vec<usize>> =
            if self.interleaved { vec![all] } else { all.into_iter().map(|c| vec![c]).collect() };
        let symbols: Vec<_> = scans.iter().map(|scan| self.symbols(scan, blocks)).collect();
        let used = |class: usize| -> Vec<u8> {
            let of_class = symbols.iter().flatten().flatten().filter(|s| s.0 == class);
            of_class.map(|s| s.1).collect::<BTreeSet<u8>>().into_iter().collect()
        };
        let mut out = vec![0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0];
        out.extend([STEP as u8; 64]);
        let mut frame = vec![if self.is_12_bit { 12 } else { 8 }];
        frame.extend((self.rows as u16).to_be_bytes());
        frame.extend((self.columns as u16).to_be_bytes());
        frame.push(self.sampling.len() as u8);
        for (id, (h, v)) in self.sampling.iter().enumerate() {
            frame.extend([id as u8 + 1, (h << 4 | v) as u8, 0]);
        }
        segment(&mut out, 0xC1, &frame);
        let tables = [used(0), used(1)].map(|symbols| self.table(symbols));
        for (class, (lengths, symbols)) in tables.iter().enumerate() {
            segment(&mut out, 0xC4, &[&[(class << 4) as u8], &lengths[..], symbols].concat());
        }
        segment(&mut out, 0xDD, &(self.restart as u16).to_be_bytes());
        for (scan, intervals) in scans.iter().zip(&symbols) {
            let mut header = vec![scan.len() as u8];
            for component in scan {
                header.extend([*component as u8 + 1, 0]);
            }
            header.extend([0, 63, 0]);
            segment(&mut out, 0xDA, &header);
            for (number, interval) in intervals.iter().enumerate() {
                if number > 0 {
                    out.extend([0xFF, 0xD0 + (number as u8 - 1) % 8]);
                }
                put(&mut out, interval, &tables);
            }
        }
        out.extend([0xFF, 0xD9]);
        (out, blocks.clone())
    }

    /// Codes of one length, or one of each length, but for the last.
    fn table(&self, symbols: Vec<u8>) -> ([u8; 16], Vec<u8>) {
        let mut lengths = [0; 16];
        if self.tight {
            let unused = (0..=255).rev().filter(|symbol| !symbols.contains(symbol));
            let symbols: Vec<u8> =
                symbols.iter().copied().chain(unused).take(symbols.len().max(16)).collect();
            assert_eq!(symbols.len(), 16, "few symbols fit");
            return ([1; 16], symbols);
        }
        let length = (1..9).find(|length| symbols.len() < 1 << length).unwrap_or(8);
        lengths[length - 1] = symbols.len() as u8;
        (lengths, symbols)
    }

    /// Class, symbol, bits and their number of all that a scan codes, by restart interval.
    fn symbols(&self, scan: &[usize], blocks: &Coefficients) -> Vec<Vec<(usize, u8, u32, u8)>> {
        let (largest, factors) = (self.largest(), self.factors());
        let (mut across, mut down) = self.units();
        if let [alone] = scan {
            across = (self.columns * factors[*alone].0).div_ceil(largest.0).div_ceil(8);
            down = (self.rows * factors[*alone].1).div_ceil(largest.1).div_ceil(8);
        }
        let mut intervals = vec![Vec::new()];
        let mut previous = vec![0; factors.len()];
        for unit in 0..across * down {
            if self.restart > 0 && unit > 0 && unit % self.restart == 0 {
                intervals.push(Vec::new());
                previous.fill(0);
            }
            let symbols = intervals.last_mut().unwrap();
            for component in scan {
                let (h, v) = if scan.len() == 1 { (1, 1) } else { factors[*component] };
                for at in 0..h * v {
                    let (x, y) = (unit % across * h + at % h, unit / across * v + at / h);
                    let block = &blocks[*component][y][x];
                    coded(block, &mut previous[*component], symbols);
                }
            }
        }
        intervals
    }
}

fn category(value: i32) -> (u8, u32) {
    let size = (32 - value.unsigned_abs().leading_zeros()) as u8;
    (size, (if value < 0 { value - 1 } else { value }) as u32 & ((1 << size) - 1))
}

fn coded(block: &[i32; 64], previous: &mut i32, symbols: &mut Vec<(usize, u8, u32, u8)>) {
    let (size, bits) = category(block[0] - *previous);
    *previous = block[0];
    symbols.push((0, size, bits, size));
    let mut run = 0;
    for value in &block[1..] {
        if *value == 0 {
            run += 1;
            continue;
        }
        while run > 15 {
            symbols.push((1, 0xF0, 0, 0));
            run -= 16;
        }
        let (size, bits) = category(*value);
        symbols.push((1, run << 4 | size, bits, size));
        run = 0;
    }
    if run > 0 {
        symbols.push((1, 0, 0, 0));
    }
}

fn segment(out: &mut Vec<u8>, marker: u8, content: &[u8]) {
    out.extend([0xFF, marker]);
    out.extend((content.len() as u16 + 2).to_be_bytes());
    out.extend(content);
}

fn put(out: &mut Vec<u8>, symbols: &[(usize, u8, u32, u8)], tables: &[([u8; 16], Vec<u8>); 2]) {
    let mut bits = Vec::new();
    for (class, symbol, value, size) in symbols {
        let (lengths, order) = &tables[*class];
        let place = order.iter().position(|s| s == symbol).unwrap();
        let (mut code, mut left) = (0_u32, place);
        for (length, count) in (1..).zip(lengths) {
            if left < usize::from(*count) {
                code += left as u32;
                bits.extend((0..length).rev().map(|at| code >> at & 1));
                break;
            }
            left -= usize::from(*count);
            code = (code + u32::from(*count)) << 1;
        }
        bits.extend((0..*size).rev().map(|at| value >> at & 1));
    }
    while bits.len() % 8 != 0 {
        bits.push(1);
    }
    for byte in bits.chunks(8) {
        let byte = byte.iter().fold(0, |byte, bit| byte << 1 | *bit as u8);
        out.push(byte);
        if byte == 0xFF {
            out.push(0);
        }
    }
}
