//! Pixels that were covered: an instance of the output and its row in, whether the areas have one value and
//! all else is what came in the input out.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use dicom::dictionary_std::tags;

use super::instance::Made;
use crate::area::{self, Area, PixelText, Redaction, inside, outside, shrunk};
use crate::codestream::is_jpeg_2000;
use crate::dataset::DataSet;
use crate::deident::ProfileOption;
use crate::encode;
use crate::image::ImagePixel;
use crate::instance::Samples;
use crate::manifest::FileEntry;
use crate::read::{self, DEEPEST, Limits};
use crate::redact::Redactor;
use crate::results::Row;
use crate::stats::PixelDigest;

/// The files of the input by their path IDs.
#[derive(Debug)]
pub(super) struct Inputs {
    files: HashMap<String, PathBuf>,
    uncompared: AtomicUsize,
}

impl Inputs {
    pub(super) fn new(folder: &Path, files: &[FileEntry]) -> Self {
        let path = |file: &FileEntry| (file.path_id.clone(), folder.join(&file.path));
        Self { files: files.iter().map(path).collect(), uncompared: AtomicUsize::new(0) }
    }

    /// Covered instances that were not compared with their inputs.
    pub(super) fn uncompared(&self) -> usize {
        self.uncompared.load(Ordering::Relaxed)
    }

    /// Whether the input of this row has this digest of uncovered pixels, where it may be opened.
    fn have(
        &self,
        row: Row<'_>,
        digest: &PixelDigest,
        areas: &[Area],
        found: Option<&String>,
    ) -> Result<(), &'static str> {
        // That there is no such input is told elsewhere.
        let Some(path) = self.files.get(row.path_id()) else {
            return Ok(());
        };
        // Whoever changed an input may know the decoder's faults, and no worker process stands before it.
        if is_jpeg_2000(row.cell("source_transfer_syntax")) {
            self.uncompared.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
        let came = of_input(path, digest, areas, row.cell("passed_on") == "true");
        let came = came.ok_or("its input cannot be decoded again, to compare uncovered pixels")?;
        if found == Some(&came) {
            return Ok(());
        }
        Err("pixels outside of the covered areas are not those of the input")
    }
}

/// What a row tells of covered pixels.
pub(super) fn told(row: Row<'_>) -> Result<Redaction, &'static str> {
    let text: PixelText = serde_json::from_value(row.cell("pixel_text").into())
        .map_err(|_| "pixel_text holds no known word")?;
    let areas =
        area::parse_cell(row.cell("covered_areas")).ok_or("covered_areas holds no areas")?;
    let may_show_face = row.cell("may_show_face") == "true";
    let may_have_areas =
        matches!(text, PixelText::Cleaned | PixelText::Doubtful | PixelText::Accepted);
    if (text == PixelText::Cleaned && areas.is_empty()) || (!areas.is_empty() && !may_have_areas) {
        return Err("pixel_text and covered_areas contradict each other");
    }
    Ok(Redaction { text, areas, shows_text: false, may_show_face })
}

/// What is told of an instance's covered pixels, to be checked.
pub(super) struct Covered<'a> {
    redaction: Redaction,
    row: Row<'a>,
    made: Made<'a>,
}

impl<'a> Covered<'a> {
    pub(super) fn new(row: Row<'a>, made: Made<'a>) -> Result<Self, &'static str> {
        Ok(Self { redaction: told(row)?, row, made })
    }

    /// Whether the instance says of itself what the index says: that its pixels were cleaned, where they
    /// were.
    pub(super) fn is_claimed_rightly(&self, data_set: &DataSet) -> bool {
        let redactor = Redactor {
            cleans: self.made.rules.options().has(ProfileOption::CleanPixels),
            ..Redactor::default()
        };
        let (code, _) = ProfileOption::CleanPixels.code();
        let is_claimed = data_set
            .sequence(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE)
            .is_some_and(|items| items.iter().any(|it| it.text(tags::CODE_VALUE) == Some(code)));
        !redactor.may_claim(&self.redaction)
            || (is_claimed && data_set.text(tags::BURNED_IN_ANNOTATION) == Some("NO"))
    }

    /// Checks the pixels; returns the digest of those that are not covered, where there is a key.
    pub(super) fn check(
        &self,
        pixels: &Pixels<'_>,
        image: &ImagePixel,
    ) -> Result<Option<String>, &'static str> {
        let areas = &self.redaction.areas;
        if areas.is_empty() {
            return Ok(None);
        }
        let is_passed_on = self.row.cell("passed_on") == "true";
        let margin = if is_passed_on { image.blend(true) } else { 0 };
        if !pixels.are_covered(image, &shrunk(areas, margin)) {
            return Err("an area that the index tells of is not covered");
        }
        let Some(digest) = self.made.digest else {
            return Ok(None);
        };
        let found = pixels.outside(digest, image, areas, is_passed_on);
        if let Some(inputs) = self.made.inputs {
            inputs.have(self.row, digest, areas, found.as_ref())?;
        }
        Ok(found)
    }
}

