//! What was typed after `sauva doctor`.

use std::path::PathBuf;

use clap::Args;

const EXAMPLES: &str = "\
Examples:
  sauva doctor                                      this machine, and your key
  sauva doctor --input sample --output out          the folders too
  mpirun -n 4 --bind-to none sauva doctor --output /scratch/out
                                                    every rank of a run to come";

/// Options of `sauva doctor`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct DoctorArgs {
    /// The folder with DICOM files of the run to come.
    #[arg(long, short)]
    pub input: Option<PathBuf>,
    /// The output folder of the run to come. It is not made, and what is tried there or above it is taken away.
    #[arg(long, short)]
    pub output: Option<PathBuf>,
    /// Key file of `sauva keygen`. Default: `$XDG_CONFIG_HOME/sauva/key`.
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Starts MPI in this process and ends it, for the command itself.
    #[arg(long, hide = true)]
    pub start_mpi: bool,
}
