//! A journal: its text as it is, and the same bytes as the message of a line whose checksum is right.

#![no_main]

use sauva::ledger::{Line, framed, read_lines};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut lines = 0;
    read_lines(data, |_, _| lines += 1).expect("bytes in memory can be read");
    let whole = framed(data);
    let damage = read_lines(whole.as_bytes(), |_, line| {
        lines += 1;
        if let Line::Done { totals, .. } = line {
            // What is read is added up.
            let mut sum = sauva::stats::Totals::default();
            sum.merge(&totals);
            let _ = sum.summaries();
        }
    });
    assert!(!damage.expect("bytes in memory can be read").torn);
});
