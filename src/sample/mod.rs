//! stub
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Kind {
    Ct,
    Gradient,
}
pub struct SampleOptions {
    pub kind: Kind,
    pub count: usize,
    pub seed: u64,
}
pub struct R {
    pub files: u64,
    pub bytes: u64,
}
pub fn generate(_: &SampleOptions, _: &std::path::Path) -> anyhow::Result<R> {
    anyhow::bail!("later")
}
