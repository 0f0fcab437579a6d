//! Studies in, `fits.json` out: which law of scaling holds for which data, on ranks and on threads. Points beyond
//! the physical cores are never fitted.

use serde::{Serialize, Serializer};

use super::fits::{Amdahl, Gustafson, NoFit, Point, Usl, amdahl, gustafson, usl};
use super::label::Scaling;
use super::study::{Axis, Data, Study};

/// The laws of one series.
#[derive(Debug, Clone, Serialize)]
pub struct Laws {
    /// What the study is.
    pub study: String,
    /// A name for the data.
    pub dataset: String,
    /// How many files they have; for weak scaling, for each processor.
    pub files: u64,
    /// What the processors are.
    pub axis: &'static str,
    /// Time of strong scaling.
    #[serde(serialize_with = "law")]
    pub amdahl: Option<Result<Amdahl, NoFit>>,
    /// Speed-up of strong scaling.
    #[serde(serialize_with = "law")]
    pub usl: Option<Result<Usl, NoFit>>,
    /// Scaled speed-up of weak scaling.
    #[serde(serialize_with = "law")]
    pub gustafson: Option<Result<Gustafson, NoFit>>,
}

/// The law, or why there is none; null where it speaks of another kind of scaling.
#[expect(clippy::ref_option, reason = "serde hands a field over so")]
fn law<T: Serialize, S: Serializer>(
    law: &Option<Result<T, NoFit>>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match law {
        None => to.serialize_none(),
        Some(Ok(law)) => law.serialize(to),
        Some(Err(why)) => serde_json::json!({ "not_fitted": why.to_string() }).serialize(to),
    }
}

/// The laws of every series of a study that has more than its base.
pub fn laws(study: &Study) -> Vec<Laws> {
    let data = study.data();
    let series = data.into_iter().flat_map(|data| Axis::ALL.map(|axis| (data, axis)));
    let has_more = |(data, axis): &(&Data, Axis)| study.series(data, *axis).len() > 1;
    series.filter(has_more).map(|(data, axis)| of_series(study, data, axis)).collect()
}

fn of_series(study: &Study, data: &Data, axis: Axis) -> Laws {
    let on_cores = study.series(data, axis).into_iter().filter(|it| !it.is_oversubscribed());
    let point = |p: usize, time_s: f64| Point { p: p as f64, time_s };
    let points: Vec<Point> = on_cores.map(|it| point(it.processors(), it.time.mean)).collect();
    let is_strong = study.key.scaling == Scaling::Strong;
    Laws {
        study: study.name(),
        dataset: data.1.clone(),
        files: data.0,
        axis: axis.name(),
        amdahl: is_strong.then(|| amdahl(&points)),
        usl: is_strong.then(|| usl(&points)),
        gustafson: (!is_strong).then(|| gustafson(&points)),
    }
}

/// The document.
pub fn fits_json(laws: &[Laws]) -> serde_json::Result<Vec<u8>> {
    let mut json = serde_json::to_vec_pretty(&serde_json::json!({ "fits": laws }))?;
    json.push(b'\n');
    Ok(json)
}
