//! What rank 0 tells at the end of a run.

use std::fmt::Write;

use anyhow::Result;

use super::lead::Lead;
use super::parcel::WorkEnd;
use super::plan::Plan;
use crate::area::PixelText;
use crate::config::RunConfig;
use crate::results::{Counts, CropSummary, RankMetrics, RegionCounts, Summary};

pub(super) fn last_words(
    lead: &Lead,
    config: &RunConfig,
    summary: &Summary,
    ranks: &[RankMetrics],
    ends: &[WorkEnd],
) -> Result<String> {
    let mut text = String::new();
    let Plan { done_before, inputs_gone, damaged, .. } = &lead.plan;
    if lead.key_was_made {
        writeln!(text, "A key of your own was made; keep it safe (`sauva keygen --help`).\n")?;
    }
    let Counts { written, duplicate, quarantined, not_dicom } = summary.outcome;
    writeln!(text, "  inputs        {:>10}", summary.outcome.total())?;
    if *done_before > 0 {
        writeln!(text, "  done before   {done_before:>10}")?;
    }
    if *damaged > 0 {
        writeln!(
            text,
            "  made anew     {damaged:>10}   (damaged or gone since they were written)"
        )?;
    }
    if *inputs_gone > 0 {
        writeln!(text, "  inputs gone   {inputs_gone:>10}   (what they gave stays)")?;
    }
    let written_as = if config.measures_only { "measured" } else { "written " };
    writeln!(text, "  {written_as}      {written:>10}")?;
    writeln!(text, "  duplicate     {duplicate:>10}")?;
    writeln!(text, "  quarantined   {quarantined:>10}")?;
    writeln!(text, "  not DICOM     {not_dicom:>10}")?;
    let mixed = summary.mixed_studies.len();
    if mixed > 0 {
        writeln!(
            text,
            "  mixed studies {mixed:>10}   (one study, several Patient IDs: see mixed_studies in summary.json)"
        )?;
    }
    if !config.measures_only {
        tell_writing(&mut text, summary)?;
    }
    tell_statistics(&mut text, summary)?;
    tell_regions(&mut text, summary)?;
    tell_crop(&mut text, summary)?;
    let wall = ranks.iter().map(|rank| rank.wall_s).fold(0.0, f64::max);
    let threads: usize = ranks.iter().map(|rank| rank.threads).sum();
    let files: u64 = ranks.iter().map(|rank| rank.files).sum();
    writeln!(
        text,
        "  time          {wall:>8.2} s, {:.0} files/s, on {} rank(s) with {threads} thread(s)",
        files as f64 / wall.max(1e-3),
        ranks.len()
    )?;
    for (rank, why) in
        ends.iter().enumerate().filter_map(|(rank, end)| Some((rank, end.unfit.as_ref()?)))
    {
        let host = ranks.get(rank).map_or("?", |rank| &rank.host);
        writeln!(text, "  gave up       rank {rank} on {host}, the others did its work: {why}")?;
    }
    writeln!(text, "\n  results in {}", config.output.display())?;
    if config.measures_only {
        writeln!(
            text,
            "    index.parquet  series.parquet  cohorts.parquet  index.csv  summary.json"
        )?;
        writeln!(
            text,
            "    THEY NAME PATIENTS: nothing was de-identified; keep them as the originals"
        )?;
    } else {
        writeln!(text, "    dicom/  index.parquet  series.parquet  cohorts.parquet  index.csv")?;
        writeln!(text, "    summary.json  metrics.csv  manifest.sha256")?;
    }
    if summary.regions.is_some() {
        writeln!(text, "    regions.parquet  dvh.parquet  dvh_curves.parquet")?;
    }
    if config.crop_images {
        writeln!(text, "    cropped/: images of the boxes alone  cropped.sha256")?;
    }
    let unmeasured = summary.regions.map_or(0, |it| it.unmeasured + it.doubtful);
    if quarantined + not_dicom + duplicate + unmeasured > 0 {
        writeln!(text, "    failures.csv: what was not written or not measured, and why")?;
    }
    Ok(text)
}

