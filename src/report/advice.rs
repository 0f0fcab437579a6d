//! What to do about a failure: its class in, a sentence out.

/// Each class of `failures.csv` with what to do next.
const ADVICE: [(&str, &str); 73] = [
    // Names that are no files.
    (
        "symbolic-link",
        "Links are not followed. Give the folder that it points to as an input of its own.",
    ),
    ("special-file", "No file. Nothing is to be done."),
    (
        "folder",
        "The folder cannot be entered. Check its permissions and run the same command again.",
    ),
    ("missing", "It stands in the list and not in the input. Check the list of --manifest."),
    (
        "unreadable",
        "It cannot be opened. Check permissions and the storage, then run with --retry.",
    ),
    // Reading.
    ("not-dicom", "No DICOM file. Nothing is to be done."),
    (
        "dicomdir",
        "A DICOMDIR holds identities and is not carried over. --dicomdir makes a new one.",
    ),
    ("not-regular", "No regular file when it was read. Check what writes to the input."),
    (
        "changed",
        "It changed during the run. Wait until nobody writes to the input, then run the same command again.",
    ),
    ("input-error", "The storage failed. Check it, then run with --retry."),
    (
        "over-limit",
        "It passes a limit on sizes or depth. Look at the file; where it is sound, raise the limit.",
    ),
    ("damaged", "Its structure is damaged. Fetch it anew from its archive."),
    (
        "image-pixel-module",
        "Attributes that describe the pixels are absent or wrong. Fetch it anew, or correct them.",
    ),
    ("pixel-data", "The pixel data contradict the attributes. Fetch it anew from its archive."),
    (
        "transfer-syntax",
        "Its transfer syntax is not supported. Convert it to another and run again.",
    ),
    ("name", "Its name is no UTF-8, so that no row can tell it. Rename it and run again."),
    (
        "storage",
        "The output's storage failed. Make room or check it, then run the same command again.",
    ),
    // Cropped images: the instance itself was written.
    ("no-integers", "Its samples are no integers: it stands uncropped in dicom/."),
    ("outside", "The box of its series lies outside of it: it stands uncropped in dicom/."),
    (
        "pixel-coordinates",
        "It holds coordinates of pixels that cropping would move: it stands uncropped in dicom/.",
    ),
    ("position", "Where it lies is not told: it stands uncropped in dicom/."),
    // De-identification.
    (
        "no-identity",
        "A UID that every instance must have is absent or no single one. Correct it at the source.",
    ),
    (
        "no-dummy",
        "The profile asks for a dummy that cannot be made. Choose another action in the profile.",
    ),
    (
        "too-many-identifiers",
        "It holds more identities than text can be searched for. Look at the file.",
    ),
    // Pixels.
    ("burned-in-annotation", "It says of itself that it shows text. Run with --clean pixels."),
    ("text-in-pixels", "Text was found in the pixels. Run with --clean pixels."),
    (
        "burned-in-not-found",
        "It says that it shows text and none was found. Write a rule (--pixel-rules), or look at it.",
    ),
    (
        "text-unsure",
        "It may show text. Look at it with `sauva review`, write a rule (--pixel-rules), or accept it with --pixel-risk.",
    ),
    (
        "pixels-not-searchable",
        "Its pixels cannot be searched for text. Write a rule (--pixel-rules), or look at it.",
    ),
    (
        "unmaskable",
        "Nobody can say what is black in its pixels. Convert it to RGB or MONOCHROME2 before.",
    ),
    ("mask", "Covering changed what it should not. Report it as a fault of sauva."),
    // Coding.
    (
        "no-decoder",
        "No decoder for its pixels. Convert it to another transfer syntax, or use --codec keep.",
    ),
    ("decode", "Its compressed pixels cannot be decoded. Fetch it anew from its archive."),
    (
        "stray-bits",
        "Bits beyond Bits Stored are set. Look at what wrote it; --codec native keeps them.",
    ),
    ("too-long", "It is too long for its form. Use --codec native."),
    (
        "encode",
        "A frame cannot be encoded. Use another --codec, and report it as a fault of sauva.",
    ),
    (
        "verify",
        "A frame did not decode to what went in and was not written. Report it as a fault of sauva.",
    ),
    // Writing and the run.
    (
        "duplicate",
        "The same instance with the same content is in the output. Nothing is to be done.",
    ),
    (
        "uid-conflict",
        "Another instance has its SOP Instance UID and other content; one of the two was written. Find out which is right.",
    ),
    (
        "damaged-output",
        "What was written has changed and its input is gone. Bring the input back and run again.",
    ),
    (
        "crashed",
        "The process died over it twice. Look at the file, and report it as a fault of sauva.",
    ),
    (
        "timeout",
        "It took longer than the limit. Raise --wall-limit or --cpu-limit, then run with --retry.",
    ),
    (
        "memory",
        "It needs more memory than the limit. Raise --memory or use fewer threads, then run with --retry.",
    ),
    (
        "job-died",
        "Two jobs died while it was in work. Run with --retry on a node with more memory, or look at the file.",
    ),
    ("panic", "A fault of sauva. Report it with the path ID's message."),
    // Regions and doses.
    (
        "missing-reference",
        "An object that it refers to is not in the input. Add it and run into a new folder.",
    ),
    (
        "other-frame-of-reference",
        "It lies in another frame of reference than its image. Register them first.",
    ),
    (
        "empty-contour",
        "The region has no contour or no points. Delete it at the source, or draw it.",
    ),
    ("contour-data", "Its contours cannot be used. Look at them in the program that drew them."),
    ("no-volume", "Points and open contours have no volume. Nothing is to be done."),
    ("repeated-number", "A number of a region stands twice. Export it anew."),
    ("wrong-object", "It is not of the kind that its place asks for. Export it anew."),
    ("empty-segment", "The segment has no pixels. Nothing is to be done."),
    ("segmentation-type", "The kind of segmentation cannot be used. Export it as BINARY."),
    ("tiled-segmentation", "Segmentations of slides are not measured. Nothing is to be done."),
    ("outside-image", "The region lies outside the image. Check which image it was drawn on."),
    ("colour", "The image has colours and no intensities. Nothing is to be done."),
    ("output-values", "The rescale of the image cannot be used. Correct it at the source."),
    (
        "no-geometry",
        "Position, orientation or spacing of the image is absent. Correct it at the source.",
    ),
    ("sheared", "Rows, columns and slices stand not at right angles. Resample the image."),
    ("unequal-slices", "Slices differ in size, spacing or orientation. Split the series."),
    (
        "uneven-slices",
        "Slices are not equally far apart: some may be missing. Add them, or resample.",
    ),
    ("duplicate-slices", "Two slices lie at one place. Split the series."),
    ("self-crossing-contour", "It was measured; a contour crosses itself. Look at it."),
    ("repeated-contour", "It was measured; a contour stands twice. Look at it."),
    ("gap", "It was measured; planes are missing between contours. Look at it."),
    (
        "not-measured",
        "The region has no features with these settings. Choose other --bins, --resample or --resegment.",
    ),
    ("dose-grid", "The doses cannot be used for the region. Export them anew."),
    ("internal", "A fault of sauva. Report it."),
    ("relative-dose", "The dose is relative. Export it in Gy."),
    ("dose-type", "The dose is neither physical nor effective. Export another."),
    ("partial-dose", "The dose is not that of a whole plan. Export the dose of the plan."),
    ("", "No reason was told. Report it as a fault of sauva."),
];

/// What to do about failures of a class.
pub(super) fn advice(class: &str) -> &'static str {
    let known = ADVICE.iter().find(|(known, _)| *known == class);
    known.map_or("See the message in failures.csv, and look at the file.", |(_, advice)| advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_class_stands_twice_and_each_has_whole_sentences() {
        for (n, (class, advice)) in ADVICE.iter().enumerate() {
            assert!(ADVICE[..n].iter().all(|(other, _)| other != class), "{class}");
            assert!(advice.ends_with('.') && advice.len() > 10, "{class}");
        }
    }
}
