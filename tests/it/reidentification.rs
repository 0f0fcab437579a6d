//! `sauva run --reidentification-map`: what it lists is so, only its recipients can read it, and nothing
//! of it is elsewhere.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use age::x25519::Identity;
use dicom::dictionary_std::tags;
use sauva::read::{Limits, read};
use sauva::sample::{Kind, SampleOptions, generate, identifying_strings};

use crate::help::{Work, printed, rows, tree};

const OPTIONS: SampleOptions = SampleOptions { kind: Kind::Ct, count: 24, seed: 11 };

fn input(work: &Work) -> PathBuf {
    let input = work.path("input");
    generate(&OPTIONS, &input).unwrap();
    input
}

/// `sauva run` with a map for these recipients.
fn run(work: &Work, input: &Path, recipients: &[&str], more: &[&str]) -> (Option<i32>, String) {
    let map = work.path("map.age");
    let mut words = vec!["--reidentification-map", map.to_str().unwrap()];
    for recipient in recipients {
        words.extend(["--recipient", recipient]);
    }
    words.extend(more);
    let run = work.run(input, "out", &words);
    (run.status.code(), printed(&run))
}

/// The rows of a map: kind, original, issuer, new.
fn decrypted(map: &Path, identity: &Identity) -> Vec<[String; 4]> {
    let plain = age::decrypt(identity, &std::fs::read(map).unwrap()).unwrap();
    let mut reader = csv::Reader::from_reader(plain.as_slice());
    assert_eq!(reader.headers().unwrap(), vec!["kind", "original", "issuer", "new"]);
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn every_recipient_reads_what_stands_for_what_and_nobody_else() {
    let work = Work::new();
    let input = input(&work);
    let identities = [Identity::generate(), Identity::generate()];
    let [one, two] = identities.each_ref().map(|identity| identity.to_public().to_string());
    let (status, told) = run(&work, &input, &[&one, &two], &["--retain", "modified-dates"]);
    assert_eq!(status, Some(0), "{told}");

    let map = work.path("map.age");
    let listed = decrypted(&map, &identities[0]);
    assert_eq!(listed, decrypted(&map, &identities[1]));
    assert!(age::decrypt(&Identity::generate(), &std::fs::read(&map).unwrap()).is_err());
    assert_eq!(map.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), listed.len(), "each row once");
    let first: Vec<&str> = listed.iter().map(|row| row[0].as_str()).collect();
    assert!(first.is_sorted_by_key(|kind| {
        ["patient", "patient-name", "date-shift", "study", "series", "instance"]
            .iter()
            .position(|it| it == kind)
    }));

    let has = |kind: &str, original: &str, new: &str| {
        let is_it = |row: &&[String; 4]| row[0] == kind && row[1] == original && row[3] == new;
        assert_eq!(listed.iter().filter(is_it).count(), 1, "{kind}");
    };
    // Which input a row of the index is of, the private log tells.
    let log = work.path("log.csv");
    let again = run(
        &work,
        &input,
        &[&one],
        &["--retain", "modified-dates", "--private-log", log.to_str().unwrap()],
    );
    assert_eq!(again.0, Some(0), "{}", again.1);
    let paths = rows(&log);
    for row in rows(&work.path("out/index.csv")) {
        let path = paths.iter().find(|it| it["path_id"] == row["path_id"]).unwrap();
        let read = read(&input.join(&path["path"]), &Limits::default()).unwrap().data_set;
        let text = |tag| read.text(tag).unwrap();
        has("patient", text(tags::PATIENT_ID), &row["patient_id"]);
        if let Some(name) = read.text(tags::PATIENT_NAME) {
            has("patient-name", name, &row["patient_id"]);
        } else {
            // In another character set: in the map it is UTF-8.
            let is_it = |it: &&[String; 4]| it[0] == "patient-name" && it[3] == row["patient_id"];
            let name = &listed.iter().find(is_it).unwrap()[1];
            assert!(!name.is_ascii() && !name.contains(char::REPLACEMENT_CHARACTER), "{name}");
        }
        has("study", text(tags::STUDY_INSTANCE_UID), &row["study_instance_uid"]);
        has("series", text(tags::SERIES_INSTANCE_UID), &row["series_instance_uid"]);
        has("instance", text(tags::SOP_INSTANCE_UID), &row["sop_instance_uid"]);
        let shift =
            listed.iter().find(|it| it[0] == "date-shift" && it[1] == text(tags::PATIENT_ID));
        let days: i64 = shift.unwrap()[3].parse().unwrap();
        let written = sauva::read::read(&work.path("out").join(&row["path"]), &Limits::default());
        let moved = written.unwrap().data_set.text(tags::STUDY_DATE).unwrap().to_owned();
        assert_eq!(day(&moved) - day(text(tags::STUDY_DATE)), days);
    }
}

