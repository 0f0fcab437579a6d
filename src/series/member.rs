//! What a series needs to know of one of its instances.

use serde::{Deserialize, Serialize};

/// An instance of a series. Its numbers are believed as they are: any may be missing or absurd.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
pub struct Member {
    /// SOP Instance UID (0008,0018), as written.
    pub sop_instance_uid: String,
    /// Instance Number (0020,0013).
    pub instance_number: Option<i64>,
    /// Rows (0028,0010).
    pub rows: u32,
    /// Columns (0028,0011).
    pub columns: u32,
    /// Number of Frames (0028,0008), 1 where it is absent; 0 of an instance without an image.
    pub frames: u32,
    /// Whether a value of Image Type (0008,0008) is `LOCALIZER` or holds `MIP`: such an image is no
    /// slice of a volume.
    pub is_localizer: bool,
    /// Where the image lies; `None` where one of its three attributes is missing.
    pub geometry: Option<Geometry>,
    /// Slice Thickness (0018,0050), mm.
    pub slice_thickness_mm: Option<f64>,
    /// The mean of the pixels, in output units.
    pub mean: Option<f64>,
    /// The noise of the image (`noise_imk`), in output units.
    pub noise: Option<f64>,
    /// The digest of the samples, or 64 bits of it.
    pub pixel_digest: Option<u64>,
    /// The difference hash of the image: images that look alike differ in few bits.
    pub dhash64: Option<u64>,
}

/// Where an image lies in the patient's coordinate system (PS3.3 section C.7.6.2).
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq)]
pub struct Geometry {
    /// Image Orientation (Patient) (0020,0037): the direction cosines of a row, then of a column.
    pub orientation: [f64; 6],
    /// Image Position (Patient) (0020,0032): the centre of the first pixel, mm.
    pub position_mm: [f64; 3],
    /// Pixel Spacing (0028,0030): between rows, then between columns, mm.
    pub spacing_mm: [f64; 2],
}

/// Numbers beyond this are no millimetres of a patient. Within it no product here overflows.
const LARGEST: f64 = 1e9;

impl Geometry {
    /// The same with one zero instead of two; `None` where a number is none or absurdly large.
    pub(super) fn usable(&self) -> Option<Self> {
        let numbers = self.orientation.iter().chain(&self.position_mm).chain(&self.spacing_mm);
        let is_usable = numbers.copied().all(|number| number.abs() <= LARGEST);
        // -0 + 0 = 0
        is_usable.then(|| Self {
            orientation: self.orientation.map(|number| number + 0.0),
            position_mm: self.position_mm.map(|number| number + 0.0),
            spacing_mm: self.spacing_mm.map(|number| number + 0.0),
        })
    }

    /// The direction cosines of a row.
    pub(super) fn row(&self) -> [f64; 3] {
        let [x, y, z, ..] = self.orientation;
        [x, y, z]
    }

    /// The direction cosines of a column.
    pub(super) fn column(&self) -> [f64; 3] {
        let [.., x, y, z] = self.orientation;
        [x, y, z]
    }
}
