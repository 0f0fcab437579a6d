//! A journal: its text as it is, and the same bytes as the message of a line whose checksum is right.

#![no_main]

use sauva::ledger::{framed, read_lines};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    read_lines(data, |_, _| {}).expect("bytes in memory can be read");
    let damage = read_lines(framed(data).as_bytes(), |number, _| assert_eq!(number, 0));
    assert!(!damage.expect("bytes in memory can be read").torn);
});