/// The number of a day, YYYYMMDD.
fn day(text: &str) -> i64 {
    let part = |range: std::ops::Range<usize>| text[range].parse::<i64>().unwrap();
    let (year, month, day) = (part(0..4), part(4..6), part(6..8));
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    year * 365 + year / 4 - year / 100 + year / 400 + (month * 306 + 5) / 10 + day
}

#[test]
fn no_identity_stands_in_the_file_or_elsewhere() {
    let work = Work::new();
    let input = input(&work);
    let recipient = Identity::generate().to_public().to_string();
    let (status, told) = run(&work, &input, &[&recipient], &[]);
    assert_eq!(status, Some(0), "{told}");
    let mut searched = std::fs::read(work.path("map.age")).unwrap();
    searched.extend(told.replace(work.path("").to_str().unwrap(), "").into_bytes());
    searched.extend(tree(&work.path("out/.sauva")).into_values().flatten());
    for string in identifying_strings(&OPTIONS) {
        let is_there = searched.windows(string.len()).any(|it| it == string.as_bytes());
        assert!(!is_there, "{string}");
    }
    assert!(!work.path("map.age.sauva.part").exists());
}

#[test]
fn the_same_command_makes_it_again_and_loses_nothing() {
    let work = Work::new();
    let input = input(&work);
    let identity = Identity::generate();
    let recipient = identity.to_public().to_string();
    let map = work.path("map.age");
    let again = |words: &str| {
        let (status, told) = run(&work, &input, &[&recipient], &[]);
        assert_eq!(status, Some(0), "{told}");
        assert!(told.contains(words), "{told}");
        decrypted(&map, &identity)
    };
    let first = again("a re-identification map of");
    std::fs::remove_file(&map).unwrap();
    assert_eq!(again("a re-identification map of"), first);
    assert_eq!(again("a re-identification map of"), first, "it is replaced");
    let gone = tree(&input).into_keys().next().unwrap();
    std::fs::remove_file(input.join(gone)).unwrap();
    assert!(again("without 1 instances").len() < first.len());
    assert_eq!(decrypted(&work.path("map.age.1"), &identity), first, "the earlier one is kept");
}

#[test]
fn what_cannot_be_is_refused_in_one_sentence() {
    let work = Work::new();
    let input = input(&work);
    let recipient = Identity::generate().to_public().to_string();
    let refused = |words: &[&str], sentence: &str| {
        let refused = work.run(&input, "out", words);
        let told = printed(&refused);
        assert_eq!(refused.status.code(), Some(1), "{told}");
        assert!(told.contains(sentence), "{told}");
        assert!(!told.contains("JANE"), "{told}");
        told
    };
    let flag = "--reidentification-map";
    let inside = work.path("out/JANE.age");
    refused(&[flag, inside.to_str().unwrap(), "--recipient", &recipient], "lies inside --output");
    let inside = input.join("JANE.age");
    refused(&[flag, inside.to_str().unwrap(), "--recipient", &recipient], "or --input");
    let map = work.path("JANE.age");
    let map = map.to_str().unwrap();
    let told = refused(&[flag, map, "--recipient", "age1JANE"], "not a public key of age");
    assert_eq!(told.lines().count(), 1);
    let secret = "AGE-SECRET-KEY-1JANE";
    refused(&[flag, map, "--recipient", secret], "not a public key of age");
    refused(&[flag, map], "--recipient");
    refused(&["--recipient", &recipient], flag);
    std::fs::write(map, "thesis").unwrap();
    refused(&[flag, map, "--recipient", &recipient], "the file exists already");
    assert_eq!(std::fs::read(map).unwrap(), b"thesis");
    // Neither is a map of another output replaced.
    std::fs::write(map, "age-encryption.org/v1\n..").unwrap();
    refused(&[flag, map, "--recipient", &recipient], "the file exists already");
}
