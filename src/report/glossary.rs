//! What the numbers are: names, IBSI codes and formulae, as the tables of an output use them.

use askama::Template;

use crate::html::grid::{Grid, GridRow, words};

/// The section as its template takes it.
#[derive(Debug, Template)]
#[template(path = "glossary.html", config = "src/report/askama.toml")]
pub(super) struct Glossary {
    images: Grid,
    runs: Grid,
}

/// Names, codes of the IBSI reference manual (arXiv:1612.07003) and formulae. x are the n pixels in output units, p the
/// shares of the different values.
const IMAGES: [(&str, &str, &str); 40] = [
    ("mean", "Q4LE", "Σx / n"),
    ("var, sd", "ECT3", "Σ(x − mean)² / n, and its square root"),
    ("skew", "KE2A", "Σ(x − mean)³ / n / sd³; 0 of equal pixels"),
    ("kurt", "IPH6", "Σ(x − mean)⁴ / n / sd⁴ − 3; 0 of equal pixels"),
    ("median", "Y12H", "p50"),
    ("min, max", "1GSF, 84IY", "the least and the greatest value"),
    ("p10, p90", "QG58, 8DWT", "percentiles, linear at the rank (n − 1)q, as all percentiles"),
    ("iqr", "SALO", "p75 − p25"),
    ("range", "2OJQ", "max − min"),
    ("mad", "4FUA", "Σ|x − mean| / n"),
    ("rmad", "1128", "the same of the pixels from p10 to p90, about their own mean"),
    ("medad", "N72L", "Σ|x − median| / n"),
    ("cov", "7TET", "sd / mean"),
    ("qcod", "9S40", "(p75 − p25) / (p75 + p25)"),
    ("energy", "N8CA", "Σx²"),
    ("rms", "5ZWQ", "√(Σx² / n)"),
    ("entropy", "TLU2", "−Σp log₂ p, bits; entropy_25 of bins of 25 output units"),
    ("uniformity", "BJ5W", "Σp²; uniformity_25 of bins of 25 output units"),
    ("mode", "", "the most frequent value"),
    ("max_gradient_25", "12CE", "the greatest gradient of the histogram with bins of 25"),
    ("min_gradient_25", "VQB3", "the least gradient of that histogram"),
    ("noise_imk", "", "√(π/2) / (6(W−2)(H−2)) · Σ|I ∗ [1 −2 1; −2 4 −2; 1 −2 1]| (Immerkaer 1996)"),
    (
        "noise_gnl",
        "",
        "mode of the histogram, in steps of 0.5 HU, of standard deviations of 7 × 7 pixels within soft tissue (after Christianson 2015); CT",
    ),
    ("noise_median", "", "median of noise_imk over the images of a series"),
    ("sharpness", "", "mean squared Sobel gradient"),
    ("air_frac", "", "share of pixels at or below −900 HU; CT"),
    ("bg_frac", "", "share of pixels below Otsu's threshold; others than CT"),
    ("clip_lo, clip_hi", "", "shares of pixels at the ends of what can be stored"),
    ("snr", "", "μF / (σF √(n / (n − 1))) of the foreground F, as MRIQC has it"),
    ("snrd", "", "0.6551364 μF / σair, after Dietrich, as MRIQC has it"),
    ("fber", "", "median(F²) / median(B²) of foreground and background, as MRIQC has it"),
    ("efc", "", "Σ(x/B) ln(x/B) / (√n ln(1/√n)) with B = √(Σx²), as MRIQC has it"),
    ("dhash64", "", "64 comparisons of 9 × 8 box means; near duplicates differ in 4 bits at most"),
    (
        "pixel_blake3",
        "",
        "keyed BLAKE3 of the samples: equal for equal pixels, no link without the key",
    ),
    ("mean_jumps", "", "steps of the mean between slices beyond 5 median absolute deviations"),
    ("slice_spacing_mean_mm", "", "mean interval between slices along their normal"),
    ("Tukey's fences", "", "p25 − 1.5 iqr and p75 + 1.5 iqr of a cohort of 8 series or more"),
    ("D95, D50, D2", "", "the least dose of the 95, 50 or 2 % of a volume that have most"),
    ("V20", "", "the volume that has 20 Gy at least, cm3 or %"),
    ("HI", "", "homogeneity of a dose: (D2 − D98) / D50"),
];

/// Words for runs.
const RUNS: [(&str, &str); 14] = [
    ("written", "The de-identified form of the input stands in the output."),
    ("duplicate", "The same instance with the same content came from another input."),
    ("quarantined", "Not let through, for the reason given; the output does not hold it."),
    ("not DICOM", "No DICOM file, or one that holds no instance."),
    ("path ID", "A keyed name of an input, which tells nothing of its path without the key."),
    ("rank", "One of the processes that share the work over MPI."),
    ("wait", "Time of a thread that has no file."),
    ("pipe", "Time of a thread that tells its rank what was begun and done."),
    ("load balance", "Mean over greatest working time of the ranks."),
    ("communication efficiency", "Greatest working time over the wall time."),
    ("parallel efficiency", "Load balance times communication efficiency."),
    ("speed-up, efficiency", "S = T₁ / Tₚ, and S / p, of p ranks or threads."),
    (
        "Karp-Flatt",
        "(1/S − 1/p) / (1 − 1/p): rising with p it is overhead, steady the serial part.",
    ),
    ("Amdahl", "T = a + b/p; the serial part is a / (a + b)."),
];

impl Glossary {
    pub(super) fn new() -> Self {
        let heads = vec![words("Name"), words("IBSI"), words("Definition")];
        let images = Grid::new("glossary-images", "Numbers of images, series and doses", heads);
        let heads = vec![words("Word"), words("Meaning")];
        let runs = Grid::new("glossary-runs", "Words for runs", heads);
        Self {
            images: images
                .with(IMAGES.map(|(name, code, formula)| GridRow::new([name, code, formula])))
                .long(),
            runs: runs.with(RUNS.map(|(word, meaning)| GridRow::new([word, meaning]))),
        }
    }
}