/// Decoded pixels of an instance.
pub(super) enum Pixels<'a> {
    /// Samples of their own.
    Samples(&'a Samples),
    /// Native pixel data in which two pixels share four bytes.
    Shared(&'a Bytes),
}

impl Pixels<'_> {
    /// The digest of the pixels that no area covers.
    pub(super) fn outside(
        &self,
        digest: &PixelDigest,
        image: &ImagePixel,
        areas: &[Area],
        is_passed_on: bool,
    ) -> Option<String> {
        let pixels = outside(areas, image.extent(), image.blend(is_passed_on));
        let all = image.extent().pixels();
        let components = usize::from(image.samples_per_pixel);
        match self {
            Self::Samples(samples) if samples.len() >= all * components => {
                Some(digest.of_pixels(samples, components, pixels))
            }
            Self::Shared(native) => Some(digest.of_shared(native, pixels)),
            Self::Samples(_) => None,
        }
    }

    /// Whether all covered pixels of the image are the same.
    pub(super) fn are_covered(&self, image: &ImagePixel, areas: &[Area]) -> bool {
        let lies_in = |area: &Area| {
            area.rectangle.right() <= image.columns && area.rectangle.bottom() <= image.rows
        };
        if !areas.iter().all(lies_in) {
            return false;
        }
        let covered = inside(areas, image.extent(), 0);
        let components = usize::from(image.samples_per_pixel);
        match self {
            Self::Samples(Samples::Eight(all)) => are_alike(all, covered, components),
            Self::Samples(Samples::Sixteen(all)) => are_alike(all, covered, components),
            Self::Samples(Samples::ThirtyTwo(all)) => are_alike(all, covered, components),
            // Four bytes of two pixels: luminances of black are alike.
            Self::Shared(native) => {
                let luminance = |at: usize| native.get(at / 2 * 4 + at % 2);
                let mut covered = covered.flatten().map(luminance);
                let first = covered.next().flatten();
                first.is_some() && covered.all(|found| found == first)
            }
        }
    }
}

fn are_alike<T: PartialEq>(
    all: &[T],
    covered: impl Iterator<Item = Range<usize>>,
    components: usize,
) -> bool {
    let pixel = |at: usize| all.get(at * components..(at + 1) * components);
    let mut pixels = covered.flatten().map(pixel);
    // Where no pixel is asked for, none is wrong.
    let Some(first) = pixels.next() else { return true };
    first.is_some() && pixels.all(|found| found == first)
}

/// The digest of the uncovered pixels of an input; `None` where it cannot be made.
fn of_input(path: &Path, digest: &PixelDigest, areas: &[Area], passed_on: bool) -> Option<String> {
    // As deep as any run reads.
    let limits = Limits { depth: DEEPEST, ..Limits::default() };
    let original = read::read(path, &limits).ok()?;
    let pixels = encode::decode_pixels(original.image?, &original.transfer_syntax, true).ok()?;
    let found = match &pixels.samples {
        Some(samples) => Pixels::Samples(samples),
        None => Pixels::Shared(&pixels.native),
    };
    found.outside(digest, &pixels.image, areas, passed_on)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::{Frames, Reason, Rectangle};
    use crate::image::SampleType;

    #[test]
    fn areas_of_more_than_one_value_are_not_covered() {
        let image = ImagePixel {
            rows: 3,
            columns: 4,
            frames: 1,
            samples_per_pixel: 1,
            bits_allocated: 8,
            bits_stored: 8,
            high_bit: 7,
            sample_type: SampleType::Unsigned,
            planar_configuration: 0,
            photometric_interpretation: "MONOCHROME2".into(),
        };
        let rectangle = Rectangle { x: 1, y: 1, width: 2, height: 2 };
        let areas = [Area { rectangle, frames: Frames::All, reason: Reason::Text }];
        let mut samples = vec![1, 2, 3, 4, 5, 0, 0, 6, 7, 0, 0, 8];
        assert!(Pixels::Samples(&Samples::Eight(samples.clone())).are_covered(&image, &areas));
        samples[6] = 9;
        assert!(!Pixels::Samples(&Samples::Eight(samples.clone())).are_covered(&image, &areas));
        let beyond = ImagePixel { columns: 2, rows: 6, ..image };
        assert!(!Pixels::Samples(&Samples::Eight(samples)).are_covered(&beyond, &areas));
    }
}
