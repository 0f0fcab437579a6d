//! What a crew is told before its first file, in a form that can be sent to a worker process.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::crop::By;
use crate::deident::{Deidentifier, Key, Profile, Pseudonyms};
use crate::encode::{Encoder, Verify};
use crate::manifest::path_bytes;
use crate::pipeline::Pipeline;
use crate::read::Limits;
use crate::redact::Redactor;
use crate::stats::PixelDigest;
use crate::storage::SharedStorage;

/// The settled options of the pipeline.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Orders {
    /// The folder of the input tree.
    #[serde(with = "path_bytes")]
    pub input: PathBuf,
    /// Whether inputs are measured as they are.
    pub measures_only: bool,
    /// The folder of the output.
    #[serde(with = "path_bytes")]
    pub output: PathBuf,
    /// The rules of de-identification.
    pub profile: Profile,
    /// What looks for text in pixels.
    pub redactor: Redactor,
    /// The name of the codec.
    pub codec: String,
    /// Whether what was coded is checked to give its samples back.
    pub verify: Verify,
    /// What of interest is looked for in images.
    pub crop: Option<By>,
    /// Bounds on what a file may ask for.
    pub limits: Limits,
    /// Whether the threads keep spans for a trace.
    pub is_traced: bool,
}

impl Orders {
    /// The pipeline that carries them out; `None` where there is no codec of the name.
    pub fn pipeline(&self, key: &Key, storage: SharedStorage) -> Option<Arc<Pipeline>> {
        Some(Arc::new(Pipeline {
            input: self.input.clone(),
            measures_only: self.measures_only,
            output: self.output.clone(),
            limits: self.limits,
            deidentifier: Deidentifier::new(key, self.profile.clone()),
            redactor: self.redactor.clone(),
            encoder: Encoder::by_name(&self.codec, self.verify)?,
            pixel_digest: PixelDigest::new(Pseudonyms::new(key).pixel_key()),
            crop: self.crop,
            storage,
        }))
    }
}
