//! `sauva verify`: a clean output passes, and whatever is done to it is found and named.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Output;

use dicom::dictionary_std::{tags, uids};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use sauva::dataset::{DataSet, Element, Tag, VR, Value, encode_data_set, encode_file_meta};
use sauva::encode::encoder_names;
use sauva::instance::{Original, SourcePixels};
use sauva::read::{Limits, read};
use sauva::results::digest;
use sauva::sample::{Kind, SampleOptions, generate};

use crate::help::{Work, printed, rows, sample, sauva, summary, tree};

impl Work {
    /// `sauva verify` without the input.
    fn verify(&self, name: &str) -> Output {
        sauva(&["verify"]).arg(self.path(name)).output().unwrap()
    }

    /// `sauva verify` with the input and this work's key.
    pub(crate) fn verify_with(&self, name: &str, input: &Path) -> Output {
        let mut command = sauva(&["verify"]);
        command.arg(self.path(name)).arg("--input").arg(input);
        command.arg("--key-file").arg(self.path("key")).output().unwrap()
    }

    /// Something is wrong with the output, and these words tell it.
    fn is_told(&self, name: &str, words: &[&str]) {
        let verified = self.verify(name);
        let told = printed(&verified);
        assert_eq!(verified.status.code(), Some(70), "{told}");
        for word in words {
            assert!(told.contains(word), "{word} in {told}");
        }
    }
}

/// An output of a few files, of which some are not written.
fn small() -> (Work, PathBuf) {
    let work = Work::new();
    let input = sample().join("syntaxes");
    let run = work.run(&input, "out", &[]);
    assert!(matches!(run.status.code(), Some(0 | 2)), "{}", printed(&run));
    (work, input)
}

fn first_instance(output: &Path) -> String {
    rows(&output.join("index.csv"))[0]["path"].clone()
}

fn edit(path: &Path, change: impl FnOnce(String) -> String) {
    let text = std::fs::read_to_string(path).unwrap();
    let changed = change(text.clone());
    assert_ne!(text, changed);
    std::fs::write(path, changed).unwrap();
}

#[test]
fn a_clean_output_passes_and_is_not_touched() {
    let work = Work::new();
    assert_eq!(work.run(&sample(), "out", &[]).status.code(), Some(2));
    let before = tree(&work.path("out"));
    let verified = work.verify("out");
    assert_eq!(verified.status.code(), Some(0), "{}", printed(&verified));
    let verified = work.verify_with("out", &sample());
    assert_eq!(verified.status.code(), Some(0), "{}", printed(&verified));
    assert!(tree(&work.path("out")) == before);
}

#[test]
fn a_synthetic_tree_gives_no_false_alarm_with_any_codec() {
    let work = Work::new();
    let input = work.path("input");
    generate(&SampleOptions { kind: Kind::Ct, count: 24, seed: 7 }, &input).unwrap();
    for codec in encoder_names() {
        assert_eq!(work.run(&input, codec, &["--codec", codec]).status.code(), Some(0));
        let verified = work.verify_with(codec, &input);
        assert_eq!(verified.status.code(), Some(0), "{}", printed(&verified));
    }
}

#[test]
fn a_flipped_byte_is_found_and_its_file_named() {
    let (work, _) = small();
    let name = first_instance(&work.path("out"));
    let path = work.path("out").join(&name);
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.len() - 10;
    bytes[at] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    work.is_told("out", &[&name, "another digest"]);
}

#[test]
fn files_that_are_missing_or_not_of_the_run_are_named() {
    let (work, _) = small();
    let name = first_instance(&work.path("out"));
    let path = work.path("out").join(&name);
    std::fs::write(path.with_extension("part"), "").unwrap();
    std::fs::create_dir(work.path("out/dicom/empty")).unwrap();
    std::os::unix::fs::symlink(&path, work.path("out/dicom/link")).unwrap();
    work.is_told("out", &[".part: not in the manifest", "dicom/empty: a folder", "dicom/link: "]);
    std::fs::remove_file(&path).unwrap();
    work.is_told("out", &[&format!("{name}: in the manifest, and no file is there")]);
    std::os::unix::fs::symlink("elsewhere", &path).unwrap();
    work.is_told("out", &["a link or a special file where an instance belongs"]);
}

#[test]
fn edited_reports_are_found() {
    for (name, from, to) in [
        ("index.csv", ",MR,", ",CT,"),
        ("failures.csv", "duplicate", "not-dicom"),
        ("manifest.sha256", "dicom/", "dicom/../"),
        ("metrics.csv", "threads", "cores"),
        ("summary.json", "\"written\": ", "\"written\": 1"),
        ("summary.json", "\"mean\": ", "\"mean\": 1"),
        ("summary.json", "\"files\": ", "\"files\": 1"),
    ] {
        let (work, _) = small();
        edit(&work.path("out").join(name), |text| text.replacen(from, to, 1));
        work.is_told("out", &[name]);
    }
}

