//! Any bytes, damaged streams, anything planted.

use proptest::prelude::*;

use super::jpeg_2000::{JPEG_2000, jpeg_2000};
use super::*;

const ALL: [&str; 5] =
    [uids::JPEG_BASELINE8_BIT, LOSSLESS, uids::JPEGLS_LOSSLESS, JPEG_2000, uids::RLE_LOSSLESS];

fn whole() -> [Vec<u8>; 4] {
    let rle = rle(&[3, 9, 8, 7, 6, (-59_i8) as u8, 5], 64, &[]);
    [stream(&jpeg(), &[]), stream(&jpeg_ls(), &[]), stream(&jpeg_2000(false), &[]), rle]
}

fn is_idempotent(stream: &[u8]) {
    for syntax in ALL {
        if let Ok(once) = scrub(stream, &image(), syntax) {
            let twice = scrub(&once, &image(), syntax);
            assert_eq!(twice.as_ref(), Ok(&once), "{syntax}");
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_end_and_what_is_scrubbed_stays_so(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        opening in 0_usize..4,
    ) {
        is_idempotent(&bytes);
        is_idempotent(&[&whole()[opening][..2], &bytes].concat());
    }

    #[test]
    fn damaged_streams_end_and_what_is_scrubbed_stays_so(
        which in 0_usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        planted in prop::collection::vec(any::<u8>(), 0..40),
        place in any::<prop::sample::Index>(),
    ) {
        let mut stream = whole()[which].clone();
        for (index, byte) in changes {
            let at = index.index(stream.len());
            stream[at] = byte;
        }
        let at = place.index(stream.len());
        stream.splice(at..at, planted);
        is_idempotent(&stream);
    }

    #[test]
    fn what_is_planted_in_segments_goes(
        content in prop::collection::vec(any::<u8>(), 0..500),
        application in 0_u8..14,
        place in 1_usize..3,
    ) {
        let content = [b"_", &content[..]].concat();
        for marker in [0xFE, 0xE0 + application] {
            let planted = [(place, segment(marker, &content))];
            prop_assert_eq!(of(&jpeg(), &planted, LOSSLESS), Some(stream(&jpeg(), &[])));
            let found = of(&jpeg_ls(), &planted, uids::JPEGLS_LOSSLESS);
            prop_assert_eq!(found, Some(stream(&jpeg_ls(), &[])));
        }
        let planted = [(place, segment(0x64, &content))];
        let found = of(&jpeg_2000(false), &planted, JPEG_2000);
        prop_assert_eq!(found, Some(stream(&jpeg_2000(false), &[])));
    }
}
