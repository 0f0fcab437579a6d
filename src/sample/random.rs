//! Randomness: a seed, a purpose and an index in, numbers out. Every object of a sample draws from a
//! source of its own, so that files can be made in any order, and alone.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// What a source is for: sources of two purposes share no numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Layout,
    Patient,
    Study,
    Series,
    Instance,
    Body,
    Texture,
    Noise,
    PlantedToken,
    PlantedUid,
    BurnedIn,
    BurnedInText,
    BurnedInGround,
}

/// Numbers that depend on seed, purpose and index alone.
#[derive(Debug)]
pub(super) struct Source(ChaCha8Rng);

impl Source {
    pub(super) fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&(purpose as u64).to_le_bytes());
        key[16..24].copy_from_slice(&index.to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A number from 0 to `bound` - 1. The bias of the remainder is of no matter here.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        self.0.next_u32() % bound
    }

    /// One of the choices.
    pub(super) fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len() as u32) as usize]
    }

    /// A number from -1 to 1 in steps that every platform rounds alike.
    pub(super) fn swing(&mut self) -> f32 {
        (self.below(2001) as f32 - 1000.0) / 1000.0
    }

    /// A UID made of a random UUID (PS3.5 section B.2; RFC 9562, version 4).
    pub(super) fn uid(&mut self) -> String {
        let random = u128::from(self.0.next_u64()) << 64 | u128::from(self.0.next_u64());
        let version = random & !(0xF << 76) | 0x4 << 76;
        let variant = version & !(0x3 << 62) | 0x2 << 62;
        format!("2.25.{variant}")
    }

    /// Fills a buffer.
    pub(super) fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}
