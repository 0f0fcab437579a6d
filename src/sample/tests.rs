//! What a sample promises: bytes, counts, ratio, planted strings, files that read back.

use bytes::Bytes;
use charls::{CharLS, FrameInfo};

use super::*;
use crate::instance::SourcePixels;
use crate::read::{self, Limits};

fn options(kind: Kind, count: usize, seed: u64) -> SampleOptions {
    SampleOptions { kind, count, seed }
}

/// All files below a folder: paths and contents, in the order of the paths.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut open = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                files.push((path, bytes));
            }
        }
    }
    files.sort();
    files
}

fn generated(options: &SampleOptions) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let report = generate(options, folder.path()).unwrap();
    let files: Vec<_> = files(folder.path())
        .into_iter()
        .map(|(path, bytes)| (path.strip_prefix(folder.path()).unwrap().to_owned(), bytes))
        .collect();
    let bytes = files.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    assert_eq!(report, SampleReport { files: files.len(), bytes });
    files
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn the_same_seed_makes_the_same_bytes() {
    for kind in [Kind::Ct, Kind::Gradient] {
        let first = generated(&options(kind, 9, 1));
        assert!(first == generated(&options(kind, 9, 1)));
        let other = generated(&options(kind, 9, 2));
        assert!(first.iter().zip(&other).all(|(one, other)| one.1 != other.1));
    }
}

/// Known bytes: a change of any platform, crate or compiler that moved them would show here.
#[test]
fn the_bytes_are_those_of_every_other_machine() {
    use sha2::{Digest, Sha256};
    let options = options(Kind::Ct, 3, 1);
    let mut digest = Sha256::new();
    for slice in plan(&options) {
        let identities = Identities::of(options.seed, &slice);
        let data_set = data_set(&options, &identities, &slice);
        digest.update(serialize(&identities, &data_set, &slice));
    }
    let hex = crate::write::hex(&digest.finalize());
    assert_eq!(hex, "f5e86176ffcacea54d970d5f99835559ef65165e9a2a41ad68471a1f57a2d9aa");
}

#[test]
fn the_count_is_honoured_and_patients_share_it() {
    for count in [0, 1, 2, 7, 100, 1000] {
        let slices = plan(&options(Kind::Ct, count, 3));
        assert_eq!(slices.len(), count);
        let numbers: Vec<u64> = slices.iter().map(|slice| slice.instance).collect();
        assert_eq!(numbers, (0..count as u64).collect::<Vec<_>>());
        assert!(count < 16 || slices.last().unwrap().patient >= 2);
    }
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(generate(&options(Kind::Ct, 5, 3), folder.path()).unwrap().files, 5);
    assert_eq!(files(folder.path()).len(), 5);
    let again = generate(&options(Kind::Ct, 5, 3), folder.path());
    assert!(matches!(again, Err(SampleError::NotEmpty)));
}

#[test]
fn ct_compresses_like_ct() {
    let options = options(Kind::Ct, 320, 11);
    for slice in plan(&options).iter().step_by(13) {
        let image = phantom::image(options.seed, options.kind, slice);
        assert!(image.iter().all(|pixel| *pixel < 4096));
        let bytes: Vec<u8> = image.iter().flat_map(|pixel| pixel.to_le_bytes()).collect();
        let info = FrameInfo { width: 512, height: 512, bits_per_sample: 12, component_count: 1 };
        let coded = CharLS::default().encode(info, 0, &bytes).unwrap();
        let ratio = bytes.len() as f64 / coded.len() as f64;
        assert!((2.5..=3.0).contains(&ratio), "{ratio} at slice {}", slice.position);
    }
}

#[test]
fn slices_of_a_series_differ_in_more_than_noise() {
    let options = options(Kind::Ct, 320, 11);
    let slices = plan(&options);
    let middle = |slice: &Slice| body::hounsfield(options.seed, slice);
    let moved = (&middle(&slices[0]) - &middle(&slices[8])).mapv(f32::abs).sum();
    assert!(moved / (512.0 * 512.0) > 5.0, "{moved}");
}

#[test]
fn every_planted_string_stands_in_some_file() {
    let options = options(Kind::Gradient, 12, 5);
    // The pixels hold no text: what is looked through is the header.
    let headers: Vec<Vec<u8>> = generated(&options)
        .into_iter()
        .map(|(_, mut bytes)| {
            bytes.truncate(bytes.len() - 2 * 512 * 512);
            bytes
        })
        .collect();
    let strings = identifying_strings(&options);
    assert!(strings.len() > 100);
    for string in strings.iter().chain(&identifying_dates(&options)) {
        assert!(string.len() >= 7);
        assert!(headers.iter().any(|file| contains(file, string.as_bytes())), "{string}");
    }
}

#[test]
fn paths_identify() {
    let options = options(Kind::Gradient, 1, 5);
    let slice = plan(&options)[0];
    let path = relative_path(&Identities::of(options.seed, &slice), &slice);
    let patient = Identities::of(options.seed, &slice).patient;
    assert!(path.to_str().unwrap().contains(&patient.id));
    assert_eq!(path.components().count(), 4);
}

/// Implicit VR says nothing of the VRs of private attributes.
fn as_read(data_set: &DataSet, explicit: bool) -> DataSet {
    let element = |element: &Element| {
        let mut element = element.clone();
        if let Value::Sequence(items) = &element.value {
            element.value =
                Value::Sequence(items.iter().map(|item| as_read(item, explicit)).collect());
        } else if !explicit && element.tag.0 % 2 == 1 {
            element.vr = VR::UN;
        }
        element
    };
    data_set.iter().map(element).collect()
}

#[test]
fn all_layouts_read_back() {
    let options = options(Kind::Ct, 24, 9);
    for slice in plan(&options) {
        let identities = Identities::of(options.seed, &slice);
        let mut data_set = data_set(&options, &identities, &slice);
        let file = Bytes::from(serialize(&identities, &data_set, &slice));
        let original = read::parse(&file, &Limits::default()).unwrap();
        let layout = Layout::of(slice.instance);
        assert_eq!(original.transfer_syntax, layout.transfer_syntax());
        let pixels = data_set.remove(tags::PIXEL_DATA).unwrap();
        let Some((_, SourcePixels::Native(read))) = original.image else { panic!("no pixels") };
        assert_eq!(Value::Bytes(read), pixels.value);
        assert_eq!(original.data_set, as_read(&data_set, layout.explicit));
    }
}

#[test]
fn every_third_file_is_implicit_and_lengths_vary() {
    let layouts: Vec<_> =
        (0..6).map(Layout::of).map(|layout| (layout.explicit, layout.defined)).collect();
    assert_eq!(layouts.iter().filter(|layout| !layout.0).count(), 2);
    for layout in [(true, true), (true, false), (false, true), (false, false)] {
        assert!(layouts.contains(&layout));
    }
}
