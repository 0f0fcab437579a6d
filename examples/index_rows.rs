//! Invented rows of an index in a Parquet table out, to measure tables with: `index_rows ROWS FILE [SEED]`. The same
//! arguments give the same bytes. UIDs, digests and numbers are as random as real ones, so that they compress as badly.

#![expect(clippy::unwrap_used, reason = "a helper of the measurements: what fails ends it")]

use std::fs::File;
use std::io::BufWriter;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use sauva::table::{Cell, Column, Kind, Layout, TableWriter};

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, unit: "", meaning: "" }
}

/// Names of one kind as columns.
macro_rules! columns {
    ($($kind:expr => $($name:literal)*;)*) => { &[$($(column($name, $kind),)*)*] };
}

const COLUMNS: &[Column] = columns! {
    Kind::Text => "path" "PatientID" "StudyInstanceUID" "SeriesInstanceUID" "SOPInstanceUID" "SOPClassUID"
        "TransferSyntaxUID" "source_transfer_syntax" "Modality" "Manufacturer" "ManufacturerModelName"
        "BodyPartExamined" "StudyDescription" "SeriesDescription";
    Kind::Texts => "ImageType";
    Kind::Text => "PhotometricInterpretation" "ConvolutionKernel" "FrameOfReferenceUID" "StudyDate" "PatientSex"
        "PatientAge" "unit" "status";
    Kind::Int32 => "SeriesNumber" "InstanceNumber" "Rows" "Columns" "NumberOfFrames" "BitsAllocated" "BitsStored"
        "PixelRepresentation";
    Kind::Real => "PixelSpacing_row_mm" "PixelSpacing_col_mm" "SliceThickness" "pos_normal_mm" "KVP" "Exposure"
        "RescaleSlope" "RescaleIntercept";
    Kind::UInt64 => "n_pixels" "n_padding";
    Kind::UInt32 => "n_distinct";
    Kind::Real => "min" "max" "mean" "var" "sd" "skew" "kurt" "cov" "median" "mode" "p01" "p05" "p10" "p25" "p75"
        "p90" "p95" "p99" "iqr" "range" "mad" "rmad" "medad" "qcod" "energy" "rms" "entropy" "entropy_25"
        "uniformity" "max_gradient" "min_gradient" "noise_imk" "noise_gnl" "sharpness" "air_frac" "clip_lo" "clip_hi"
        "snr" "snrd" "fber" "efc";
    Kind::Decimal38 => "s1" "s2" "s3" "s4";
    Kind::UInt64 => "bytes_in" "bytes_out";
    Kind::Real => "ratio";
    Kind::UInt64 => "dhash64";
    Kind::Bytes(32) => "pixel_blake3";
    Kind::UInt32 => "flags";
};

const LAYOUT: Layout = Layout {
    columns: COLUMNS,
    sorted_by: &["StudyInstanceUID", "SeriesInstanceUID", "InstanceNumber", "SOPInstanceUID"],
    bloom: &["SOPInstanceUID", "SeriesInstanceUID"],
};

const SERIES_OF_STUDY: u64 = 3;
/// Of a series, at least.
const SLICES: u64 = 60;
const SIDE: u64 = 512;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let rows: u64 = arguments.next().unwrap().parse().unwrap();
    let path = arguments.next().unwrap();
    let seed = arguments.next().map_or(1, |seed| seed.parse().unwrap());
    let notes = [("schema", "invented rows".to_owned())];
    let to = BufWriter::new(File::create(path).unwrap());
    let mut table = TableWriter::new(to, &LAYOUT, &notes).unwrap();
    let mut random = Random(ChaCha8Rng::seed_from_u64(seed));
    // Studies sorted by their UIDs: 2.25 and a number of ever the same length, from evenly rising parts.
    let (mut written, mut study_number) = (0, 0);
    // As many as there are when each series is as short as it may be.
    let studies = rows / (SERIES_OF_STUDY * SLICES) + 2;
    while written < rows {
        study_number += 1;
        let study = Study::new(&mut random, study_number, studies);
        for number in 0..SERIES_OF_STUDY {
            let series = Series::new(&mut random, number);
            for slice in 0..series.slices.min(rows - written) {
                table.row(&row(&mut random, &study, &series, slice)).unwrap();
                written += 1;
            }
        }
    }
    table.finish().unwrap();
}

struct Random(ChaCha8Rng);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0.next_u64() % bound
    }

    fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }

    /// From 0 to 1, with all 53 bits.
    fn part(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.part()
    }

    /// 2.25 and a number of 39 digits.
    fn uid(&mut self) -> String {
        let number = u128::from(self.0.next_u64()) << 64 | u128::from(self.0.next_u64());
        uid(number)
    }
}

