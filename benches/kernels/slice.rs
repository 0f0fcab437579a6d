//! A synthetic CT slice of 512 x 512: a folder in, the slice as each stage leaves it out.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use sauva::area::Redaction;
use sauva::deident::{Deidentifier, Key, Profile};
use sauva::encode::{Encoder, Verify, decoded};
use sauva::image::ImagePixel;
use sauva::instance::{Decoded, Deidentified, Encoded, Original, Samples};
use sauva::memory::keep_blocks;
use sauva::read::{Limits, parse};
use sauva::sample::{Kind, SampleOptions, generate};

/// The folder of the file, and the folder that is written to, below the one that is given.
const INPUT: &str = "in";
const OUTPUT: &str = "out";

/// A slice.
pub(crate) struct Slice {
    /// The folder of the file.
    pub(crate) input: PathBuf,
    /// Below that folder.
    pub(crate) path: PathBuf,
    /// The folder that is written to.
    pub(crate) output: PathBuf,
    /// The bytes of the file.
    pub(crate) file: Bytes,
    /// The default.
    pub(crate) limits: Limits,
    /// The basic profile under a key that is known.
    pub(crate) deidentifier: Deidentifier,
}

impl Slice {
    /// Writes the file below a folder.
    pub(crate) fn make(folder: &Path) {
        let options = SampleOptions { kind: Kind::Ct, count: 1, seed: 1 };
        generate(&options, &folder.join(INPUT)).expect("an empty folder");
    }

    /// The slice whose file was made below a folder.
    pub(crate) fn open(folder: &Path) -> Self {
        // As the program does before the first file.
        keep_blocks();
        let input = folder.join(INPUT);
        let mut path = input.clone();
        while path.is_dir() {
            let mut entries = path.read_dir().expect("a folder");
            path = entries.next().expect("an entry").expect("an entry").path();
        }
        let file = std::fs::read(&path).expect("a file").into();
        let path = path.strip_prefix(&input).expect("it was found below").to_owned();
        let key = Key::from_bytes(&[1; 32]).expect("32 bytes");
        let deidentifier = Deidentifier::new(&key, Profile::basic());
        let output = folder.join(OUTPUT);
        Self { input, path, output, file, limits: Limits::default(), deidentifier }
    }

    /// As it was read.
    pub(crate) fn original(&self) -> Original {
        parse(&self.file, &self.limits).expect("a sound file")
    }

    /// Without what identifies.
    pub(crate) fn deidentified(&self) -> Deidentified {
        self.deidentifier.apply(self.original()).expect("a sound instance")
    }

    /// With its pixels decoded.
    pub(crate) fn decoded(&self) -> Decoded {
        decoded(self.deidentified()).expect("native pixels")
    }

    /// As it is written.
    pub(crate) fn encoded(&self, codec: &str) -> Encoded {
        let encoder = Encoder::by_name(codec, Verify::None).expect("a codec");
        encoder.encode(self.decoded(), Redaction::default()).expect("pixels that can be coded")
    }

    /// The samples, and what describes them.
    pub(crate) fn samples(&self) -> (ImagePixel, Vec<u16>) {
        let pixels = self.decoded().pixels.expect("an image");
        match pixels.samples {
            Some(Samples::Sixteen(samples)) => (pixels.image, samples),
            _ => unreachable!("the synthetic slice has samples of 9 to 16 bits"),
        }
    }
}
