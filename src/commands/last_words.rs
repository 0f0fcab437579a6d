//! What rank 0 tells at the end of a run: whether all is well, what became of the inputs, what to do next, and
//! where the results are; on one screen.

use super::lead::Lead;
use super::page::{Page, Weight};
use super::parcel::{Harvest, WorkEnd};
use super::plan::Plan;
use super::wording::{counted, grouped, in_words, megabytes};
use crate::area::PixelText;
use crate::config::RunConfig;
use crate::report::PAGE;
use crate::results::{Counts, CropSummary, RankMetrics, RegionCounts, Summary};

/// Kinds of failures that are named, the most frequent first; the others are counted.
const MOST_CLASSES: usize = 3;
/// Ranks that gave up that are named.
const MOST_RANKS: usize = 2;

/// What the last words are made of.
pub(super) struct LastWords<'a> {
    pub(super) lead: &'a Lead,
    pub(super) config: &'a RunConfig,
    pub(super) summary: &'a Summary,
    pub(super) harvest: &'a Harvest,
    pub(super) ranks: &'a [RankMetrics],
    pub(super) ends: &'a [WorkEnd],
    /// What else was made and is to be told, in lines.
    pub(super) extras: &'a str,
}

impl LastWords<'_> {
    /// The page.
    pub(super) fn text(&self) -> String {
        let mut page = Page::default();
        if self.lead.key_was_made {
            let told = "A key of your own was made; keep it safe (`sauva keygen --help`).";
            page.line(Weight::Must, told);
        }
        page.line(Weight::Must, &self.verdict());
        self.tell_inputs(&mut page);
        self.tell_pixels(&mut page);
        self.tell_statistics(&mut page);
        self.tell_regions(&mut page);
        self.tell_crop(&mut page);
        self.tell_work(&mut page);
        self.tell_next(&mut page);
        self.tell_results(&mut page);
        page.text()
    }

    /// Whether all is well.
    fn verdict(&self) -> String {
        let Counts { quarantined, .. } = self.summary.outcome;
        let total = self.summary.outcome.total();
        let unmeasured = self.summary.regions.map_or(0, |it| it.unmeasured);
        let not = if self.config.measures_only { "measured" } else { "written" };
        if total == 0 {
            "Done, but no file was found in the input.".to_owned()
        } else if quarantined > 0 {
            format!(
                "Done, but {} of {} inputs were quarantined: they were not {not}.",
                grouped(quarantined),
                grouped(total)
            )
        } else if unmeasured > 0 {
            format!("Done, but {} region(s) were not measured.", grouped(unmeasured))
        } else {
            format!("All is well: {} inputs, none quarantined.", grouped(total))
        }
    }

    /// What became of the inputs.
    fn tell_inputs(&self, page: &mut Page) {
        let Plan { done_before, inputs_gone, damaged, .. } = &self.lead.plan;
        let Counts { written, duplicate, quarantined, not_dicom } = self.summary.outcome;
        let measured = if self.config.measures_only { "measured" } else { "written" };
        page.count(
            Weight::Must,
            measured,
            written,
            &format!(
                "of {}; {}, {} not DICOM",
                counted(self.summary.outcome.total(), "input"),
                counted(duplicate, "duplicate"),
                grouped(not_dicom)
            ),
        );
        if quarantined > 0 {
            page.count(Weight::Must, "quarantined", quarantined, &self.classes());
        }
        if *done_before > 0 {
            page.count(Weight::Usual, "done before", *done_before, "by an earlier try");
        }
        if *damaged > 0 {
            let note = "damaged or gone since they were written";
            page.count(Weight::Must, "made anew", *damaged, note);
        }
        if *inputs_gone > 0 {
            page.count(Weight::Must, "inputs gone", *inputs_gone, "what they gave stays");
        }
        let mixed = self.summary.mixed_studies.len() as u64;
        if mixed > 0 {
            let note = "one study, several Patient IDs: mixed_studies of summary.json";
            page.count(Weight::Must, "mixed studies", mixed, note);
        }
    }

    /// The most frequent reasons for quarantine, by their class in failures.csv.
    fn classes(&self) -> String {
        let mut classes: Vec<(&String, u64)> =
            self.harvest.tally.classes.iter().map(|(class, count)| (class, *count)).collect();
        classes.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
        let named = classes.iter().take(MOST_CLASSES);
        let mut named: Vec<String> =
            named.map(|(class, count)| format!("{} {class}", grouped(*count))).collect();
        let others: u64 = classes.iter().skip(MOST_CLASSES).map(|(_, count)| count).sum();
        if others > 0 {
            named.push(format!("{} others", grouped(others)));
        }
        named.join(", ")
    }

    /// What was done with the pixels, and about identities in them.
    fn tell_pixels(&self, page: &mut Page) {
        if self.config.measures_only {
            return;
        }
        let pixels = &self.summary.compression;
        let verified = match pixels.unverified {
            0 => "every frame verified".to_owned(),
            count => format!("{} NOT verified", grouped(count)),
        };
        let (before, after) =
            (megabytes(pixels.bytes_in as f64), megabytes(pixels.bytes_out as f64));
        let told = format!("{before} -> {after}, {:.2} times smaller, {verified}", pixels.ratio);
        if pixels.bytes_in > 0 {
            page.say(Weight::Must, "pixel data", &told);
        }
        if pixels.unopened > 0 {
            let note = "passed on in JPEG 2000, packets not searched";
            page.count(Weight::Extra, "unopened", pixels.unopened, note);
        }
        let cleaning = &self.summary.pixel_cleaning;
        let count = |of: PixelText| cleaning.text.get(of.name()).copied().unwrap_or(0);
        let (cleaned, doubtful) = (count(PixelText::Cleaned), count(PixelText::Doubtful));
        let (accepted, nothing) = (count(PixelText::Accepted), count(PixelText::NothingFound));
        let searched = cleaned + doubtful + accepted + nothing;
        if searched > 0 {
            let areas: u64 = cleaning.covered_areas.values().sum();
            let told = |count: u64, what: &str| (count > 0).then(|| format!("{count} {what}"));
            let notes = [
                told(cleaned, &format!("covered in {areas} areas")),
                told(nothing, "without text"),
                told(doubtful, "doubtful"),
                told(accepted, "accepted"),
            ];
            let note = notes.into_iter().flatten().collect::<Vec<_>>().join(", ");
            page.count(Weight::Usual, "text searched", searched, &note);
        }
        let faces = &cleaning.faces;
        if faces.instances > 0 {
            let note = format!("in {} series; no face is removed", grouped(faces.series));
            page.count(Weight::Must, "may show face", faces.instances, &note);
        }
    }

    /// What series and images tell.
    fn tell_statistics(&self, page: &mut Page) {
        let series = &self.summary.series;
        if series.series == 0 {
            return;
        }
        let outliers: u64 = series.outliers.values().sum();
        let note = format!(
            "{}, {} missing, {}",
            counted(series.regular_volumes, "volume"),
            counted(series.missing_slices, "slice"),
            counted(outliers, "outlier")
        );
        page.count(Weight::Extra, "series", series.series, &note);
        if self.summary.exact_duplicates > 0 {
            let note = "instances with exactly the pixels of another";
            page.count(Weight::Extra, "same pixels", self.summary.exact_duplicates, note);
        }
    }

    /// What was measured of regions.
    fn tell_regions(&self, page: &mut Page) {
        let Some(counts) = &self.summary.regions else { return };
        let RegionCounts { objects, regions, rows, doses, histograms, unmeasured, doubtful } =
            *counts;
        let note = format!("of {}, in {}", counted(objects, "object"), counted(rows, "row"));
        page.count(Weight::Usual, "regions", regions, &note);
        if doses > 0 {
            let note = counted(histograms, "dose-volume histogram");
            page.count(Weight::Extra, "doses", doses, &note);
        }
        if unmeasured > 0 {
            let note = "regions or whole objects: see failures.csv";
            page.count(Weight::Must, "not measured", unmeasured, note);
        }
        if doubtful > 0 {
            let note = "faults of what was measured: see failures.csv";
            page.count(Weight::Usual, "doubtful", doubtful, note);
        }
    }

    /// What was found of what is of interest.
    fn tell_crop(&self, page: &mut Page) {
        let Some(CropSummary { by, instances, series, cropped }) = &self.summary.crop else {
            return;
        };
        let note = format!("of {by}, in {} series", grouped(*series));
        page.count(Weight::Extra, "with a box", *instances, &note);
        if let Some(cropped) = cropped {
            let left_out: Vec<String> =
                cropped.left_out.iter().map(|(why, count)| format!("{count} {why}")).collect();
            let left_out = left_out.join(", ");
            let note = if left_out.is_empty() { left_out } else { format!("left out: {left_out}") };
            page.count(Weight::Extra, "cropped", cropped.images, &note);
        }
    }

    /// How long it took, and by whom.
    fn tell_work(&self, page: &mut Page) {
        let ranks = self.ranks;
        let wall = ranks.iter().map(|rank| rank.wall_s).fold(0.0, f64::max);
        let threads: usize = ranks.iter().map(|rank| rank.threads).sum();
        let files: u64 = ranks.iter().map(|rank| rank.files).sum();
        let bytes: u64 = ranks.iter().map(|rank| rank.bytes_in).sum();
        let seconds = wall.max(1e-3);
        // A short run is told to the hundredth.
        let time = if wall < 60.0 { format!("{wall:.2} s") } else { in_words(wall) };
        let told = format!(
            "{time}, {} files/s, {}/s, on {} with {}",
            grouped((files as f64 / seconds).round() as u64),
            megabytes(bytes as f64 / seconds),
            counted(ranks.len() as u64, "rank"),
            counted(threads as u64, "thread")
        );
        page.say(Weight::Must, "time", &told);
        let lost = |(rank, end): (usize, &'_ WorkEnd)| Some((rank, end.unfit.clone()?));
        let lost: Vec<(usize, String)> = self.ends.iter().enumerate().filter_map(lost).collect();
        for (rank, why) in lost.iter().take(MOST_RANKS) {
            let host = ranks.get(*rank).map_or("?", |rank| &rank.host);
            let told = format!("rank {rank} on {host}, the others did its work: {why}");
            page.say(Weight::Must, "gave up", &told);
        }
        if lost.len() > MOST_RANKS {
            let told = format!("and {} more", counted((lost.len() - MOST_RANKS) as u64, "rank"));
            page.say(Weight::Must, "", &told);
        }
    }

    /// What to do next.
    fn tell_next(&self, page: &mut Page) {
        page.line(Weight::Usual, "Next");
        let unmeasured = self.summary.regions.map_or(0, |it| it.unmeasured + it.doubtful);
        let Counts { quarantined, .. } = self.summary.outcome;
        if quarantined + unmeasured > 0 {
            let told = "OUT/failures.csv: a line for each, with reason and path ID";
            page.say(Weight::Must, "why", told);
        }
        if quarantined > 0 {
            if self.config.private_log.is_none() && !self.config.measures_only {
                let told = "the same command with --private-log FILE lists their paths";
                page.say(Weight::Usual, "which files", told);
            }
            let told = "the same command with --retry, once they are mended";
            page.say(Weight::Must, "try again", told);
        }
        if self.config.measures_only {
            page.say(Weight::Usual, "ask", "sauva query OUT, sauva find OUT");
            return;
        }
        let refused: u64 = self.summary.pixel_cleaning.quarantined.values().sum();
        if refused > 0 {
            let mend = if self.config.redactor.cleans {
                "--pixel-rules or --pixel-risk, into a new OUT"
            } else {
                "--clean pixels or --pixel-risk, into a new OUT"
            };
            let told = format!("{} may show text: {mend}", grouped(refused));
            page.say(Weight::Usual, "text", &told);
        }
        let key = if self.config.key_file.is_some() { " --key-file FILE" } else { "" };
        let told = format!("sauva verify OUT --input IN{key}");
        page.say(Weight::Usual, "check all", &told);
        if !self.summary.pixel_cleaning.text.keys().all(|text| text == PixelText::NotLooked.name())
        {
            page.say(Weight::Usual, "look at it", "sauva review OUT");
        }
        if self.config.output.join(PAGE).exists() {
            page.say(Weight::Must, "report", "OUT/report.html, in a browser");
        }
    }

    /// Where the results are.
    fn tell_results(&self, page: &mut Page) {
        // A sign that moves the cursor is not for a terminal.
        let place = self.config.output.to_string_lossy().replace(char::is_control, "?");
        page.line(Weight::Must, &format!("Results in OUT = {place}"));
        if self.config.measures_only {
            let told = "THEY NAME PATIENTS: nothing was de-identified; keep them as the originals";
            page.line(Weight::Must, &format!("  {told}"));
        }
        let mut names = vec!["index.parquet", "series.parquet", "cohorts.parquet", "index.csv"];
        if !self.config.measures_only {
            names.insert(0, "dicom/");
        }
        if self.summary.regions.is_some() {
            names.extend(["regions.parquet", "dvh.parquet"]);
        }
        if self.config.crop_images {
            names.push("cropped/");
        }
        names.extend(["summary.json", "metrics.csv"]);
        page.say(Weight::Extra, "", &names.join("  "));
        for line in self.extras.lines() {
            page.line(Weight::Must, line);
        }
    }
}