#[test]
fn an_edited_index_is_found_even_where_its_digest_was_mended() {
    let (work, _) = small();
    let out = work.path("out");
    let index = out.join("index.csv");
    let row = rows(&index).into_iter().find(|row| !row["mean"].is_empty()).unwrap();
    edit(&index, |text| text.replacen(&format!(",{},", row["mean"]), ",1.25,", 1));
    let old = summary(&out)["digests"]["index"].as_str().unwrap().to_owned();
    let new = digest(&std::fs::read(&index).unwrap());
    edit(&out.join("summary.json"), |text| text.replace(&old, &new));
    work.is_told("out", &[&row["path"], "the file says otherwise of mean"]);
}

#[test]
fn what_is_not_there_or_not_finished_is_refused_with_1() {
    let (work, input) = small();
    let refused = |verified: &Output, code: i32, sentence: &str| {
        let told = printed(verified);
        assert_eq!(verified.status.code(), Some(code), "{told}");
        assert!(told.contains(sentence), "{told}");
    };
    refused(&work.verify("missing"), 1, "the folder cannot be entered");
    std::fs::create_dir_all(work.path("empty")).unwrap();
    refused(&work.verify("empty"), 1, "no output of `sauva run`");
    std::fs::create_dir_all(work.path("unfinished/.sauva")).unwrap();
    refused(&work.verify("unfinished"), 1, "the same `sauva run` command");
    let other = Work::new();
    let mut command = sauva(&["verify"]);
    command.arg(work.path("out")).arg("--input").arg(&input);
    command.arg("--key-file").arg(other.path("key"));
    refused(&command.output().unwrap(), 1, "not the key that this output was made with");
    std::fs::remove_file(work.path("key")).unwrap();
    refused(&work.verify_with("out", &input), 1, "--input needs the key");
    assert!(!work.path("key").exists(), "no key is made");
    std::fs::write(work.path("out/.sauva/lock"), "1 another-host\n").unwrap();
    refused(&work.verify("out"), 4, "another run holds");
}

#[test]
fn inputs_that_came_or_went_are_named_by_their_path_id() {
    let work = Work::new();
    let input = work.path("input");
    std::fs::create_dir(&input).unwrap();
    std::fs::copy(sample().join("objects/mr/MR_small.dcm"), input.join("DOE_JANE")).unwrap();
    assert_eq!(work.run(&input, "out", &[]).status.code(), Some(0));
    std::fs::rename(input.join("DOE_JANE"), input.join("ROE_JANE")).unwrap();
    let verified = work.verify_with("out", &input);
    let told = printed(&verified);
    assert_eq!(verified.status.code(), Some(70), "{told}");
    assert!(told.contains("an input that no report tells of"), "{told}");
    let path_id = &rows(&work.path("out/index.csv"))[0]["path_id"];
    assert!(told.contains(&format!("{path_id}: told of in the reports")), "{told}");
    assert!(!told.contains("JANE"), "{told}");
}

const NAME: &str = "Quillfeather^Jane";

/// An image of an invented patient, with something in an attribute that the profile keeps.
fn image(kept: Tag, vr: VR, text: &str) -> Vec<u8> {
    let original = read(&sample().join("objects/mr/MR_small.dcm"), &Limits::default()).unwrap();
    let mut data_set: DataSet = original.data_set;
    let Some((_, SourcePixels::Native(pixels))) = original.image else { unreachable!() };
    data_set.put_text(tags::PATIENT_NAME, VR::PN, NAME);
    data_set.put_text(tags::PATIENT_BIRTH_DATE, VR::DA, "19311224");
    data_set.put_text(tags::PATIENT_ID, VR::LO, "Q77431");
    data_set.put_text(kept, vr, text);
    data_set.put(Element { tag: tags::PIXEL_DATA, vr: VR::OW, value: Value::Bytes(pixels) });
    let mut file = Vec::new();
    let syntax = uids::EXPLICIT_VR_LITTLE_ENDIAN;
    encode_file_meta(uids::MR_IMAGE_STORAGE, "1.2.3", syntax, "1.2.3.4", "TEST", &mut file);
    encode_data_set(&data_set, &mut file);
    file
}

fn run_on(image: &[u8]) -> (Work, PathBuf) {
    let work = Work::new();
    let input = work.path("input");
    std::fs::create_dir(&input).unwrap();
    std::fs::write(input.join("IM0001"), image).unwrap();
    assert_eq!(work.run(&input, "out", &["--codec", "native"]).status.code(), Some(0));
    (work, input)
}

