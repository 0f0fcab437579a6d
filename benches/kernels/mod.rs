//! What the stages do with one file, piece by piece: a name in, work on a synthetic CT slice out, the same in every
//! run. `benches/stages.rs` times it; `examples/kernels.rs` does it once, for `scripts/bench_check.sh`.

mod coding;
mod finding;
mod leaving;
mod measuring;
mod slice;

use std::any::Any;
use std::rc::Rc;

use sauva::encode::decoded;
use sauva::read::parse;

pub(crate) use slice::Slice;

/// A piece of work that is done once. What comes out is handed back, so that whoever counts the work does not count
/// its removal.
pub(crate) type Work = Box<dyn FnOnce() -> Box<dyn Any>>;

/// Makes ready what the work takes, as often as it is to be done.
pub(crate) type Prepare = Box<dyn Fn() -> Work>;

/// A piece of work with its name.
pub(crate) struct Kernel {
    /// Lowercase words joined by hyphens, the stage first.
    pub(crate) name: &'static str,
    /// The work on a slice.
    pub(crate) of: fn(&Rc<Slice>) -> Prepare,
}

/// All, in the order of the stages.
pub(crate) const KERNELS: &[Kernel] = &[
    Kernel { name: "read", of: read },
    Kernel { name: "deidentify", of: deidentify },
    Kernel { name: "decode-native", of: decode_native },
    Kernel { name: "decode-jpeg-ls", of: coding::decode_jpeg_ls },
    Kernel { name: "decode-jpeg-lossless", of: coding::decode_jpeg_lossless },
    Kernel { name: "redact-clean", of: finding::clean },
    Kernel { name: "redact-text", of: finding::text },
    Kernel { name: "encode-jpeg-ls", of: |slice| coding::encode(slice, "jpeg-ls") },
    Kernel { name: "encode-jpeg-lossless", of: |slice| coding::encode(slice, "jpeg-lossless") },
    Kernel { name: "encode-rle", of: |slice| coding::encode(slice, "rle") },
    Kernel { name: "encode-native", of: |slice| coding::encode(slice, "native") },
    Kernel { name: "verify-jpeg-ls", of: coding::verify_jpeg_ls },
    Kernel { name: "verify-jpeg-lossless", of: coding::verify_jpeg_lossless },
    Kernel { name: "verify-rle", of: coding::verify_rle },
    Kernel { name: "measure", of: measuring::whole },
    Kernel { name: "measure-histogram", of: measuring::histogram },
    Kernel { name: "measure-first-order", of: measuring::first_orders },
    Kernel { name: "measure-texture", of: measuring::texture },
    Kernel { name: "pixel-digest", of: measuring::digest },
    Kernel { name: "write", of: leaving::write },
    Kernel { name: "table", of: leaving::table },
    Kernel { name: "pipeline-jpeg-ls", of: |slice| leaving::pipeline(slice, "jpeg-ls") },
    Kernel {
        name: "pipeline-jpeg-lossless",
        of: |slice| leaving::pipeline(slice, "jpeg-lossless"),
    },
    Kernel { name: "pipeline-native", of: |slice| leaving::pipeline(slice, "native") },
];

/// Work that takes what is made ready for it.
fn each<T: 'static, R: 'static>(
    ready: impl Fn() -> T + 'static,
    work: impl Fn(T) -> R + 'static,
) -> Prepare {
    let work = Rc::new(work);
    Box::new(move || {
        let (taken, work) = (ready(), Rc::clone(&work));
        Box::new(move || Box::new(work(taken)))
    })
}

fn read(slice: &Rc<Slice>) -> Prepare {
    let slice = Rc::clone(slice);
    each(|| (), move |()| parse(&slice.file, &slice.limits).expect("a sound file"))
}

fn deidentify(slice: &Rc<Slice>) -> Prepare {
    let [ready, slice] = [Rc::clone(slice), Rc::clone(slice)];
    let treat = move |original| slice.deidentifier.treat(original).expect("a sound instance");
    each(move || ready.original(), treat)
}

fn decode_native(slice: &Rc<Slice>) -> Prepare {
    let ready = Rc::clone(slice);
    each(move || ready.deidentified(), |instance| decoded(instance).expect("native pixels"))
}
