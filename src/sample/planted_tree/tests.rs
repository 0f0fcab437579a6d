//! What a planted tree promises: bytes, tokens that are there, files that are as they should be.

use std::collections::BTreeSet;
use std::io::Read;

use bytes::Bytes;

use super::*;
use crate::read::{self, Limits};

/// The bytes of a file, and what a deflated data set inflates to.
fn with_inflated(file: &PlantedFile) -> Vec<u8> {
    let mut bytes = file.bytes.clone();
    if file.path.starts_with("deflated") {
        let length = u32::from_le_bytes(bytes[140..144].try_into().unwrap()) as usize;
        let mut inflating = flate2::read::DeflateDecoder::new(&file.bytes[144 + length..]);
        inflating.read_to_end(&mut bytes).unwrap();
    }
    bytes.extend(file.path.to_str().unwrap().as_bytes());
    bytes
}

#[test]
fn the_same_seed_plants_the_same_bytes_and_another_seed_other_tokens() {
    assert_eq!(planted_files(1), planted_files(1));
    let other: BTreeSet<String> = planted_tokens(2).into_iter().map(|t| t.token).collect();
    assert!(planted_tokens(1).iter().all(|token| !other.contains(&token.token)));
}

#[test]
fn every_token_is_unique_and_stands_where_the_list_says() {
    let (files, tokens) = (planted_files(1), planted_tokens(1));
    let words: BTreeSet<&str> = tokens.iter().map(|token| token.token.as_str()).collect();
    assert_eq!(words.len(), tokens.len());
    for wire in Wire::ALL {
        let of_wire: Vec<_> =
            tokens.iter().filter(|token| token.place.starts_with(wire.name())).collect();
        assert!(of_wire.len() >= 100, "{}: {}", wire.name(), of_wire.len());
        let bytes: Vec<Vec<u8>> =
            files.iter().filter(|f| f.path.starts_with(wire.name())).map(with_inflated).collect();
        let words = of_wire.iter().map(|token| &token.token);
        let search = aho_corasick::AhoCorasick::new(words).unwrap();
        let mut found = vec![false; of_wire.len()];
        for bytes in &bytes {
            search.find_iter(bytes).for_each(|hit| found[hit.pattern().as_usize()] = true);
        }
        for (token, found) in of_wire.iter().zip(found) {
            assert!(found, "{}", token.place);
        }
    }
}

#[test]
fn every_date_stands_in_a_file() {
    let files: Vec<Vec<u8>> = planted_files(1).iter().map(with_inflated).collect();
    let dates: BTreeSet<String> = planted_dates(1).into_iter().map(|date| date.token).collect();
    for date in &dates {
        let date = date.as_bytes();
        assert!(files.iter().any(|file| file.windows(date.len()).any(|bytes| bytes == date)));
    }
}

#[test]
fn files_read_as_they_should() {
    // Refusals of the stages behind the reader.
    let later = ["burned-in-annotation", "no-identity", "no-dummy", "stray-bits"];
    for file in planted_files(1) {
        let name = file.path.display();
        let read = read::parse(&Bytes::from(file.bytes), &Limits::default());
        match (file.expected, read) {
            (Expected::Written, Err(error)) => panic!("{name}: {error}"),
            (Expected::Refused(class), Ok(_)) => assert!(later.contains(&class), "{name}"),
            (Expected::Refused(class), Err(error)) => {
                assert_eq!(error.class(), class, "{name}: {error}");
            }
            (Expected::Written, Ok(_)) | (Expected::Either, _) => {}
        }
    }
}

#[test]
fn a_tree_is_written_with_its_list() {
    let folder = tempfile::tempdir().unwrap();
    let report = generate_planted(3, folder.path()).unwrap();
    assert_eq!(report.files, planted_files(3).len());
    let list = std::fs::read_to_string(folder.path().join(TOKENS)).unwrap();
    assert_eq!(list.lines().count(), 1 + planted_tokens(3).len());
    assert!(matches!(generate_planted(3, folder.path()), Err(SampleError::NotEmpty)));
}
