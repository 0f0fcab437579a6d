//! The images that an object refers to, as volumes: one for each series.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;

use super::holding::Holding;
use super::object::read;
use crate::encode;
use crate::read::Limits;
use crate::regions::{ImageInstance, ImageVolume, Pixels, Reason};

/// The images of a series, as a volume.
pub(super) struct SeriesVolume {
    /// One of its instances.
    pub(super) holding: Holding,
    pub(super) volume: ImageVolume,
}

/// The volumes of the series that `found` are of; `referenced` are the images that the object names, and nothing
/// where it names series alone. What cannot be made a volume has its reason.
pub(super) fn volumes(
    found: &[Holding],
    referenced: &BTreeSet<String>,
    folder: &Path,
    limits: &Limits,
) -> (Vec<SeriesVolume>, Vec<Reason>) {
    let mut series: BTreeMap<&str, Vec<&Holding>> = BTreeMap::new();
    for holding in found {
        series.entry(&holding.series_uid).or_default().push(holding);
    }
    let (mut volumes, mut reasons) = (Vec::new(), Vec::new());
    let is_remade = is_remade(found, referenced);
    for (_, mut holdings) in series {
        let is_named =
            |holding: &&Holding| is_remade || referenced.contains(&holding.sop_instance_uid);
        if !holdings.iter().any(is_named) {
            continue;
        }
        // Several files of one instance, where inputs are measured as they are.
        holdings.sort_by_key(|holding| (&holding.sop_instance_uid, &holding.path));
        holdings.dedup_by_key(|holding| &holding.sop_instance_uid);
        // Neighbours of the named slices are of use; but not where the series is more than one volume.
        let volume = volume(&holdings, folder, limits).or_else(|reason| {
            let named: Vec<&Holding> = holdings.iter().copied().filter(is_named).collect();
            if named.len() == holdings.len() { Err(reason) } else { volume(&named, folder, limits) }
        });
        let holding = holdings[0].clone();
        match volume {
            Ok(volume) => volumes.push(SeriesVolume { holding, volume }),
            Err(reason) => reasons.push(reason),
        }
    }
    (volumes, reasons)
}

/// Whether a series is there that the object names, and none of the instances that it names: who cropped or converted
/// the images has given them new SOP Instance UIDs. Or no instance is named.
pub(super) fn is_remade(found: &[Holding], referenced: &BTreeSet<String>) -> bool {
    !found.iter().any(|holding| referenced.contains(&holding.sop_instance_uid))
}

fn volume(holdings: &[&Holding], folder: &Path, limits: &Limits) -> Result<ImageVolume, Reason> {
    let instances: Result<Vec<_>, Reason> =
        holdings.par_iter().map(|holding| instance(holding, folder, limits)).collect();
    ImageVolume::of(instances?)
}

fn instance(holding: &Holding, folder: &Path, limits: &Limits) -> Result<ImageInstance, Reason> {
    let original = read(holding, folder, limits).map_err(Reason::unreadable)?;
    let decoded = encode::decode_whole(original);
    let (data_set, decoded) = decoded.map_err(Reason::unreadable)?;
    let (image, pixels) = decoded.and_then(Pixels::of).ok_or_else(Reason::no_pixels)?;
    Ok(ImageInstance { data_set, image, pixels })
}