/// What was done with the pixels that were written.
fn tell_writing(text: &mut String, summary: &Summary) -> Result<()> {
    let pixels = &summary.compression;
    let verified = match pixels.unverified {
        0 => "every frame verified".to_owned(),
        count => format!("{count} instances not verified"),
    };
    writeln!(
        text,
        "  pixel data    {:>7.1} MB -> {:.1} MB, {:.2} times smaller, {verified}",
        pixels.bytes_in as f64 / 1e6,
        pixels.bytes_out as f64 / 1e6,
        pixels.ratio
    )?;
    if pixels.unopened > 0 {
        writeln!(
            text,
            "  unopened      {:>10}   (passed on in JPEG 2000, whose packets are not searched)",
            pixels.unopened
        )?;
    }
    tell_pixels(text, summary)
}

/// What series and images tell.
fn tell_statistics(text: &mut String, summary: &Summary) -> Result<()> {
    let series = &summary.series;
    if series.series == 0 {
        return Ok(());
    }
    let (regular, missing) = (series.regular_volumes, series.missing_slices);
    let outliers: u64 = series.outliers.values().sum();
    writeln!(
        text,
        "  series        {:>10}   ({regular} regular volumes, {missing} slices missing, {outliers} numbers \
         beyond their cohort)",
        series.series
    )?;
    if summary.exact_duplicates > 0 {
        writeln!(
            text,
            "  same pixels   {:>10}   (instances with exactly the pixels of another)",
            summary.exact_duplicates
        )?;
    }
    Ok(())
}

/// What was measured of regions.
fn tell_regions(text: &mut String, summary: &Summary) -> Result<()> {
    let Some(regions) = &summary.regions else { return Ok(()) };
    let RegionCounts { objects, regions, rows, doses, histograms, unmeasured, doubtful } = *regions;
    writeln!(
        text,
        "  regions       {regions:>10}   ({objects} objects that hold any, {rows} rows)"
    )?;
    if doses > 0 {
        writeln!(text, "  doses         {doses:>10}   ({histograms} dose-volume histograms)")?;
    }
    if unmeasured > 0 {
        writeln!(
            text,
            "  not measured  {unmeasured:>10}   (regions or whole objects: see failures.csv)"
        )?;
    }
    if doubtful > 0 {
        writeln!(
            text,
            "  doubtful      {doubtful:>10}   (faults of what was measured: see failures.csv)"
        )?;
    }
    Ok(())
}

/// What was found of what is of interest.
fn tell_crop(text: &mut String, summary: &Summary) -> Result<()> {
    let Some(crop) = &summary.crop else { return Ok(()) };
    let CropSummary { by, instances, series, cropped } = crop;
    writeln!(text, "  with a box    {instances:>10}   (of {by}, in {series} series)")?;
    let Some(cropped) = cropped else { return Ok(()) };
    let left_out: Vec<String> =
        cropped.left_out.iter().map(|(why, count)| format!("{count} {why}")).collect();
    let left_out = match left_out.join(", ").as_str() {
        "" => String::new(),
        told => format!("   (left out: {told})"),
    };
    writeln!(text, "  cropped       {:>10}{left_out}", cropped.images)?;
    Ok(())
}

/// What was done about identities in pixels.
fn tell_pixels(text: &mut String, summary: &Summary) -> Result<()> {
    let pixels = &summary.pixel_cleaning;
    let count = |of: PixelText| pixels.text.get(of.name()).copied().unwrap_or(0);
    let (cleaned, doubtful) = (count(PixelText::Cleaned), count(PixelText::Doubtful));
    let (accepted, nothing) = (count(PixelText::Accepted), count(PixelText::NothingFound));
    if cleaned + doubtful + accepted + nothing > 0 {
        let areas: u64 = pixels.covered_areas.values().sum();
        writeln!(
            text,
            "  text searched {:>10}   ({cleaned} covered in {areas} areas, {nothing} without, {doubtful} \
             doubtful, {accepted} accepted: `sauva review` shows them)",
            cleaned + doubtful + accepted + nothing
        )?;
    }
    let refused: u64 = pixels.quarantined.values().sum();
    if refused > 0 {
        writeln!(
            text,
            "  may show text {refused:>10}   (quarantined: see failures.csv, --clean pixels and --pixel-risk)"
        )?;
    }
    if pixels.faces.instances > 0 {
        writeln!(
            text,
            "  may show faces{:>10}   (in {} series: no face is removed, see may_show_face in index.csv)",
            pixels.faces.instances, pixels.faces.series
        )?;
    }
    Ok(())
}
