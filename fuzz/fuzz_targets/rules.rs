//! Rules by device, as TOML and as a script of CTP: what is taken can be asked of an image.

#![no_main]

use sauva::dataset::DataSet;
use sauva::image::{ImagePixel, SampleType};
use sauva::redact::rules::Rules;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let image = ImagePixel {
        rows: 480,
        columns: 640,
        frames: 2,
        samples_per_pixel: 1,
        bits_allocated: 8,
        bits_stored: 8,
        high_bit: 7,
        sample_type: SampleType::Unsigned,
        planar_configuration: 0,
        photometric_interpretation: "MONOCHROME2".to_owned(),
    };
    for rules in [Rules::from_toml(text), Rules::from_script(text)].into_iter().flatten() {
        for area in rules.apply(&DataSet::new(), &image).areas {
            let of = area.rectangle;
            assert!(of.pixels() > 0 && of.right() <= image.columns && of.bottom() <= image.rows);
        }
    }
});
