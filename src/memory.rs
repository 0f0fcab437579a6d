//! The allocator: the system's own. In a worker process an allocation that the memory limit refuses
//! ends the process with an exit code of its own, so that the rank knows what the file has died of.
//! And the way out of a process that runs nothing on the way: no handlers, no destructors.

#![expect(
    unsafe_code,
    reason = "an allocator is unsafe to write, and so is a declaration of C; the system does the work"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// The exit code of a worker process whose memory ran out.
pub const OUT_OF_MEMORY: i32 = 78;

unsafe extern "C" {
    /// `_exit(2)`.
    safe fn _exit(code: i32) -> !;
}

/// Ends this process and runs nothing: other threads may be in the middle of anything.
pub fn leave_at_once(code: i32) -> ! {
    _exit(code)
}

/// Passes on to the system's allocator.
#[derive(Debug)]
pub struct Allocator;

static ENDS_PROCESS: AtomicBool = AtomicBool::new(false);

/// From here on, memory that runs out ends this process with [`OUT_OF_MEMORY`].
pub fn end_process_when_exhausted() {
    ENDS_PROCESS.store(true, Relaxed);
}

/// Lets the C library keep blocks of up to 16 MiB that were given back, instead of returning them to the
/// kernel and faulting every page in again for the next file. It takes its thresholds from the largest
/// block of its own that was ever given back (mallopt(3), `M_MMAP_THRESHOLD`), so that one is enough.
pub fn keep_blocks() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(16 << 20)));
}

fn checked(memory: *mut u8) -> *mut u8 {
    if memory.is_null() && ENDS_PROCESS.load(Relaxed) {
        leave_at_once(OUT_OF_MEMORY);
    }
    memory
}

// SAFETY: each call is the system allocator's, with the arguments as they came.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are passed on.
        checked(unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are passed on.
        checked(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promises are passed on.
        checked(unsafe { System.realloc(memory, layout, size) })
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(memory, layout) }
    }
}