/// Puts something into an instance of an output.
fn plant(file: &Path, tag: Tag, vr: VR, text: &str) {
    let Original { mut data_set, transfer_syntax, image } = read(file, &Limits::default()).unwrap();
    let Some((_, SourcePixels::Native(pixels))) = image else { unreachable!() };
    data_set.put_text(tag, vr, text);
    data_set.put(Element { tag: tags::PIXEL_DATA, vr: VR::OW, value: Value::Bytes(pixels) });
    let mut bytes = Vec::new();
    let sop = data_set.text(tags::SOP_INSTANCE_UID).unwrap().to_owned();
    encode_file_meta(uids::MR_IMAGE_STORAGE, &sop, &transfer_syntax, "1.2.3.4", "TEST", &mut bytes);
    let mut body = Vec::new();
    encode_data_set(&data_set, &mut body);
    if transfer_syntax == uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN {
        let mut deflater = DeflateEncoder::new(Vec::new(), Compression::default());
        deflater.write_all(&body).unwrap();
        body = deflater.finish().unwrap();
    }
    bytes.extend(body);
    std::fs::write(file, bytes).unwrap();
}

#[test]
fn an_identity_in_a_deflated_data_set_is_found() {
    let (work, input) = run_on(&image(tags::SEQUENCE_NAME, VR::SH, "fl3d"));
    assert_eq!(work.run(&input, "deflated", &["--codec", "deflate"]).status.code(), Some(0));
    let path = first_instance(&work.path("deflated"));
    plant(&work.path("deflated").join(&path), tags::SEQUENCE_NAME, VR::SH, "QUILLFEATHER");
    let told = printed(&work.verify_with("deflated", &input));
    assert!(told.contains("the value of (0010,0010) stands in (0018,0024)"), "{told}");
}

#[test]
fn an_identity_in_an_attribute_that_is_kept_is_found_and_not_repeated() {
    for (kept, vr, text, source) in [
        (tags::SEQUENCE_NAME, VR::SH, "for QUILLFEATHER", tags::PATIENT_NAME),
        (tags::CONVOLUTION_KERNEL, VR::SH, "quillfeather^jane", tags::PATIENT_NAME),
        (tags::SEQUENCE_NAME, VR::SH, "born 24.12.1931", tags::PATIENT_BIRTH_DATE),
        (tags::SEQUENCE_NAME, VR::SH, "12/24/1931", tags::PATIENT_BIRTH_DATE),
        (tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\Q77431", tags::PATIENT_ID),
    ] {
        // The run itself would cut it; the check must see what a run has missed.
        let (work, input) = run_on(&image(tags::SEQUENCE_NAME, VR::SH, "fl3d"));
        let path = first_instance(&work.path("out"));
        plant(&work.path("out").join(&path), kept, vr, text);
        let verified = work.verify_with("out", &input);
        let told = printed(&verified);
        assert_eq!(verified.status.code(), Some(70), "{text} in {kept}: {told}");
        let sentence = format!("{path}: the value of {source} stands in {kept}");
        assert!(told.contains(&sentence), "{sentence} in {told}");
        let told = told.to_lowercase();
        assert!(
            !told.contains("quillfeather") && !told.contains("24.12") && !told.contains("12/24"),
            "{told}"
        );
    }
}

#[test]
fn what_is_near_an_identity_is_none() {
    let (work, input) = run_on(&image(tags::SEQUENCE_NAME, VR::SH, "xQ774310 Janet"));
    let verified = work.verify_with("out", &input);
    assert_eq!(verified.status.code(), Some(0), "{}", printed(&verified));
}

#[test]
fn an_identity_in_a_report_is_found() {
    let (work, input) = run_on(&image(tags::SEQUENCE_NAME, VR::SH, "fl3d"));
    assert_eq!(work.verify_with("out", &input).status.code(), Some(0));
    std::fs::write(work.path("out/.sauva/notes"), "seen: Quillfeather").unwrap();
    let verified = work.verify_with("out", &input);
    let told = printed(&verified);
    assert_eq!(verified.status.code(), Some(70), "{told}");
    assert!(told.contains(".sauva/notes: the value of (0010,0010) stands there"), "{told}");
}

#[test]
fn an_attribute_that_the_profile_removes_is_found_without_the_input() {
    let (work, _) = run_on(&image(tags::SEQUENCE_NAME, VR::SH, "fl3d"));
    // The raw image in the place of the de-identified one.
    let name = first_instance(&work.path("out"));
    std::fs::write(work.path("out").join(&name), image(tags::MODALITY, VR::CS, "MR")).unwrap();
    work.is_told("out", &["(0010,0010) holds what the profile does not leave there", "path"]);
}