fn uid(number: u128) -> String {
    format!("2.25.{}", 10_u128.pow(38) + number % (2 * 10_u128.pow(38)))
}

struct Study {
    patient: String,
    uid: String,
    date: String,
    sex: &'static str,
    age: String,
    maker: (&'static str, &'static str, [&'static str; 3]),
    description: &'static str,
    part: &'static str,
}

impl Study {
    fn new(random: &mut Random, number: u64, of: u64) -> Self {
        let step = 2 * 10_u128.pow(38) / u128::from(of);
        let within = u128::from(random.0.next_u64()) * u128::from(random.0.next_u64()) % step;
        let makers = [
            ("SIEMENS", "SOMATOM Force", ["Br40d\\3", "Bl57d\\3", "Qr36d\\4"]),
            ("GE MEDICAL SYSTEMS", "Revolution CT", ["STANDARD", "LUNG", "BONE"]),
            ("Philips", "iCT 256", ["B", "YA", "YB"]),
            ("TOSHIBA", "Aquilion ONE", ["FC08", "FC52", "FC30"]),
        ];
        let subjects = [("CT THORAX", "CHEST"), ("CT ABDOMEN", "ABDOMEN"), ("CT HEAD", "HEAD")];
        let (description, part) = random.one_of(&subjects);
        Self {
            patient: format!("P{:032x}", u128::from(random.0.next_u64()).pow(2)),
            uid: uid(step * u128::from(number) + within),
            date: format!(
                "20{:02}{:02}{:02}",
                random.below(24),
                random.below(12) + 1,
                random.below(28) + 1
            ),
            sex: random.one_of(&["F", "M"]),
            age: format!("{:03}Y", 20 + random.below(69)),
            maker: random.one_of(&makers),
            description,
            part,
        }
    }
}

struct Series {
    uid: String,
    frame_of_reference: String,
    number: u64,
    slices: u64,
    kernel: usize,
    spacing_mm: f64,
    thickness_mm: f64,
    kvp: f64,
    /// Of the whole series, about which the slices wander.
    mean: f64,
    sd: f64,
    noise: f64,
    has_padding: bool,
}

impl Series {
    fn new(random: &mut Random, number: u64) -> Self {
        // Rising, as the rows are sorted by it within a study.
        let part = 10_u128.pow(38) / u128::from(SERIES_OF_STUDY) * 2 * u128::from(number);
        Self {
            uid: uid(part + u128::from(random.0.next_u64()) * u128::from(random.0.next_u64() >> 4)),
            frame_of_reference: random.uid(),
            number: number + 1,
            slices: SLICES + random.below(120),
            kernel: random.below(3) as usize,
            spacing_mm: 0.5 + random.below(500) as f64 / 1000.0,
            thickness_mm: random.one_of(&[0.625, 1.0, 1.25, 2.0, 5.0]),
            kvp: random.one_of(&[80.0, 100.0, 120.0, 140.0]),
            mean: random.between(-600.0, -100.0),
            sd: random.between(350.0, 520.0),
            noise: random.between(5.0, 40.0),
            has_padding: random.below(3) == 0,
        }
    }
}

fn row(random: &mut Random, study: &Study, series: &Series, slice: u64) -> Vec<Cell<'static>> {
    let instance = random.uid();
    let path = format!("dicom/{}/{}/{}/{instance}.dcm", study.patient, study.uid, series.uid);
    let (maker, model, kernels) = study.maker;
    let texts = [
        path,
        study.patient.clone(),
        study.uid.clone(),
        series.uid.clone(),
        instance,
        "1.2.840.10008.5.1.4.1.1.2".to_owned(),
        "1.2.840.10008.1.2.4.80".to_owned(),
        "1.2.840.10008.1.2.1".to_owned(),
        "CT".to_owned(),
        maker.to_owned(),
        model.to_owned(),
        study.part.to_owned(),
        study.description.to_owned(),
        format!("{} {} mm", kernels[series.kernel], series.thickness_mm),
    ];
    let more = [
        "MONOCHROME2".to_owned(),
        kernels[series.kernel].to_owned(),
        series.frame_of_reference.clone(),
        study.date.clone(),
        study.sex.to_owned(),
        study.age.clone(),
        "HU".to_owned(),
        "written".to_owned(),
    ];
    let text = |text: String| Cell::Text(text.into());
    let kinds = ["ORIGINAL", "PRIMARY", "AXIAL"].map(Into::into).to_vec();
    let whole = [series.number, slice + 1, SIDE, SIDE, 1, 16, 12, 0];
    let position_mm = -400.0 + slice as f64 * series.thickness_mm;
    let placed = [
        series.spacing_mm,
        series.spacing_mm,
        series.thickness_mm,
        position_mm,
        series.kvp,
        100.0 + random.below(200) as f64,
        1.0,
        -1024.0,
    ];
    let mut cells: Vec<Cell<'static>> = texts.map(text).into();
    cells.push(Cell::Texts(kinds));
    cells.extend(more.map(text));
    cells.extend(whole.map(|it| Cell::Int(it as i64)));
    cells.extend(placed.map(Cell::Real));
    measured(random, series, slice, &mut cells);
    assert_eq!(cells.len(), COLUMNS.len());
    cells
}

/// The numbers of a slice: those that follow from counts of pixels are exact, the others random to the last bit.
fn measured(random: &mut Random, series: &Series, slice: u64, cells: &mut Vec<Cell<'static>>) {
    let drift = (slice as f64 / 20.0).sin();
    let n_padding = if series.has_padding { 56_000 + random.below(300) } else { 0 };
    let n = SIDE * SIDE - n_padding;
    let count = n as f64;
    let mean = series.mean + 60.0 * drift + random.between(-8.0, 8.0);
    let centre = mean.round();
    let s1 = ((mean - centre) * count).round();
    let sd = series.sd + 30.0 * drift + random.between(-3.0, 3.0);
    let s2 = (sd * sd * count).round() + s1;
    let (skew, kurt) = (random.between(0.1, 0.5), random.between(-1.4, -0.9));
    let (s3, s4) =
        ((skew * sd.powi(3) * count).round(), ((kurt + 3.0) * sd.powi(4) * count).round());
    let mean = centre + s1 / count;
    let var = s2 / count - (s1 / count).powi(2);
    let mut whole = |middle: f64, spread: f64| (middle + random.between(-spread, spread)).round();
    let low = [whole(-1000.0, 4.0), whole(-990.0, 6.0), whole(-980.0, 8.0), whole(-900.0, 20.0)];
    let high = [whole(40.0, 12.0), whole(90.0, 15.0), whole(130.0, 20.0), whole(400.0, 60.0)];
    let (median, mode, max) = (whole(-700.0, 80.0), whole(-985.0, 8.0), whole(1800.0, 500.0));
    let [max_gradient, min_gradient] = [whole(11_000.0, 900.0), whole(-10_000.0, 900.0)];
    let energy = (s2 + 2.0 * centre * s1 + count * centre * centre).round();
    let (p25, p75) = (low[3], high[0]);
    let mut about = |value: f64, share: f64| value * (1.0 + random.between(-share, share));
    let statistics = [
        -1024.0,
        max,
        mean,
        var,
        var.sqrt(),
        skew,
        kurt,
        var.sqrt() / mean,
        median,
        mode,
        low[0],
        low[1],
        low[2],
        p25,
        p75,
        high[1],
        high[2],
        high[3],
        p75 - p25,
        max + 1024.0,
        about(380.0, 0.1),
        about(310.0, 0.1),
        about(370.0, 0.1),
        (p75 - p25) / (p75 + p25),
        energy,
        (energy / count).sqrt(),
        about(7.9, 0.05),
        about(4.1, 0.05),
        about(0.012, 0.2),
        max_gradient,
        min_gradient,
        about(series.noise, 0.05),
        (about(series.noise, 0.1) * 2.0).round() / 2.0 + 0.25,
        about(9000.0, 0.2),
        (about(0.4, 0.1) * count).round() / count,
        (about(0.2, 0.1) * count).round() / count,
        0.0,
        about(0.8, 0.2),
        about(2.0, 0.2),
        about(900.0, 0.4),
        about(0.6, 0.1),
    ];
    let (bytes_in, bytes_out) = (526_000 + random.below(40) * 2, 210_000 + random.below(30_000));
    let mut digest = [0; 32];
    random.0.fill_bytes(&mut digest);
    cells.extend([
        Cell::Natural(n),
        Cell::Natural(n_padding),
        Cell::Natural(2000 + random.below(900)),
    ]);
    cells.extend(statistics.map(Cell::Real));
    cells.extend([s1, s2, s3, s4].map(|sum| Cell::Decimal(sum as i128)));
    cells.extend([Cell::Natural(bytes_in), Cell::Natural(bytes_out)]);
    cells.push(Cell::Real(bytes_in as f64 / bytes_out as f64));
    cells.push(Cell::Natural(random.0.next_u64()));
    cells.push(Cell::Bytes(digest.to_vec().into()));
    cells.push(Cell::Natural(0));
}
