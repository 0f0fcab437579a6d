//! Tokens: a seed in, words out that stand for what identifies, each planted in one place.

use super::wire::Wire;
use crate::sample::random::{Purpose, Source};

/// An invented word or number, and the one place of the tree that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlantedToken {
    /// The bytes to look for: `QZX`, four digits, seven letters. In attributes that hold UIDs, a UID.
    pub token: String,
    /// The encoding, the scene, and where in it.
    pub place: String,
    /// The item of the list of hiding places that the place belongs to.
    pub item: u8,
}

/// Hands out tokens and writes down where each goes.
#[derive(Debug)]
pub(super) struct Planter {
    pub(super) wire: Wire,
    pub(super) tokens: Vec<PlantedToken>,
    pub(super) dates: Vec<PlantedToken>,
    /// The Study Instance UID of the scenes of one encoding.
    pub(super) study: String,
    seed: u64,
    scene: &'static str,
    uids: u64,
}

impl Planter {
    pub(super) fn new(seed: u64) -> Self {
        let (tokens, dates) = (Vec::new(), Vec::new());
        Self { wire: Wire::ALL[0], tokens, dates, study: String::new(), seed, scene: "", uids: 0 }
    }

    /// What is planted from here on is written in this encoding.
    pub(super) fn turn_to(&mut self, wire: Wire) {
        self.wire = wire;
        self.enter("study");
        self.study = self.uid(33, "Study Instance UID");
    }

    /// What is planted from here on stands in this scene.
    pub(super) fn enter(&mut self, scene: &'static str) {
        self.scene = scene;
    }

    /// A new word: capitals and digits, so that it may stand in any text, also as a code string.
    pub(super) fn word(&mut self, item: u8, place: &str) -> String {
        let number = self.tokens.len();
        let mut source = Source::new(self.seed, Purpose::PlantedToken, number as u64);
        let letter = |_| char::from(b'A' + source.below(26) as u8);
        let letters: String = (0..7).map(letter).collect();
        let token = format!("QZX{number:04}{letters}");
        self.tokens.push(PlantedToken { token: token.clone(), place: self.place(place), item });
        token
    }

    /// A new UID that has to be replaced.
    pub(super) fn uid(&mut self, item: u8, place: &str) -> String {
        let token = self.plain_uid();
        self.tokens.push(PlantedToken { token: token.clone(), place: self.place(place), item });
        token
    }

    /// A new UID that is not planted.
    pub(super) fn plain_uid(&mut self) -> String {
        self.uids += 1;
        Source::new(self.seed, Purpose::PlantedUid, self.uids).uid()
    }

    /// A date as it is spelled; the same in every encoding.
    pub(super) fn date<'a>(&mut self, item: u8, place: &str, date: &'a str) -> &'a str {
        let place = self.place(place);
        self.dates.push(PlantedToken { token: date.to_owned(), place, item });
        date
    }

    fn place(&self, place: &str) -> String {
        format!("{}, {}: {place}", self.wire.name(), self.scene)
    }
}
